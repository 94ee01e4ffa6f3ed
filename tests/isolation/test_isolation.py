"""Whatever one executor does, the landing notices, and the tasks of the others land bit for bit."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass

import offences as o
import pytest
from moment import Moment
from offences import Scene
from reliability import Proved
from workshop import Ran, Workshop

Deed = Callable[[Scene], None]
EARLY, LATE = "before it ends", "after it has ended"
NOT_FROM_BASE, REWOUND = "does not descend from the base", "rewound after its executor had ended"
LEADS_ELSEWHERE = "does not lead to the repository that made this worktree"
OTHER_TREE, ON_ANOTHERS = "is no longer the worktree that it was given", "is on the branch of task 1.1"
PUT_BACK = "git update-ref refs/heads/main {target:.12}"


@dataclass(frozen=True)
class Case:
    """Task 1.2 commits `deed` and comes to `verdict`: `landed`, `parked`, `failed`, with these `words`.

    `refused`: the landing is, with these words, and nothing has moved; `mend` is what a person does, then it lands.
    `stopped`: the executor cannot even say that it is done; it fails.
    """

    deed: Deed
    when: str
    verdict: str
    words: str = ""
    mend: Deed | None = None

    def __str__(self) -> str:
        return f"{self.deed.__name__} {self.when}".replace(" ", "-")


def whenever(deed: Deed, verdict: str, words: str = "", mend: Deed | None = None) -> list[Case]:
    return [Case(deed, when, verdict, words, mend) for when in (EARLY, LATE)]


def put_back(scene: Scene) -> None:
    scene.shop.git("update-ref", "refs/heads/main", scene.target)


def switch_back(scene: Scene) -> None:
    scene.shop.git("switch", "--quiet", "main")


def unlock(scene: Scene) -> None:
    (scene.shop.path / ".git/refs/heads/main.lock").unlink()


def remove_the_folder(scene: Scene) -> None:
    (scene.ours / "lock").rmdir()


def move_away(scene: Scene) -> None:
    (scene.ours / "ralph.db").rename(scene.ours / "spoilt")


def delete(*refs: str) -> Deed:
    def mend(scene: Scene) -> None:
        for ref in refs:
            scene.shop.git("update-ref", "-d", f"refs/ralph/{ref}/{scene.batch}")

    return mend


def configure(scene: Scene) -> None:
    (scene.shop.path / ".git/config").write_text(scene.configuration)


def remove_the_hook(scene: Scene) -> None:
    (scene.shop.path / ".git/hooks/reference-transaction").unlink()


CASES = [
    # its own branch and worktree
    Case(o.resets_to_an_older_commit, EARLY, "parked", NOT_FROM_BASE),
    Case(o.resets_to_an_older_commit, LATE, "parked", REWOUND),
    Case(o.resets_to_the_base, EARLY, "landed"),
    Case(o.resets_to_the_base, LATE, "parked", REWOUND),
    Case(o.amends_the_base, EARLY, "parked", NOT_FROM_BASE),
    Case(o.amends_the_base, LATE, "parked", REWOUND),
    Case(o.amends_its_last_commit, EARLY, "landed"),
    Case(o.amends_its_last_commit, LATE, "parked", REWOUND),
    Case(o.rewrites_all_history, EARLY, "parked", NOT_FROM_BASE),
    Case(o.rewrites_all_history, LATE, "parked", REWOUND),
    Case(o.rewrites_its_own_commits, EARLY, "landed"),
    Case(o.rewrites_its_own_commits, LATE, "parked", REWOUND),
    Case(o.rebases_onto_an_older_commit, EARLY, "parked", NOT_FROM_BASE),
    Case(o.rebases_onto_an_older_commit, LATE, "parked", REWOUND),
    *whenever(o.merges_the_target, "landed"),
    *whenever(o.works_on_a_detached_head, "landed"),
    *whenever(o.works_on_a_branch_of_its_own, "landed"),
    *whenever(o.deletes_its_worktree, "landed"),
    *whenever(o.removes_its_worktree, "landed"),
    Case(o.deletes_its_branch, EARLY, "failed", "its branch was deleted"),
    Case(o.deletes_its_branch, LATE, "landed"),
    Case(o.deletes_both, EARLY, "failed", "worktree and branch are gone"),
    Case(o.deletes_both, LATE, "landed"),
    Case(o.begins_a_repository_of_its_own, EARLY, "stopped", LEADS_ELSEWHERE),
    Case(o.begins_a_repository_of_its_own, LATE, "parked", OTHER_TREE),
    Case(o.replaces_its_worktree_by_a_link, EARLY, "stopped", "is a link by now"),
    Case(o.replaces_its_worktree_by_a_link, LATE, "parked", OTHER_TREE),
    Case(o.points_its_worktree_at_another, EARLY, "stopped", LEADS_ELSEWHERE),
    Case(o.points_its_worktree_at_another, LATE, "parked", OTHER_TREE),
    *whenever(o.puts_a_repository_inside, "landed"),
    *whenever(o.turns_its_spec_into_a_link, "parked", "replaces a folder that holds the spec's own files"),
    *whenever(o.turns_its_spec_into_a_submodule, "parked", "replaces a folder that holds the spec's own files"),
    Case(o.leaves_a_rebase, EARLY, "stopped", "a rebase is in progress"),
    Case(o.leaves_a_rebase, LATE, "landed"),
    Case(o.leaves_a_bisection, EARLY, "stopped", "a bisect is in progress"),
    Case(o.leaves_a_bisection, LATE, "parked", REWOUND),
    *whenever(o.leaves_a_merge, "landed"),
    *whenever(o.leaves_an_index_lock, "landed"),
    # others' branches and worktrees
    *whenever(o.works_on_anothers_branch, "parked", ON_ANOTHERS),
    *whenever(o.moves_anothers_branch, "landed", "somebody moved the branch of task 1.1"),
    *whenever(o.moves_anothers_branch_back, "landed", "somebody moved the branch of task 1.1"),
    *whenever(o.deletes_anothers_branch, "landed"),
    *whenever(o.deletes_anothers_worktree, "landed"),
    *whenever(o.writes_into_anothers_worktree, "landed"),
    *whenever(o.takes_over_anothers_work, "parked", "holds the commits of task 1.1"),
    # the target
    *whenever(o.moves_the_target_forward, "refused", PUT_BACK, put_back),
    *whenever(o.moves_the_target_back, "refused", PUT_BACK, put_back),
    *whenever(o.moves_the_target_sideways, "refused", PUT_BACK, put_back),
    *whenever(o.deletes_the_target, "refused", "refs/heads/main is gone", put_back),
    *whenever(o.switches_the_main_worktree, "refused", "is on refs/heads/elsewhere", switch_back),
    Case(o.locks_the_target, LATE, "refused", "main.lock", unlock),
    # what is ours: refs and the folder in the git directory
    *whenever(o.moves_anothers_pin, "landed", "the pin of task 1.1 had been moved"),
    Case(o.moves_its_pin, EARLY, "landed"),
    Case(o.moves_its_pin, LATE, "landed", "the pin of task 1.2 had been moved"),
    *whenever(o.deletes_anothers_pin, "landed", "the pin of task 1.1 had been deleted"),
    *whenever(o.deletes_all_our_refs, "landed", "the pin of task 1.1 had been deleted"),
    Case(o.moves_pin_and_branch, LATE, "parked", "but it ended at"),
    *whenever(o.moves_the_record, "refused", "is not the record of the batch", delete("batch")),
    *whenever(o.takes_the_refs_of_the_landing, "refused", "is there already", delete("undo", "log")),
    Case(o.forges_a_journal, LATE, "refused", "no journal of ours", delete("landing")),
    *whenever(o.deletes_our_folder, "landed"),
    *whenever(o.deletes_the_store, "landed"),
    *whenever(o.empties_the_store, "landed"),
    *whenever(o.deletes_lock_and_marker, "landed"),
    Case(o.puts_a_folder_in_place_of_the_lock, LATE, "refused", "lock cannot be written", remove_the_folder),
    Case(o.spoils_the_store, LATE, "refused", "ralph.db cannot be used", move_away),
    Case(o.puts_a_folder_in_place_of_the_store, LATE, "refused", "ralph.db cannot be opened", move_away),
    Case(o.writes_nonsense_into_the_store, LATE, "refused", "a row holds no batch", move_away),
    Case(o.drops_the_tables_of_the_store, LATE, "refused", "ralph.db cannot be used", move_away),
    Case(o.rewrites_the_base_in_the_store, LATE, "refused", "disagree about the base", move_away),
    Case(o.rewrites_the_target_in_the_store, LATE, "refused", "elsewhere", move_away),
    Case(o.rewrites_the_list_in_the_store, LATE, "refused", "disagree about the tasks", move_away),
    Case(o.rewrites_a_head_in_the_store, LATE, "landed", "put right"),
    # git itself
    *whenever(o.replaces_anothers_commit, "landed"),
    *whenever(o.replaces_the_base, "landed"),
    *whenever(o.takes_anothers_name, "landed"),
    Case(o.moves_the_main_worktree, LATE, "refused", "", configure),
    Case(o.makes_it_bare, LATE, "refused", "bare repository", configure),
    Case(o.wants_an_unknown_extension, LATE, "refused", "", configure),
    Case(o.spoils_the_configuration, LATE, "refused", "", configure),
    Case(o.installs_a_vetoing_hook, LATE, "refused", "hook", remove_the_hook),
]

WORK: dict[str, dict[str, str | None]] = {
    "1.1": {"a.txt": "by 1.1\n", "new/a.bin": "\0\1\2"},
    "1.2": {"b.txt": "by 1.2\n"},
    "1.3": {"c.txt": None, "d.txt": "by 1.3\n"},
}


@pytest.fixture(scope="module")
def moment(tmp_path_factory: pytest.TempPathFactory) -> Moment:
    """Three executors have worked, a person has committed; 1.1 and 1.3 have ended."""
    folder = tmp_path_factory.mktemp("isolation") / "scene"
    files = {"a.txt": "a\n", "b.txt": "b\n", "c.txt": "c\n"}
    state = {"phase": "execution", "taskIndex": 0, "totalTasks": 3, "awaitingApproval": False}
    shop = Workshop.make(folder / "repo", tuple(WORK), files, state=state, init=("--template=",))
    shop.write({"base.txt": "base\n"})
    shop.commit("Base")
    shop.start(*WORK)
    for task, content in WORK.items():
        shop.work(task, content)
    shop.write({"person.txt": "person\n"})
    shop.commit("By hand")
    shop.finish("1.1")
    shop.finish("1.3")
    return Moment.of(folder, shop)


@pytest.fixture
def scene(moment: Moment) -> Scene:
    moment.back()
    return Scene.of(moment.shop)


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES, ids=str)
def test_an_offence(case: Case, scene: Scene, proved: Proved) -> None:
    shop = scene.shop
    honest = {task: changes(shop, scene.base, scene.heads[task]) for task in ("1.1", "1.3")}
    if case.when == LATE:
        shop.finish("1.2")
        case.deed(scene)
    else:
        case.deed(scene)
        ends(shop, case)
    ran = mended(scene, case) if case.verdict == "refused" else shop.land()
    landed = {item["id"]: item["commit"] for item in ran.json["landed"]}
    for task, change in honest.items():
        assert changes(shop, f"{landed[task]}^", landed[task]) == change
        assert {path: shop.tree("main").get(path) for path in change} == change
    _verdict(ran, case)
    reached = set(shop.git("rev-list", "--all").split())
    mine = {scene.heads["1.2"]} if case.when == EARLY else set()  # what it has not handed in is its own to throw away
    assert not {*scene.heads.values(), scene.target} - mine - reached
    assert shop.show("main", "person.txt") == "person"
    assert shop.status() == ""
    shop.git("fsck", "--no-dangling", "--no-progress")
    proved("isolation cases", 1)


def ends(shop: Workshop, case: Case) -> None:
    ran = shop.run("finish", "1.2", "--format", "json")
    if case.verdict == "stopped":
        refused(ran, case.words)
        shop.finish("1.2", "--failed")
    else:
        assert ran.code in {0, 1}, ran


def mended(scene: Scene, case: Case) -> Ran:
    """The landing, once a person has done what the refusal says."""
    assert case.mend
    refused(scene.shop.run("land", "--format", "json"), case.words.format(target=scene.target))
    case.mend(scene)
    return scene.shop.land()


def refused(ran: Ran, words: str) -> None:
    lines = ran.err.splitlines()
    assert (ran.code, ran.out, len(lines)) == (2, "", 1), ran
    assert lines[0].startswith("ralph-hooks: error: "), ran
    assert words in lines[0], ran
    assert "; " in lines[0], ran
    assert "please report" not in lines[0], ran


def changes(shop: Workshop, old: str, new: str) -> dict[str, tuple[str, str] | None]:
    """What a commit changes outside the spec: path -> mode and object, None where it is deleted."""
    before, after = shop.tree(old), shop.tree(new)
    paths = {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}
    return {path: after.get(path) for path in paths if not path.startswith("specs/")}


def _verdict(ran: Ran, case: Case) -> None:
    outcome = {"refused": "landed", "stopped": "failed"}.get(case.verdict, case.verdict)
    assert "1.2" in ran.ids(outcome), ran
    assert ran.code == (0 if outcome == "landed" else 1)
    if outcome in {"parked", "failed"} and case.verdict != "stopped":
        reason = next(item["reason"] for item in ran.json[outcome] if item["id"] == "1.2")
        assert case.words in reason
    if case.verdict == "landed" and case.words:
        assert any(case.words in line for line in ran.json["warnings"]), ran


@pytest.mark.slow
def test_a_folder_that_cannot_be_written(scene: Scene) -> None:
    """A mount of its own, which goes with the process, since root may write whatever the modes say."""
    scene.shop.finish("1.2")
    before = scene.shop.refs()
    script = 'mount --bind "$1" "$1" && mount -o remount,bind,ro "$1" && exec "$2" -m ralph_hooks land'
    namespace = ["unshare", "--mount", *([] if os.geteuid() == 0 else ["--map-root-user"])]
    done = subprocess.run(
        [*namespace, "sh", "-c", script, "sh", str(scene.ours), sys.executable],
        cwd=scene.shop.path,
        capture_output=True,
        text=True,
        check=False,
    )
    refused(Ran(done.returncode, done.stdout, done.stderr), "ralph")
    assert scene.shop.refs() == before
    assert scene.shop.land().ids("landed") == ["1.1", "1.2", "1.3"]
