"""Bad input and refusals: one clear line, exit code 2, nothing changed."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from workshop import Ran, Workshop

from ralph_hooks.errors import RefusedError
from ralph_hooks.git.features import features


@pytest.fixture
def shop(tmp_path: Path) -> Workshop:
    return Workshop.make(tmp_path / "repo", files={"src/a.py": "a\n", "src/b.py": "b\n"})


def everything(shop: Workshop) -> tuple[object, ...]:
    """All that a refused command must leave alone."""
    return shop.refs(), shop.git("worktree", "list"), shop.status(), shop.read(shop.page("tasks.md"))


def refused(ran: Ran, *words: str) -> None:
    assert ran.code == 2, ran
    assert ran.out == ""
    lines = ran.err.splitlines()
    assert len(lines) == 1, ran.err
    assert lines[0].startswith("ralph-hooks: error: ")
    assert "; " in lines[0], "says what to do"
    for word in words:
        assert word in lines[0]


# Where it is run.


def test_not_a_repository(tmp_path: Path, shop: Workshop) -> None:
    (tmp_path / "plain").mkdir()
    refused(shop.run("start", at=tmp_path / "plain"), "not in the worktree of a git repository")


def test_a_bare_repository(tmp_path: Path, shop: Workshop) -> None:
    shop.git("init", "--quiet", "--bare", str(tmp_path / "bare.git"))
    refused(shop.run("status", at=tmp_path / "bare.git"), "bare repository")


@pytest.mark.compat("refusals")
def test_inside_the_git_directory(shop: Workshop) -> None:
    refused(shop.run("status", at=shop.path / ".git"), "worktree")


@pytest.mark.compat("refusals")
def test_an_unborn_branch(tmp_path: Path, shop: Workshop) -> None:
    empty = tmp_path / "empty"
    shop.git("init", "--quiet", str(empty))
    (empty / "tasks.md").write_text("- [ ] 1.1 A\n")
    refused(shop.run("start", at=empty), "no commit yet")


def test_a_detached_head_without_a_target(shop: Workshop) -> None:
    shop.git("checkout", "--quiet", "--detach")
    before = everything(shop)
    refused(shop.run("start"), "detached", "--target")
    assert everything(shop) == before


def test_a_detached_head_with_a_target(shop: Workshop) -> None:
    shop.git("checkout", "--quiet", "--detach")
    assert shop.run("start", "--target", "main").code == 0


@pytest.mark.parametrize("version", [(), (1, 9), (2, 37, 9)])
def test_a_git_that_is_too_old(version: tuple[int, ...]) -> None:
    with pytest.raises(RefusedError, match=r"2\.38"):
        features(version)


def test_the_floor_itself_is_new_enough() -> None:
    assert not features((2, 38, 0)).attr_source
    assert features((2, 41, 0)).attr_source


# Operations in progress, for `start` and for `land`.


def rebase(shop: Workshop) -> None:
    diverge(shop)
    shop.git("rebase", "other", accept=(1,))


def merge(shop: Workshop) -> None:
    diverge(shop)
    shop.git("merge", "other", accept=(1,))


def cherry_pick(shop: Workshop) -> None:
    diverge(shop)
    shop.git("cherry-pick", "other", accept=(1,))


def revert(shop: Workshop) -> None:
    diverge(shop)
    shop.write({"src/a.py": "again\n"})
    shop.commit("Again")
    shop.git("revert", "--no-edit", "HEAD~1", accept=(1,))


def bisect(shop: Workshop) -> None:
    shop.git("bisect", "start")


def diverge(shop: Workshop) -> None:
    shop.git("checkout", "--quiet", "-b", "other")
    shop.write({"src/a.py": "other\n"})
    shop.commit("Other")
    shop.git("checkout", "--quiet", "main")
    shop.write({"src/a.py": "main\n"})
    shop.commit("Main")


OPERATIONS = [rebase, merge, cherry_pick, revert, bisect]


@pytest.mark.parametrize("begin", OPERATIONS, ids=lambda begin: begin.__name__)
def test_start_during_an_operation(shop: Workshop, begin: Callable[[Workshop], None]) -> None:
    begin(shop)
    before = everything(shop)
    refused(shop.run("start"), begin.__name__.replace("_", "-"), "in progress")
    assert everything(shop) == before


@pytest.mark.compat("refusals")
@pytest.mark.parametrize("begin", OPERATIONS, ids=lambda begin: begin.__name__)
def test_land_during_an_operation(shop: Workshop, begin: Callable[[Workshop], None]) -> None:
    shop.start("1.1")
    shop.work("1.1", {"new.txt": "new\n"})
    shop.finish("1.1")
    begin(shop)
    before = everything(shop)
    refused(shop.run("land"), begin.__name__.replace("_", "-"), "in progress")
    assert everything(shop) == before


# The task list and its tasks.


def test_an_untracked_list(shop: Workshop) -> None:
    shop.write({"specs/other/tasks.md": "- [ ] 1.1 A\n"})
    refused(shop.run("start", "--spec", "other"), "untracked", "commit it first")


def test_a_modified_list(shop: Workshop) -> None:
    shop.write({shop.page("tasks.md"): shop.read(shop.page("tasks.md")) + "\nmore\n"})
    refused(shop.run("start"), "modified", "commit it first")


def test_a_staged_list(shop: Workshop) -> None:
    shop.write({shop.page("tasks.md"): shop.read(shop.page("tasks.md")) + "\nmore\n"})
    shop.git("add", "--all")
    refused(shop.run("start"), "commit it first")


def test_a_list_that_the_target_does_not_have(shop: Workshop) -> None:
    shop.git("branch", "empty", shop.git("commit-tree", "-m", "empty", shop.git("mktree", stdin="")))
    refused(shop.run("start", "--target", "empty"), "is not in empty")


def test_an_unknown_task(shop: Workshop) -> None:
    before = everything(shop)
    refused(shop.run("start", "1.9"), "1.9")
    assert everything(shop) == before


def test_a_task_that_is_done(tmp_path: Path) -> None:
    shop = Workshop.make(tmp_path / "repo", tasks="- [x] 1.1 A\n  - **Do**: a\n- [ ] 1.2 B\n")
    refused(shop.run("start", "1.1"), "1.1", "done already")


def test_a_verify_task(tmp_path: Path) -> None:
    shop = Workshop.make(tmp_path / "repo", tasks="- [ ] 1.1 [VERIFY] A\n  - **Do**: a\n")
    refused(shop.run("start", "1.1"), "[VERIFY]", "ralph-hooks tick 1.1")


def test_a_task_whose_dependency_is_not_done(tmp_path: Path) -> None:
    listed = "- [ ] 1.1 A\n  - **Do**: a\n- [ ] 1.2 B\n  - **Depends on**: 1.1\n"
    refused(Workshop.make(tmp_path / "repo", tasks=listed).run("start", "1.2"), "1.2", "depends on 1.1")


def test_tasks_that_declare_the_same_file(tmp_path: Path) -> None:
    listed = "- [ ] 1.1 [P] A\n  - **Files**: a.py\n- [ ] 1.2 [P] B\n  - **Files**: a.py\n"
    shop = Workshop.make(tmp_path / "repo", tasks=listed)
    refused(shop.run("start", "1.1", "1.2"), "a.py", "--allow-overlap")
    assert shop.run("start", "1.1", "1.2", "--allow-overlap").code == 0


def test_a_dependency_cycle(tmp_path: Path) -> None:
    listed = "- [ ] 1.1 A\n  - **Depends on**: 1.2\n- [ ] 1.2 B\n  - **Depends on**: 1.1\n"
    refused(Workshop.make(tmp_path / "repo", tasks=listed).run("start"), "1.1", "1.2")


def test_an_unknown_target(shop: Workshop) -> None:
    refused(shop.run("start", "--target", "--upload-pack=x"), "expected one argument")
    refused(shop.run("start", "--target=--upload-pack=x"), "there is no branch")


def test_a_corrupt_state_file_stops_the_start(tmp_path: Path) -> None:
    shop = Workshop.make(tmp_path / "repo", state={"phase": "execution"})
    shop.write({shop.page(".ralph-state.json"): "{"})
    before = everything(shop)
    refused(shop.run("start"), ".ralph-state.json", "corrupt")
    assert everything(shop) == before


# Worktrees and branches.


def test_a_second_start_while_a_batch_is_open(shop: Workshop) -> None:
    shop.start("1.1")
    before = everything(shop)
    refused(shop.run("start"), "is open", "1.1")
    assert everything(shop) == before


@pytest.mark.compat("refusals")
def test_a_branch_name_that_is_taken(shop: Workshop) -> None:
    shop.git("branch", "ralph")  # then no branch can be called ralph/…
    before = everything(shop)
    refused(shop.run("start"), "ralph/")
    assert everything(shop) == before
    assert shop.run("status", "--format", "json").json["batch"] is None


def test_a_worktree_path_that_is_taken(shop: Workshop) -> None:
    named = shop.run("start", "1.1", "--format", "json").json
    shop.run("abort")
    # The next batch on this base has another id; take its folder by taking the parent.
    worktree = Path(named["tasks"][0]["worktree"])
    os.rename(worktree.parent.parent, worktree.parent.parent.with_name("away"))
    worktree.parent.parent.write_text("a file")
    before = everything(shop)
    refused(shop.run("start", "1.2"), ".ralph/worktrees")
    assert everything(shop) == before


def test_finish_without_a_batch(shop: Workshop) -> None:
    refused(shop.run("finish", "1.1"), "no batch is open")


def test_finish_of_a_task_that_is_not_in_the_batch(shop: Workshop) -> None:
    shop.start("1.1")
    refused(shop.run("finish", "1.2"), "1.2", "1.1 (@0)")


def test_finish_while_a_file_has_conflict_markers(shop: Workshop) -> None:
    shop.start("1.1")
    shop.write({"src/a.py": "main\n"})
    shop.commit("Main")
    shop.work("1.1", {"src/a.py": "mine\n"})
    place = shop.worktree("1.1")
    shop.git("merge", "main", at=place, accept=(1,))
    refused(shop.run("finish", "1.1"), "src/a.py", "conflict markers")
    shop.write({"src/a.py": "both\n"}, at=place)
    assert shop.run("finish", "1.1").code == 0


# Landing.


def ready(shop: Workshop, files: dict[str, str | None]) -> tuple[object, ...]:
    shop.start("1.1")
    shop.work("1.1", files)
    shop.finish("1.1")
    return ()


def test_another_branch_is_checked_out(shop: Workshop) -> None:
    ready(shop, {"new.txt": "new\n"})
    shop.git("checkout", "--quiet", "-b", "elsewhere")
    before = everything(shop)
    refused(shop.run("land"), "elsewhere", "--target main")
    assert everything(shop) == before
    assert shop.run("land", "--target", "main").code == 0
    assert "new.txt" in shop.tree("main")
    assert not (shop.path / "new.txt").exists(), "what is checked out is another branch"


def test_another_target_than_that_of_the_batch(shop: Workshop) -> None:
    ready(shop, {"new.txt": "new\n"})
    shop.git("branch", "other")
    refused(shop.run("land", "--target", "other"), "refs/heads/main", "refs/heads/other")


def test_the_target_is_gone(shop: Workshop) -> None:
    ready(shop, {"new.txt": "new\n"})
    shop.git("checkout", "--quiet", "--detach")
    shop.git("branch", "-D", "main")
    refused(shop.run("land"), "main")


def test_somebody_edited_the_list_meanwhile(shop: Workshop) -> None:
    ready(shop, {"new.txt": "new\n"})
    shop.write({shop.page("tasks.md"): shop.read(shop.page("tasks.md")) + "- [ ] 9.9 More\n"})
    before = everything(shop)
    refused(shop.run("land"), "tasks.md", "was edited")
    assert everything(shop) == before


def test_somebody_ticked_a_task_of_nobody(shop: Workshop) -> None:
    ready(shop, {"new.txt": "new\n"})
    shop.write({shop.page("tasks.md"): shop.read(shop.page("tasks.md")).replace("[ ] 1.2", "[x] 1.2")})
    refused(shop.run("land"), "tasks.md", "was edited")


def test_somebody_rewrote_the_log_meanwhile(shop: Workshop) -> None:
    ready(shop, {"new.txt": "new\n"})
    shop.write({shop.page(".progress.md"): "all new\n"})
    refused(shop.run("land"), ".progress.md", "was edited")


def test_nothing_to_undo(shop: Workshop) -> None:
    refused(shop.run("undo"), "no landing to undo")
    refused(shop.run("undo", "12345678"), "12345678")


def test_undo_after_more_commits(shop: Workshop) -> None:
    shop.do({"1.1": {"new.txt": "new\n"}})
    shop.write({"src/a.py": "more\n"})
    shop.commit("More")
    before = everything(shop)
    refused(shop.run("undo"), "commits came after")
    assert everything(shop) == before


@pytest.mark.compat("refusals")
def test_undo_with_local_edits_in_the_way(shop: Workshop) -> None:
    shop.do({"1.1": {"src/a.py": "landed\n"}})
    shop.write({"src/a.py": "mine\n"})
    before = everything(shop)
    refused(shop.run("undo"), "src/a.py", "local changes")
    assert everything(shop) == before
    assert shop.read("src/a.py") == "mine\n"


def test_undo_while_a_batch_is_open(shop: Workshop) -> None:
    shop.do({"1.1": {"new.txt": "new\n"}})
    shop.start("1.2")
    refused(shop.run("undo"), "a batch is open")


def test_resolve_of_a_task_that_was_never_parked(shop: Workshop) -> None:
    refused(shop.run("resolve", "1.1"), "no parked attempt")


def test_tick_of_a_task_in_the_open_batch(shop: Workshop) -> None:
    shop.start("1.1")
    refused(shop.run("tick", "1.1"), "open batch")


def test_tick_of_a_task_that_is_done(shop: Workshop) -> None:
    assert shop.run("tick", "1.1").code == 0
    refused(shop.run("tick", "1.1"), "done already")


# The command line itself.


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["strat"], ["did you mean `ralph-hooks start`?"]),
        (["xyzzy"], ["--help"]),
        (["start", "--max-parallel", "0"], ["--max-parallel 0"]),
        (["start", "--max-parallel", "many"], ["many", "--help"]),
        (["land", "--fast"], ["--fast"]),
        (["finish"], ["ID"]),
    ],
)
def test_usage(shop: Workshop, arguments: list[str], words: list[str]) -> None:
    refused(shop.run(*arguments), *words)


def test_a_configuration_that_is_wrong(shop: Workshop) -> None:
    shop.write({".ralph-hooks.toml": "max_paralel = 3\n"})
    refused(shop.run("start"), ".ralph-hooks.toml", "max_parallel")


def test_a_database_that_is_no_database(shop: Workshop) -> None:
    shop.write({".git/ralph/ralph.db": "nonsense" * 100})
    refused(shop.run("status"), "ralph.db", "move it away")


def test_a_database_of_a_newer_version(shop: Workshop) -> None:
    shop.run("status")
    with closing(sqlite3.connect(shop.path / ".git/ralph/ralph.db")) as database:
        database.execute("pragma user_version = 99")
    refused(shop.run("status"), "newer ralph-hooks")


def test_a_bug_is_one_line_and_the_log_has_the_rest(shop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ralph_hooks.commands.status._look", lambda: 1 / 0)
    refused(shop.run("status"), "unexpected ZeroDivisionError", "errors.log")
    assert "Traceback" in shop.read(".git/ralph/errors.log")


def test_an_interrupt_is_130(shop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("ralph_hooks.commands.status._look", interrupt)
    assert shop.run("status").code == 130
