"""What an executor can do to a repository beside its work: each offence is a function of the scene that it spoils."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from workshop import Workshop


@dataclass(frozen=True)
class Scene:
    """Tasks 1.1 and 1.3 are honest, 1.2 offends. `heads`: where each is before the offence.

    `base`: what all began from; `older`: the commit before it; `target`: where the target is; `configuration`: git's.
    """

    shop: Workshop
    batch: str
    base: str
    target: str
    mine: Path
    victim: Path  # the worktree of 1.1
    heads: Mapping[str, str]
    configuration: str

    @classmethod
    def of(cls, shop: Workshop) -> Scene:
        """The open batch of `shop`."""
        status = shop.run("status", "--format", "json").json
        places = {task["id"]: Path(task["worktree"]) for task in status["tasks"]}
        heads = {task["id"]: task["head"] for task in status["tasks"]}
        target, configuration = shop.git("rev-parse", "main"), shop.read(".git/config")
        return cls(shop, status["batch"], status["base"], target, places["1.2"], places["1.1"], heads, configuration)

    @property
    def older(self) -> str:
        return self.shop.git("rev-parse", f"{self.base}^")

    @property
    def ours(self) -> Path:
        """Our folder in the git directory."""
        return self.shop.path / ".git" / "ralph"

    def git(self, *args: str, stdin: str | None = None) -> str:
        return self.shop.git(*args, at=self.mine, stdin=stdin, env={"FILTER_BRANCH_SQUELCH_WARNING": "1"})

    def commit(self, name: str = "more.txt", content: str = "more\n") -> str:
        self.shop.write({name: content}, at=self.mine)
        return self.shop.commit("More", at=self.mine)

    def branch(self, task: str) -> str:
        return f"refs/heads/ralph/{self.batch}/{task}"

    def pin(self, index: int) -> str:
        return f"refs/ralph/done/{self.batch}/{index}"

    def stray(self) -> str:
        """A commit that nobody asked for, on top of the base."""
        blob = self.git("hash-object", "-w", "--stdin", stdin="stray\n")
        tree = self.git("mktree", stdin=f"100644 blob {blob}\tstray.txt\n")
        return self.git("commit-tree", tree, "-p", self.base, "-m", "Stray")


# Its own branch and worktree.


def resets_to_an_older_commit(scene: Scene) -> None:
    scene.git("reset", "--quiet", "--hard", scene.older)
    scene.commit()


def resets_to_the_base(scene: Scene) -> None:
    scene.git("reset", "--quiet", "--hard", scene.base)


def amends_the_base(scene: Scene) -> None:
    scene.git("reset", "--quiet", "--soft", scene.base)
    scene.git("commit", "--quiet", "--amend", "-m", "Begin, better")


def amends_its_last_commit(scene: Scene) -> None:
    scene.git("commit", "--quiet", "--amend", "-m", "Better")


def rewrites_all_history(scene: Scene) -> None:
    scene.git("filter-branch", "-f", "--msg-filter", "sed s/Begin/Began/", "--", "HEAD")


def rewrites_its_own_commits(scene: Scene) -> None:
    scene.git("filter-branch", "-f", "--msg-filter", "sed s/Work/Toil/", "--", f"{scene.base}..HEAD")


def rebases_onto_an_older_commit(scene: Scene) -> None:
    scene.git("rebase", "--quiet", "--onto", scene.older, scene.base)


def merges_the_target(scene: Scene) -> None:
    scene.git("merge", "--quiet", "--no-edit", "main")


def works_on_a_detached_head(scene: Scene) -> None:
    scene.git("checkout", "--quiet", "--detach")
    scene.commit()


def works_on_a_branch_of_its_own(scene: Scene) -> None:
    scene.git("switch", "--quiet", "-c", "elsewhere")
    scene.commit()


def deletes_its_worktree(scene: Scene) -> None:
    shutil.rmtree(scene.mine)


def removes_its_worktree(scene: Scene) -> None:
    scene.shop.git("worktree", "remove", "--force", "--force", str(scene.mine))


def deletes_its_branch(scene: Scene) -> None:
    scene.git("update-ref", "-d", scene.branch("1.2"))


def deletes_both(scene: Scene) -> None:
    removes_its_worktree(scene)
    scene.shop.git("update-ref", "-d", scene.branch("1.2"))


def begins_a_repository_of_its_own(scene: Scene) -> None:
    (scene.mine / ".git").unlink()
    scene.git("init", "--quiet")
    scene.commit("own.txt")


def puts_a_repository_inside(scene: Scene) -> None:
    scene.shop.git("init", "--quiet", str(scene.mine / "inner"))
    scene.shop.write({"inner/x": "x\n"}, at=scene.mine)
    scene.shop.commit("Inner", at=scene.mine / "inner")


def turns_its_spec_into_a_link(scene: Scene) -> None:
    shutil.rmtree(scene.mine / "specs")
    (scene.mine / "specs").symlink_to("/etc")
    scene.shop.commit("Linked", at=scene.mine)


def turns_its_spec_into_a_submodule(scene: Scene) -> None:
    scene.git("rm", "-r", "--quiet", "specs")
    scene.git("update-index", "--add", "--cacheinfo", f"160000,{scene.base},specs")
    scene.git("commit", "--quiet", "-m", "Submodule")
    (scene.mine / "specs").mkdir()


def replaces_its_worktree_by_a_link(scene: Scene) -> None:
    shutil.rmtree(scene.mine)
    scene.mine.symlink_to(scene.victim)


def points_its_worktree_at_another(scene: Scene) -> None:
    (scene.mine / ".git").write_text((scene.victim / ".git").read_text())


def leaves_a_rebase(scene: Scene) -> None:
    scene.commit("one.txt")
    scene.commit("two.txt")
    scene.git("-c", "sequence.editor=sed -i 1abreak", "rebase", "--quiet", "-i", scene.base)


def leaves_a_bisection(scene: Scene) -> None:
    scene.git("bisect", "start")
    scene.git("bisect", "bad")
    scene.git("bisect", "good", scene.older)


def leaves_a_merge(scene: Scene) -> None:
    scene.git("merge", "--no-commit", "--no-ff", "--quiet", "main")


def leaves_an_index_lock(scene: Scene) -> None:
    Path(scene.git("rev-parse", "--path-format=absolute", "--git-path", "index.lock")).touch()


# Others' branches and worktrees.


def works_on_anothers_branch(scene: Scene) -> None:
    scene.git("checkout", "--quiet", "--ignore-other-worktrees", f"ralph/{scene.batch}/1.1")
    scene.commit()


def moves_anothers_branch(scene: Scene) -> None:
    scene.git("update-ref", scene.branch("1.1"), scene.stray())


def moves_anothers_branch_back(scene: Scene) -> None:
    scene.git("update-ref", scene.branch("1.1"), scene.base)


def deletes_anothers_branch(scene: Scene) -> None:
    scene.git("update-ref", "-d", scene.branch("1.1"))


def deletes_anothers_worktree(scene: Scene) -> None:
    shutil.rmtree(scene.victim)


def writes_into_anothers_worktree(scene: Scene) -> None:
    scene.shop.write({"a.txt": "spoilt\n", "junk.txt": "junk\n"}, at=scene.victim)


def takes_over_anothers_work(scene: Scene) -> None:
    scene.git("merge", "--quiet", "--no-edit", f"ralph/{scene.batch}/1.1")


# The target.


def moves_the_target_forward(scene: Scene) -> None:
    scene.git("update-ref", "refs/heads/main", "HEAD")


def moves_the_target_back(scene: Scene) -> None:
    scene.git("update-ref", "refs/heads/main", scene.older)


def moves_the_target_sideways(scene: Scene) -> None:
    scene.git("update-ref", "refs/heads/main", scene.stray())


def deletes_the_target(scene: Scene) -> None:
    scene.git("update-ref", "-d", "refs/heads/main")


def switches_the_main_worktree(scene: Scene) -> None:
    scene.shop.git("switch", "--quiet", "-c", "elsewhere")


def locks_the_target(scene: Scene) -> None:
    scene.shop.write({".git/refs/heads/main.lock": ""})


# What is ours: refs and the folder in the git directory.


def moves_anothers_pin(scene: Scene) -> None:
    scene.git("update-ref", scene.pin(0), scene.stray())


def moves_its_pin(scene: Scene) -> None:
    scene.git("update-ref", scene.pin(1), scene.stray())


def moves_pin_and_branch(scene: Scene) -> None:
    """Where the database, the pin and the branch all say something else, nobody knows what it ended with."""
    moves_its_pin(scene)
    scene.commit()


def deletes_anothers_pin(scene: Scene) -> None:
    scene.git("update-ref", "-d", scene.pin(0))


def deletes_all_our_refs(scene: Scene) -> None:
    for ref in scene.shop.refs("refs/ralph/"):
        scene.git("update-ref", "-d", ref)


def moves_the_record(scene: Scene) -> None:
    scene.git("update-ref", f"refs/ralph/batch/{scene.batch}", scene.stray())


def takes_the_refs_of_the_landing(scene: Scene) -> None:
    for name in ("undo", "log"):
        scene.git("update-ref", f"refs/ralph/{name}/{scene.batch}", scene.stray())


def forges_a_journal(scene: Scene) -> None:
    scene.git("update-ref", f"refs/ralph/landing/{scene.batch}", scene.stray())


def deletes_our_folder(scene: Scene) -> None:
    shutil.rmtree(scene.ours)


def deletes_the_store(scene: Scene) -> None:
    (scene.ours / "ralph.db").unlink()


def spoils_the_store(scene: Scene) -> None:
    (scene.ours / "ralph.db").write_bytes(b"nonsense" * 1000)


def puts_a_folder_in_place_of_the_store(scene: Scene) -> None:
    deletes_the_store(scene)
    (scene.ours / "ralph.db").mkdir()


def puts_a_folder_in_place_of_the_lock(scene: Scene) -> None:
    (scene.ours / "lock").unlink()
    (scene.ours / "lock").mkdir()


def drops_the_tables_of_the_store(scene: Scene) -> None:
    with closing(sqlite3.connect(scene.ours / "ralph.db", isolation_level=None)) as database:
        database.execute("drop table attempt")


def empties_the_store(scene: Scene) -> None:
    (scene.ours / "ralph.db").write_bytes(b"")


def deletes_lock_and_marker(scene: Scene) -> None:
    (scene.ours / "lock").unlink()
    (scene.ours / "open").unlink()


def _rewrite(scene: Scene, column: str, table: str, old: str, new: str) -> None:
    with closing(sqlite3.connect(scene.ours / "ralph.db", isolation_level=None)) as database:
        database.execute(f"update {table} set {column} = replace({column}, ?, ?)", (old, new))


def rewrites_the_base_in_the_store(scene: Scene) -> None:
    _rewrite(scene, "document", "batch", scene.base, scene.older)


def rewrites_the_target_in_the_store(scene: Scene) -> None:
    scene.git("branch", "elsewhere", "main")
    _rewrite(scene, "document", "batch", "refs/heads/main", "refs/heads/elsewhere")


def rewrites_the_list_in_the_store(scene: Scene) -> None:
    _rewrite(scene, "document", "batch", "specs/demo/tasks.md", "specs/other/tasks.md")


def rewrites_a_head_in_the_store(scene: Scene) -> None:
    _rewrite(scene, "document", "attempt", scene.shop.git("rev-parse", scene.branch("1.1")), scene.stray())


def writes_nonsense_into_the_store(scene: Scene) -> None:
    _rewrite(scene, "document", "batch", '"base"', '"bass"')


# git itself.


def replaces_anothers_commit(scene: Scene) -> None:
    scene.git("replace", scene.branch("1.1"), scene.stray())


def replaces_the_base(scene: Scene) -> None:
    scene.git("replace", scene.base, scene.older)


def takes_anothers_name(scene: Scene) -> None:
    scene.git("config", "user.name", "Mallory")


def moves_the_main_worktree(scene: Scene) -> None:
    scene.git("config", "core.worktree", "/tmp")


def makes_it_bare(scene: Scene) -> None:
    scene.git("config", "core.bare", "true")


def wants_an_unknown_extension(scene: Scene) -> None:
    scene.git("config", "core.repositoryFormatVersion", "1")
    scene.git("config", "extensions.nobodyKnows", "true")


def spoils_the_configuration(scene: Scene) -> None:
    scene.shop.write({".git/config": "[core\n"})


def installs_a_vetoing_hook(scene: Scene) -> None:
    scene.shop.write({".git/hooks/reference-transaction": "#!/bin/sh\nexit 1\n"})
    (scene.shop.path / ".git/hooks/reference-transaction").chmod(0o755)
