"""What a landing leaves: commits, messages, pages of the spec, the verdict."""

from __future__ import annotations

import fcntl
import json
import os
import re
import time
from pathlib import Path

import pytest
from workshop import DATE, Workshop, ended

STATE = {"phase": "execution", "taskIndex": 0, "totalTasks": 3, "taskIteration": 2, "awaitingApproval": False, "own": 7}


@pytest.fixture
def shop(tmp_path: Path) -> Workshop:
    return Workshop.make(tmp_path / "repo", files={"src/a.py": "1\n2\n3\n4\n5\n"}, state=STATE)


def commits(shop: Workshop, rev: str = "HEAD") -> list[str]:
    return shop.git("log", "--reverse", "--format=%s", rev).split("\n")


def body(shop: Workshop, rev: str = "HEAD") -> str:
    return shop.git("log", "-1", "--format=%B", rev)


# Commits.


@pytest.mark.compat("landing")
def test_one_commit_per_task_in_task_order(shop: Workshop) -> None:
    shop.start()
    for task in ("1.3", "1.1", "1.2"):
        shop.work(task, {f"{task}.txt": task}, f"feat: {task}")
        shop.finish(task)
    landed = shop.land()
    assert landed.code == 0
    assert landed.ids("landed") == ["1.1", "1.2", "1.3"]
    assert commits(shop) == ["Begin", "feat: 1.1", "feat: 1.2", "feat: 1.3"]
    assert [shop.ticks(f"HEAD~{back}") for back in (3, 2, 1, 0)] == [[], ["1.1"], ["1.1", "1.2"], ["1.1", "1.2", "1.3"]]
    assert shop.status() == ""


def test_the_commit_field_is_the_subject(tmp_path: Path) -> None:
    listed = "- [ ] 1.1 A\n  - **Commit**: `feat(api): add the thing`\n"
    shop = Workshop.make(tmp_path / "repo", tasks=listed)
    shop.do({"1.1": {"a": "a"}})
    assert commits(shop)[-1] == "feat(api): add the thing"


def test_no_commit_field_and_several_commits(shop: Workshop) -> None:
    shop.start("1.1")
    shop.work("1.1", {"a": "a"}, "first")
    shop.work("1.1", {"b": "b"}, "second")
    shop.finish("1.1")
    shop.land()
    assert body(shop).startswith(
        "1.1 Task 1.1\n\n* first\n* second\n\nRalph-Spec: demo\nRalph-Task: 1.1\nRalph-Batch: "
    )


def test_author_and_dates_are_the_executors(shop: Workshop) -> None:
    shop.start("1.1")
    shop.work("1.1", {"a": "a"}, date=DATE + 100, author="Bob <bob@example.org>")
    shop.work("1.1", {"b": "b"}, date=DATE + 200, author="Cy <cy@example.org>")
    shop.finish("1.1")
    shop.land()
    assert shop.git("log", "-1", "--format=%an %ad | %cn %cd", "--date=raw") == (
        f"Cy {DATE + 200} +0100 | Ada {DATE + 200} +0100"
    )
    assert "Co-authored-by: Bob <bob@example.org>" in body(shop)


def test_a_progress_file_that_was_not_committed_does_not_change_the_author(shop: Workshop) -> None:
    shop.start("1.1")
    shop.work("1.1", {"a": "a"}, author="Bob <bob@example.org>")
    shop.write({shop.page(".progress-task-0.md"): "## Learnings\n- x\n"}, at=shop.worktree("1.1"))
    shop.finish("1.1")
    landed = shop.land().json["landed"][0]
    assert shop.git("log", "-1", "--format=%an") == "Bob"
    assert "Co-authored-by" not in body(shop)
    assert landed["uncommitted"] is False


def test_a_commit_is_never_dated_before_its_parent(shop: Workshop) -> None:
    shop.start()
    for task, date in (("1.1", DATE + 500), ("1.2", DATE + 10), ("1.3", DATE + 600)):
        shop.work(task, {task: task}, date=date)
        shop.finish(task)
    shop.land()
    dates = shop.git("log", "--reverse", "--format=%ct").split("\n")
    assert dates == [str(DATE), str(DATE + 500), str(DATE + 500), str(DATE + 600)]


HOSTILE = {
    "a newline": ("feat: a\nb", "feat: a"),
    "escape codes": ("feat: \x1b[31mred\x1b[0m", "feat: [31mred[0m"),
    "an option": ("--upload-pack=x", "--upload-pack=x"),
    "a command": ("$(touch owned) `touch owned`", "$(touch owned) `touch owned`"),
    "much": ("x" * 10_000, "x" * 199 + "…"),
}


@pytest.mark.parametrize(("said", "subject"), HOSTILE.values(), ids=HOSTILE)
def test_messages_are_data(shop: Workshop, said: str, subject: str) -> None:
    shop.start("1.1")
    shop.work("1.1", {"a": "a"}, said)
    shop.finish("1.1")
    assert shop.land().code == 0
    assert commits(shop)[-1] == subject
    assert not (shop.path / "owned").exists()


def test_titles_and_ids_are_data(tmp_path: Path) -> None:
    title = "\x1b[31m$(touch owned) `touch owned` --upload-pack=x " + "y" * 10_000
    shop = Workshop.make(tmp_path / "repo", tasks=f"- [ ] 1.1 [P] {title}\n  - **Do**: a\n- [ ] 1.2 [P] B\n")
    shop.do({"1.1": {"a": "a"}, "1.2": {"b": "b"}})
    assert shop.ticks() == ["1.1", "1.2"]
    assert "\x1b" not in shop.run("log").out + shop.run("status").out + shop.run("plan").out
    assert not (shop.path / "owned").exists()


def test_a_message_in_another_encoding(shop: Workshop) -> None:
    shop.start("1.1")
    shop.git("config", "i18n.commitEncoding", "ISO-8859-1")
    place = shop.worktree("1.1")
    shop.write({"a": "a"}, at=place)
    shop.git("add", "a", at=place)
    shop.git("commit", "--quiet", "-F", "-", at=place, stdin="fix: caf\xe9".encode("latin-1"))
    shop.git("config", "--unset", "i18n.commitEncoding")
    shop.finish("1.1")
    shop.land()
    assert commits(shop)[-1] == "fix: café"


def test_an_empty_attempt_is_tick_and_progress_alone(shop: Workshop) -> None:
    shop.start("1.1")
    shop.finish("1.1")
    landed = shop.land()
    assert landed.json["landed"][0]["commit"] == shop.git("rev-parse", "HEAD")
    assert shop.git("diff", "--name-only", "HEAD~1").split("\n") == [shop.page(".progress.md"), shop.page("tasks.md")]


def test_leaked_variables_do_no_harm(shop: Workshop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = Workshop.make(tmp_path / "other")
    before = other.refs()
    monkeypatch.setenv("GIT_DIR", str(other.path / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(other.path))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "missing"))
    monkeypatch.setenv("GIT_AUTHOR_NAME", "Eve")
    monkeypatch.setenv("GIT_AUTHOR_DATE", "1 +0000")
    ran = shop.run("start", "1.1", "--format", "json")
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"):
        monkeypatch.delenv(name)
    place = Path(ran.json["tasks"][0]["worktree"])
    (place / "new.txt").write_text("new\n")
    monkeypatch.setenv("GIT_DIR", str(other.path / ".git"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "missing"))
    assert shop.run("finish", "1.1").code == 0
    assert shop.run("land").code == 0
    monkeypatch.delenv("GIT_DIR")
    monkeypatch.delenv("GIT_INDEX_FILE")
    assert "new.txt" in shop.tree()
    assert shop.git("log", "-1", "--format=%an") == "Ada"
    assert other.refs() == before


# Work that nobody committed.


def test_uncommitted_work_of_a_done_task_is_committed_for_it(shop: Workshop) -> None:
    shop.start("1.1")
    shop.work("1.1", {"new.txt": "new\n", "src/a.py": None, "x.ignored": "not this"}, commit=False)
    shop.finish("1.1")
    landed = shop.land().json["landed"][0]
    assert landed["uncommitted"] is True
    tree = shop.tree()
    assert "new.txt" in tree
    assert "src/a.py" not in tree
    assert "x.ignored" not in tree
    assert "(committed for its executor)" in shop.run("log").out


@pytest.mark.compat("landing")
@pytest.mark.parametrize("staged", [True, False])
def test_a_file_that_became_a_folder_is_committed_too(tmp_path: Path, *, staged: bool) -> None:
    shop = Workshop.make(tmp_path / "repo", ("1.1",), {"a.txt": "a\n"})
    shop.start("1.1")
    place = shop.worktree("1.1")
    (place / "a.txt").unlink()
    shop.write({"a.txt/inner": "x\n"}, at=place)
    if staged:
        shop.git("add", "--all", at=place)
    shop.finish("1.1")
    assert shop.land().ids("landed") == ["1.1"]
    assert shop.show("main", "a.txt/inner") == "x"
    assert shop.status() == ""


def test_staged_deletions_and_renames_are_committed_too(tmp_path: Path) -> None:
    shop = Workshop.make(tmp_path / "repo", files={"gone": "1\n", "moved": "2\n", "folder/file": "3\n"})
    shop.start("1.1")
    place = shop.worktree("1.1")
    shop.git("rm", "--quiet", "gone", at=place)
    shop.git("mv", "moved", "here", at=place)
    (place / "folder/file").unlink()
    (place / "folder").rmdir()
    (place / "folder").symlink_to("here")
    shop.finish("1.1")
    assert shop.land().code == 0
    tree = shop.tree()
    assert {"gone", "moved", "folder/file"}.isdisjoint(tree)
    assert tree["folder"][0] == "120000"
    assert "here" in tree


def test_a_folder_where_a_file_was(tmp_path: Path) -> None:
    shop = Workshop.make(tmp_path / "repo", files={"thing": "file\n"})
    shop.start("1.1")
    place = shop.worktree("1.1")
    (place / "thing").unlink()
    shop.write({"thing/inner": "folder\n"}, at=place)
    shop.finish("1.1")
    assert shop.land().code == 0
    assert shop.read("thing/inner") == "folder\n"


@pytest.mark.compat("landing")
def test_a_conflict_in_a_file_whose_name_is_no_utf8(tmp_path: Path) -> None:
    shop = Workshop.make(tmp_path / "repo", files={"\udcff\udcfe": "1\n"})
    shop.start("1.1")
    shop.work("1.1", {"\udcff\udcfe": "mine\n"})
    shop.finish("1.1")
    shop.write({"\udcff\udcfe": "yours\n"})
    shop.commit("Yours")
    assert shop.land().json["parked"][0]["conflicts"] == ["\udcff\udcfe"]
    assert shop.run("status").code == 0
    assert shop.run("log").code == 0


def test_an_empty_repository_inside_a_worktree_is_no_obstacle(shop: Workshop) -> None:
    shop.start("1.1")
    place = shop.worktree("1.1")
    shop.git("init", "--quiet", "nested", at=place)
    shop.write({"nested/loose": "here alone\n"}, at=place)
    shop.finish("1.1")
    assert "was kept" in shop.land().err
    assert (place / "nested/loose").exists()


def test_uncommitted_work_of_a_failed_task_is_kept(shop: Workshop) -> None:
    shop.start("1.1")
    shop.work("1.1", {"committed.txt": "c\n"})
    place = shop.worktree("1.1")
    shop.write({"loose.txt": "l\n"}, at=place)
    shop.finish("1.1", "--failed", "--message", "no idea")
    landed = shop.land()
    assert landed.code == 1
    failed = landed.json["failed"][0]
    assert failed["reason"] == "no idea"
    kept = shop.tree(failed["ref"])
    assert {"committed.txt", "loose.txt"} <= kept.keys()
    assert "committed.txt" not in shop.tree()
    assert shop.git("status", "--porcelain", at=place) == "?? loose.txt", "its worktree is as it left it"


def test_an_executor_that_goes_on_after_it_has_ended(shop: Workshop) -> None:
    shop.start("1.1")
    shop.work("1.1", {"a": "a"})
    shop.finish("1.1")
    shop.work("1.1", {"b": "b"})
    shop.write({"c": "c"}, at=shop.worktree("1.1"))
    shop.land()
    assert {"a", "b", "c"} <= shop.tree().keys()


@pytest.mark.compat("worktrees")
def test_a_worktree_that_is_gone_lands_from_its_branch(shop: Workshop) -> None:
    shop.start("1.1")
    shop.work("1.1", {"a": "a"})
    place = shop.worktree("1.1")
    shop.finish("1.1")
    shop.git("worktree", "remove", "--force", "--force", str(place))
    assert shop.land().ids("landed") == ["1.1"]
    assert "a" in shop.tree()


def test_worktree_and_branch_are_gone(shop: Workshop) -> None:
    shop.start("1.1")
    place = shop.worktree("1.1")
    shop.git("worktree", "remove", "--force", "--force", str(place))
    shop.git("branch", "-D", f"ralph/{place.parent.name}/1.1")
    assert shop.run("finish", "1.1").code == 1
    assert shop.land().json["failed"][0]["reason"] == "worktree and branch are gone"


def test_a_detached_worktree_lands_its_head(shop: Workshop) -> None:
    shop.start("1.1")
    place = shop.worktree("1.1")
    shop.git("checkout", "--quiet", "--detach", at=place)
    shop.work("1.1", {"a": "a"})
    shop.finish("1.1")
    assert shop.land().ids("landed") == ["1.1"]
    assert "a" in shop.tree()


# Conflicts.


def conflict(shop: Workshop) -> None:
    shop.start()
    shop.work("1.1", {"src/a.py": "ONE\n2\n3\n4\n5\n"}, "feat: one")
    shop.work(
        "1.2", {"src/a.py": "EINS\n2\n3\n4\n5\n", "also.txt": "x\n"}, "feat: eins", author="Bob <bob@example.org>"
    )
    shop.work("1.3", {"src/a.py": "1\n2\n3\n4\nFIVE\n"}, "feat: five")
    for task in ("1.1", "1.2", "1.3"):
        shop.finish(task)


@pytest.mark.compat("landing")
def test_a_conflict_parks_its_task_and_goes_on(shop: Workshop) -> None:
    conflict(shop)
    landed = shop.land()
    assert landed.code == 1
    assert landed.ids("landed") == ["1.1", "1.3"]
    assert landed.json["signal"] is None
    parked = landed.json["parked"][0]
    assert parked["conflicts"] == ["src/a.py"]
    assert "CONFLICT (content)" in parked["reason"]
    assert "also.txt" in shop.tree(parked["ref"])
    assert "<<<<<<< " in shop.git("show", f"{parked['text']}/src/a.py"), "the text of the conflict is kept"
    assert shop.read("src/a.py") == "ONE\n2\n3\n4\nFIVE\n"
    assert shop.ticks() == ["1.1", "1.3"]
    assert shop.status() == ""


def test_a_partial_landing_never_says_the_words(tmp_path: Path) -> None:
    listed = "- [ ] 1.1 [P] Say TASK_COMPLETE\n  - **Do**: a\n- [ ] 1.2 [P] BATCH_COMPLETE\n"
    shop = Workshop.make(tmp_path / "repo", tasks=listed)
    shop.start()
    shop.work("1.1", {"TASK_COMPLETE": "a"}, "TASK_COMPLETE")
    shop.finish("1.1")
    shop.finish("1.2", "--failed", "--message", "no TASK_COMPLETE, no BATCH_COMPLETE")
    ran = shop.run("land")
    assert ran.code == 1
    assert "_COMPLETE" not in ran.out


def test_a_full_landing_says_both_on_lines_of_their_own(shop: Workshop) -> None:
    shop.start("1.1")
    shop.finish("1.1")
    assert shop.run("land").out.splitlines()[-2:] == ["TASK_COMPLETE", "BATCH_COMPLETE"]


def test_resolve_gives_markers_and_names_the_other_side(shop: Workshop) -> None:
    conflict(shop)
    shop.land()
    resolving = shop.run("resolve", "1.2", "--format", "json").json
    assert resolving["conflicts"] == ["src/a.py"]
    assert [side["subject"] for side in resolving["other"]] == ["feat: five", "feat: one"]
    place = Path(resolving["tasks"][0]["worktree"])
    text = (place / "src/a.py").read_text()
    assert "<<<<<<< HEAD\nONE\n" in text
    assert "EINS\n>>>>>>> " in text
    assert (place / "also.txt").exists()
    shop.write({"src/a.py": "ONE EINS\n2\n3\n4\nFIVE\n"}, at=place)
    assert shop.run("finish", "1.2").code == 0
    assert shop.land().json["signal"] == "BATCH_COMPLETE"
    assert shop.read("src/a.py") == "ONE EINS\n2\n3\n4\nFIVE\n"
    assert shop.git("log", "-1", "--format=%an %s") == "Bob feat: eins", "it is still its executor's work"


def test_resolve_keeps_what_the_parked_executor_learnt(shop: Workshop) -> None:
    shop.start("1.1", "1.2")
    shop.work("1.1", {"src/a.py": "one\n"})
    shop.work("1.2", {"src/a.py": "two\n", shop.page(".progress-task-1.md"): "## Learnings\n- learnt before\n"})
    shop.finish("1.1")
    shop.finish("1.2")
    shop.land()
    place = Path(shop.run("resolve", "1.2", "--format", "json").json["tasks"][0]["worktree"])
    shop.write({"src/a.py": "both\n"}, at=place)
    shop.run("finish", "1.2")
    shop.land()
    assert "- learnt before" in shop.read(shop.page(".progress.md"))


def test_resolve_committed_by_hand(shop: Workshop) -> None:
    conflict(shop)
    shop.land()
    place = Path(shop.run("resolve", "1.2", "--format", "json").json["tasks"][0]["worktree"])
    shop.write({"src/a.py": "ONE EINS\n2\n3\n4\nFIVE\n"}, at=place)
    shop.git("commit", "--quiet", "--all", "--no-edit", at=place)
    shop.run("finish", "1.2")
    assert shop.land().json["signal"] == "BATCH_COMPLETE"
    assert shop.git("log", "-1", "--format=%an %s") == "Bob feat: eins"


def test_a_retry_begins_anew_and_knows_the_earlier_attempt(shop: Workshop) -> None:
    conflict(shop)
    ref = shop.land().json["parked"][0]["ref"]
    again = shop.run("start", "--format", "json")
    task = again.json["tasks"][0]
    assert (task["id"], task["earlier"]["ref"], task["earlier"]["tries"]) == ("1.2", ref, 1)
    assert again.json["base"] == shop.git("rev-parse", "HEAD")
    shop.work("1.2", {"src/a.py": "ONE EINS\n2\n3\n4\nFIVE\n"})
    shop.finish("1.2")
    assert shop.land().code == 0


def test_a_task_that_fails_too_often_is_skipped_until_it_is_named(tmp_path: Path) -> None:
    shop = Workshop.make(tmp_path / "repo", tasks=["1.1"], state=STATE | {"maxTaskIterations": 2})
    for _ in range(2):
        shop.start()
        shop.finish("1.1", "--failed")
        shop.land()
    skipped = shop.run("start", "--format", "json")
    assert skipped.code == 1
    assert skipped.json["batch"] is None
    assert skipped.json["skipped"] == [{"index": 0, "id": "1.1"}]
    assert shop.run("start", "1.1").code == 0


def test_an_aborted_attempt_is_no_failure(tmp_path: Path) -> None:
    shop = Workshop.make(tmp_path / "repo", tasks=["1.1"], state=STATE | {"maxTaskIterations": 1})
    shop.start()
    shop.run("abort")
    assert shop.start().json["tasks"][0]["id"] == "1.1"


# The spec's pages.


def test_an_executor_cannot_tick_its_neighbour(shop: Workshop) -> None:
    shop.start("1.1")
    place = shop.worktree("1.1")
    text = shop.read(shop.page("tasks.md"))
    shop.work("1.1", {shop.page("tasks.md"): text.replace("[ ]", "[x]"), "a": "a"})
    shop.finish("1.1")
    assert place.exists()
    shop.land()
    assert shop.ticks() == ["1.1"]


def test_progress_of_every_kind_is_merged_in_task_order(shop: Workshop) -> None:
    shop.start()
    own = shop.page(".progress-task-0.md")
    shop.work("1.1", {own: "## Completed Tasks\n- [x] 1.1 Mine\n\n## Learnings\n- learnt one\n"})
    log = shop.read(shop.page(".progress.md"))
    shop.work("1.2", {shop.page(".progress.md"): log + "\n## Learnings\n- learnt two\n"})
    # What leaks into the main worktree by shell.
    shop.write({shop.page(".progress-task-2.md"): "## Learnings\n- learnt three\n"})
    shop.write({shop.page(".progress.md"): log + "\n## Learnings\n- learnt by the way\n"})
    for task in ("1.3", "1.2", "1.1"):
        shop.finish(task)
    assert shop.land().code == 0
    text = shop.read(shop.page(".progress.md"))
    for line in ("- [x] 1.1 Mine", "- [x] 1.2 Task 1.2", "- [x] 1.3 Task 1.3"):
        assert text.count(line) == 1
    learnt = [text.index(f"- learnt {word}") for word in ("one", "two", "three")]
    assert learnt == sorted(learnt)
    assert "- learnt by the way" in text
    assert not (shop.path / shop.page(".progress-task-2.md")).exists()
    assert not (shop.path / own).exists()
    assert shop.status() == ""


def test_what_leaked_is_saved_under_a_ref(shop: Workshop) -> None:
    shop.start("1.1")
    dirty = shop.read(shop.page("tasks.md")).replace("[ ] 1.1", "[x] 1.1")
    shop.write({shop.page("tasks.md"): dirty, shop.page(".progress-task-0.md"): "## Learnings\n- x\n"})
    shop.finish("1.1")
    batch = shop.land().json["batch"]
    saved = f"refs/ralph/saved/{batch}"
    assert shop.show(saved, shop.page("tasks.md")) == dirty.removesuffix("\n")
    assert shop.page(".progress-task-0.md") in shop.tree(saved)
    assert shop.status() == ""


def test_what_leaked_stays_where_nothing_lands(shop: Workshop) -> None:
    shop.start("1.1")
    dirty = shop.read(shop.page("tasks.md")).replace("[ ] 1.1", "[x] 1.1")
    shop.write({shop.page("tasks.md"): dirty})
    shop.finish("1.1", "--failed")
    assert shop.land().code == 1
    assert shop.read(shop.page("tasks.md")) == dirty


def test_an_ignored_log_gets_its_entries_on_disk_and_is_never_added(tmp_path: Path) -> None:
    shop = Workshop.make(tmp_path / "repo", files={".gitignore": ".progress.md\n.ralph-state.json\n"}, progress=None)
    shop.write({shop.page(".progress.md"): "# Progress\n\n## Learnings\n- old\n", shop.page(".ralph-state.json"): "{}"})
    shop.start("1.1", "1.2")
    place = shop.worktree("1.2")
    assert "- old" in (place / shop.page(".progress.md")).read_text(), "the executor can read it"
    shop.write({shop.page(".progress.md"): "# Progress\n\n## Learnings\n- old\n- new\n"}, at=place)
    shop.finish("1.1")
    shop.finish("1.2")
    assert shop.land().code == 0
    text = shop.read(shop.page(".progress.md"))
    assert [text.count(line) for line in ("- old", "- new", "- [x] 1.1", "- [x] 1.2")] == [1, 1, 1, 1]
    assert shop.page(".progress.md") not in shop.tree()
    shop.run("undo")
    assert shop.read(shop.page(".progress.md")) == "# Progress\n\n## Learnings\n- old\n"


def test_an_untracked_log_gets_its_entries_on_disk(tmp_path: Path) -> None:
    shop = Workshop.make(tmp_path / "repo", progress=None)
    shop.write({shop.page(".progress.md"): "# Progress\n"})
    shop.do({"1.1": {"a": "a"}})
    assert "- [x] 1.1" in shop.read(shop.page(".progress.md"))
    assert shop.page(".progress.md") not in shop.tree()


def test_a_missing_log_is_made(tmp_path: Path) -> None:
    shop = Workshop.make(tmp_path / "repo", progress=None, state=STATE)
    shop.do({"1.1": {"a": "a"}})
    assert "- [x] 1.1" in shop.show("HEAD", shop.page(".progress.md"))


def test_a_missing_log_that_would_be_ignored_is_not_made(tmp_path: Path) -> None:
    shop = Workshop.make(
        tmp_path / "repo", progress=None, state=STATE, files={".gitignore": ".progress.md\n.ralph-state.json\n"}
    )
    assert shop.do({"1.1": {"a": "a"}}).code == 0
    assert shop.page(".progress.md") not in shop.tree()
    assert not (shop.path / shop.page(".progress.md")).exists()


def test_an_ignored_list_is_ticked_on_disk_alone(tmp_path: Path) -> None:
    shop = Workshop.make(tmp_path / "repo", files={".gitignore": "specs/\n"})
    shop.git("rm", "--quiet", "-r", "--cached", "specs")
    shop.git("commit", "--quiet", "-m", "Ignore the specs")
    ran = shop.do({"1.1": {"a": "a"}, "1.2": {}})
    assert ran.code == 0
    assert [item["commit"] is None for item in ran.json["landed"]] == [False, True]
    assert shop.read(shop.page("tasks.md")).count("[x]") == 2
    assert sorted(shop.tree()) == [".gitignore", "a"]
    shop.run("undo")
    assert "[x]" not in shop.read(shop.page("tasks.md"))


@pytest.mark.parametrize("dialect", ["speckit", "plain"])
def test_other_lists_keep_no_log(tmp_path: Path, dialect: str) -> None:
    listed = ["T001", "T002"] if dialect == "speckit" else "- [ ] [P] One\n- [ ] [P] Two\n"
    shop = Workshop.make(tmp_path / "repo", tasks=listed, dialect=dialect, progress=None)
    started = shop.start()
    assert [task["progress_file"] for task in started.json["tasks"]] == [None] * len(started.json["tasks"])
    for index in range(2):
        shop.finish(f"@{index}")
    assert shop.land().code == 0
    assert shop.git("diff", "--name-only", "HEAD~2") == shop.page("tasks.md")


def test_lists_keep_their_line_ends(tmp_path: Path) -> None:
    listed = "\ufeff# Tasks\r\n\r\n- [ ] 1.1 [P] A\r\n  - **Do**: a\r\n- [ ] 1.2 [P] B"
    shop = Workshop.make(tmp_path / "repo", tasks=listed)
    shop.do({"1.1": {"a": "a"}})
    assert shop.show("HEAD", shop.page("tasks.md")) == listed.replace("[ ] 1.1", "[x] 1.1")


def test_a_task_that_vanished_is_parked_and_the_rest_lands(shop: Workshop) -> None:
    shop.start("1.1", "1.2")
    shop.work("1.1", {"a": "a"})
    shop.work("1.2", {"b": "b"})
    shop.finish("1.1")
    shop.finish("1.2")
    lines = shop.read(shop.page("tasks.md")).splitlines(keepends=True)
    shop.write({shop.page("tasks.md"): "".join(line for line in lines if "1.1" not in line)})
    shop.commit("Drop 1.1")
    landed = shop.land()
    assert landed.code == 1
    assert landed.ids("landed") == ["1.2"]
    assert "no longer in" in landed.json["parked"][0]["reason"]
    assert "a" in shop.tree(landed.json["parked"][0]["ref"])


def test_tasks_that_moved_in_the_list_are_found_by_their_ids(shop: Workshop) -> None:
    shop.start("1.2")
    shop.finish("1.2")
    text = shop.read(shop.page("tasks.md"))
    shop.write({shop.page("tasks.md"): text.replace("- [ ] 1.1", "- [ ] 0.9 New\n  - **Do**: x\n- [ ] 1.1")})
    shop.commit("Insert a task")
    shop.land()
    assert shop.ticks() == ["1.2"]


# What does not belong into a commit.


def test_links_copies_and_setup_never_land(tmp_path: Path) -> None:
    config = 'link = ["deps"]\ncopy = [".env"]\nsetup = "echo built > built.txt && echo patched >> src/a.py"\n'
    shop = Workshop.make(tmp_path / "repo", files={"src/a.py": "a\n"}, config=config)
    shop.write({"deps/lib.js": "lib\n", ".env": "SECRET=1\n"})
    shop.start("1.1")
    place = shop.worktree("1.1")
    assert (place / "deps" / "lib.js").read_text() == "lib\n"
    assert (place / ".env").read_text() == "SECRET=1\n"
    assert (place / "built.txt").read_text() == "built\n"
    shop.work("1.1", {"new.txt": "new\n"})  # with `git add --all`
    shop.finish("1.1")
    assert shop.land().code == 0
    assert shop.git("diff", "--name-only", "HEAD~1").split("\n") == [
        "new.txt",
        shop.page(".progress.md"),
        shop.page("tasks.md"),
    ]


def test_a_setup_that_fails_fails_its_attempt_alone(tmp_path: Path) -> None:
    config = 'setup = "test $RALPH_TASK_INDEX != 1 || { echo no network; exit 3; }"\n'
    shop = Workshop.make(tmp_path / "repo", config=config)
    started = shop.run("start", "1.1", "1.2", "--format", "json")
    assert started.code == 1
    assert [task["state"] for task in started.json["tasks"]] == ["running", "failed"]
    shop.work("1.1", {"a": "a"})
    shop.finish("1.1")
    landed = shop.land()
    assert landed.ids("landed") == ["1.1"]
    assert landed.json["failed"][0]["reason"] == "setup exited with 3: no network"


def test_a_setup_that_hangs_is_ended(tmp_path: Path) -> None:
    shop = Workshop.make(tmp_path / "repo", config='setup = "sleep 60"\nsetup_timeout = 1\n')
    started = shop.run("start", "1.1")
    assert started.code == 1
    assert "no answer within 1 seconds" in started.err


def test_what_is_outside_the_declared_files_is_reported(tmp_path: Path) -> None:
    shop = Workshop.make(tmp_path / "repo", tasks="- [ ] 1.1 A\n  - **Files**: src/a.py, lib/\n")
    landed = shop.do({"1.1": {"src/a.py": "a", "lib/b.py": "b", "other.py": "c"}}).json["landed"][0]
    assert landed["outside"] == ["other.py"]


def test_the_state_file_of_an_executor_is_left_out_and_named(tmp_path: Path) -> None:
    shop = Workshop.make(tmp_path / "repo", files={".gitignore": "x\n"}, state=STATE)
    shop.start("1.1")
    shop.work("1.1", {shop.page(".ralph-state.json"): '{"taskIndex": 99}', "a": "a"})
    shop.finish("1.1")
    landed = shop.land()
    assert shop.page(".ralph-state.json") not in shop.tree()
    assert any(".ralph-state.json" in warning for warning in landed.json["warnings"])


# The verdict.


def test_the_hold_and_the_verdict(shop: Workshop) -> None:
    shop.start("1.1", "1.2")
    held = shop.state()
    assert held["awaitingApproval"] is True
    assert held["parallelGroup"] == {"startIndex": 0, "endIndex": 1, "taskIndices": [0, 1]}
    assert held["taskResults"] == {"0": {"status": "pending"}, "1": {"status": "pending"}}
    shop.finish("1.1")
    shop.finish("1.2")
    shop.land()
    results = {"0": {"status": "success"}, "1": {"status": "success"}}
    assert shop.state() == STATE | {"taskResults": results, "taskIndex": 2, "taskIteration": 1}


def test_the_verdict_of_a_partial_landing(shop: Workshop) -> None:
    conflict(shop)
    shop.land()
    state = shop.state()
    assert (state["taskIndex"], state["taskIteration"], state["awaitingApproval"]) == (1, 3, False)
    assert [state["taskResults"][key]["status"] for key in "012"] == ["success", "failed", "success"]


def test_the_verdict_for_the_handler_that_increments(tmp_path: Path) -> None:
    shop = Workshop.make(tmp_path / "repo", state=STATE, config='stop_handler = "increments"\n')
    shop.do({"1.1": {}, "1.2": {}})
    assert (shop.state()["taskIndex"], shop.state()["taskIteration"]) == (1, 2)
    shop.do({"1.3": {}})
    assert shop.state()["taskIndex"] == 2


def test_a_corrupt_state_file_is_named_and_left(shop: Workshop) -> None:
    shop.start("1.1")
    shop.finish("1.1")
    shop.write({shop.page(".ralph-state.json"): "{"})
    landed = shop.land()
    assert landed.code == 1
    assert landed.ids("landed") == ["1.1"]
    assert any(".ralph-state.json is corrupt" in warning for warning in landed.json["warnings"])
    assert shop.read(shop.page(".ralph-state.json")) == "{"


@pytest.mark.compat("landing")
def test_undo_gives_the_state_back_only_where_it_still_stands(shop: Workshop) -> None:
    shop.do({"1.1": {"a": "a"}})
    moved = shop.state() | {"taskIteration": 9}
    shop.write({shop.page(".ralph-state.json"): json.dumps(moved)})
    assert shop.run("undo").code == 0
    assert shop.state() == STATE | {"taskIteration": 9}


def test_abort_gives_the_state_back(shop: Workshop) -> None:
    shop.start("1.1")
    shop.run("abort")
    assert shop.state() == STATE


@pytest.mark.compat("worktrees")
def test_abort_keeps_everything_and_lists_it(shop: Workshop) -> None:
    shop.start("1.1", "1.2")
    shop.work("1.1", {"committed": "c"})
    shop.write({"loose": "l"}, at=shop.worktree("1.1"))
    kept = {item["id"]: item["ref"] for item in shop.run("abort", "--format", "json").json["kept"]}
    assert {"committed", "loose"} <= shop.tree(kept["1.1"]).keys()
    assert kept.keys() == {"1.1", "1.2"}


# Around it.


def test_start_with_nothing_left_to_do(tmp_path: Path) -> None:
    shop = Workshop.make(tmp_path / "repo", tasks="- [x] 1.1 A\n  - **Do**: a\n")
    ran = shop.run("start", "--format", "json")
    assert (ran.code, ran.json["batch"], ran.json["tasks"]) == (0, None, [])


def test_start_before_a_verify_task(tmp_path: Path) -> None:
    shop = Workshop.make(tmp_path / "repo", tasks="- [ ] 1.1 [VERIFY] A\n  - **Do**: a\n- [ ] 1.2 B\n")
    ran = shop.run("start", "--format", "json")
    assert (ran.code, ran.json["batch"], ran.json["next"]) == (1, None, {"index": 0, "id": "1.1"})
    assert shop.run("tick", "1.1", "--format", "json").json["task"] == {"index": 0, "id": "1.1", "state": "done"}
    assert shop.start().json["tasks"][0]["id"] == "1.2"


def test_start_opens_slices(tmp_path: Path) -> None:
    shop = Workshop.make(tmp_path / "repo", tasks=[f"1.{n}" for n in range(1, 6)])
    assert [task["id"] for task in shop.run("start", "--format", "json").json["tasks"]] == ["1.1", "1.2", "1.3"]


def test_duplicate_ids_are_named_by_index(tmp_path: Path) -> None:
    shop = Workshop.make(tmp_path / "repo", tasks="- [ ] 1.1 [P] A\n  - **Do**: a\n- [ ] 1.1 [P] B\n")
    shop.start()
    assert shop.run("finish", "1.1").code == 2
    shop.finish("@0")
    shop.finish("#1")
    assert shop.land().code == 0
    assert shop.read(shop.page("tasks.md")).count("[x]") == 2


def test_tick_leaves_everything_else_alone(shop: Workshop) -> None:
    shop.write({"src/a.py": "local\n", "staged.txt": "s\n"})
    shop.git("add", "staged.txt")
    ran = shop.run("tick", "1.1", "--format", "json")
    assert ran.json["commit"] == shop.git("rev-parse", "HEAD")
    assert shop.git("diff", "--name-only", "HEAD~1", "HEAD") == shop.page("tasks.md")
    assert shop.status().splitlines() == [" M src/a.py", "A  staged.txt"]


@pytest.mark.compat("worktrees")
def test_everything_from_a_subfolder_and_from_an_executors_worktree(shop: Workshop) -> None:
    sub = shop.path / "src"
    assert shop.run("start", "1.1", "--spec", "../specs/demo", at=sub).code == 0
    place = shop.worktree("1.1")
    shop.write({"a": "a"}, at=place)
    assert shop.run("finish", "1.1", at=place).code == 0
    assert shop.run("land", at=place).code == 0
    assert "a" in shop.tree()
    assert shop.read("a") == "a"


def test_a_landing_from_a_worktree_that_it_removes(shop: Workshop) -> None:
    shop.start("1.1", "1.2")
    place = shop.worktree("1.1")
    shop.finish("1.1")
    shop.finish("1.2")
    landed = shop.run("land", "--format", "json", at=place)
    assert (landed.code, landed.err) == (0, "")
    assert not place.exists()
    assert shop.refs("refs/heads/ralph/") == {}


@pytest.mark.compat("worktrees")
def test_a_linked_worktree_is_a_place_like_any_other(shop: Workshop, tmp_path: Path) -> None:
    linked = tmp_path / "linked"
    shop.git("worktree", "add", "--quiet", "-b", "side", str(linked))
    started = shop.run("start", "1.1", "--format", "json", at=linked)
    assert started.json["target"] == "refs/heads/side"
    place = Path(started.json["tasks"][0]["worktree"])
    shop.write({"a": "a"}, at=place)
    shop.run("finish", "1.1", at=linked)
    assert shop.run("land", at=linked).code == 0
    assert (linked / "a").read_text() == "a"
    assert "a" not in shop.tree("main")
    assert shop.git("status", "--porcelain", at=linked) == ""


def test_worktrees_and_branches_of_landed_tasks_go(shop: Workshop) -> None:
    conflict(shop)
    places = [shop.worktree(task) for task in ("1.1", "1.2", "1.3")]
    shop.land()
    assert [place.exists() for place in places] == [False, True, False]
    assert [ref.rpartition("/")[2] for ref in shop.refs("refs/heads/ralph/")] == ["1.2"]


def test_a_worktree_with_new_work_is_kept(shop: Workshop) -> None:
    shop.start("1.1")
    place = shop.worktree("1.1")
    shop.git("init", "--quiet", "nested", at=place)
    shop.write({"nested/only.txt": "copy\n"}, at=place)
    shop.git("add", "only.txt", at=place / "nested")
    shop.git("commit", "--quiet", "-m", "Only here", at=place / "nested")
    shop.finish("1.1")
    landed = shop.land()
    assert (place / "nested/only.txt").exists()
    assert "was kept" in landed.err


def test_ignored_files_are_named_before_their_worktree_goes(tmp_path: Path) -> None:
    config = 'copy = [".env"]\n'
    shop = Workshop.make(tmp_path / "repo", files={".gitignore": ".env\nbuild/\n*.log\n"}, config=config)
    shop.write({".env": "S=1\n"})
    shop.start("1.1")
    shop.work("1.1", {"build/deep/out": "o\n", "run.log": "l\n", "new": "n\n"})
    shop.finish("1.1")
    said = shop.land().err
    assert "ignored files went with the worktree of task 1.1: build/, run.log" in said
    assert ".env" not in said, "that was a copy"


def test_keep_worktrees(tmp_path: Path) -> None:
    shop = Workshop.make(tmp_path / "repo", config="keep_worktrees = true\n")
    shop.start("1.1")
    place = shop.worktree("1.1")
    shop.finish("1.1")
    shop.land()
    assert place.exists()


def test_worktrees_are_out_of_sight_and_locked(shop: Workshop) -> None:
    shop.start("1.1")
    assert shop.status() == ""
    assert "locked ralph-hooks batch" in shop.git("worktree", "list", "--porcelain")
    assert shop.git("config", "--get-regexp", "^branch", accept=(1,)) == "", "no tracking"


def test_land_while_executors_run(shop: Workshop) -> None:
    shop.start("1.1", "1.2")
    shop.finish("1.2")
    before = shop.refs()
    ran = shop.land()
    assert (ran.code, ran.json["running"]) == (1, ["1.1"])
    assert shop.refs() == before


def test_land_without_a_batch(shop: Workshop) -> None:
    ran = shop.land()
    assert (ran.code, ran.json["batch"]) == (0, None)


def test_the_shapes_of_the_contract(shop: Workshop) -> None:
    started = shop.run("start", "1.1", "--format", "json").json
    assert started.keys() >= {"batch", "base", "target", "tasks"}
    assert started["tasks"][0].keys() >= {"index", "id", "title", "worktree", "branch", "progress_file"}
    status = shop.run("status", "--format", "json").json
    assert status.keys() >= {"batch", "target", "base", "tasks"}
    assert status["tasks"][0].keys() >= {"index", "id", "state", "worktree", "branch", "head"}
    assert shop.finish("1.1").json.keys() >= {"task", "commit"}
    landed = shop.land().json
    assert landed.keys() >= {"batch", "target", "before", "after", "landed", "parked", "failed", "signal"}
    assert landed["landed"][0].keys() >= {"index", "id", "commit"}
    log = shop.run("log", "--format", "json").json
    assert log["batches"][0].keys() >= {*landed.keys(), "started", "ended"}
    assert shop.run("undo", "--format", "json").json.keys() >= {"batch", "target", "before", "after"}
    assert shop.run("recover", "--format", "json").json == {"recovered": []}
    assert shop.run("abort", "--format", "json").json == {"batch": None, "kept": []}
    plan = shop.run("plan", "--format", "json").json
    assert plan.keys() >= {"dialect", "tasks", "groups"}
    assert plan["tasks"][0].keys() >= {"index", "id", "title", "markers", "done", "line", "files"}
    assert plan["groups"][0].keys() >= {"tasks", "parallel", "reason"}


@pytest.mark.parametrize("hash_name", ["sha1", "sha256"])
def test_both_kinds_of_object_ids(tmp_path: Path, hash_name: str) -> None:
    shop = Workshop.make(tmp_path / "repo", files={"a": "a\n"}, init=[f"--object-format={hash_name}"])
    landed = shop.do({"1.1": {"a": "b\n"}, "1.2": {"new": "n\n"}})
    assert len(landed.json["after"]) == {"sha1": 40, "sha256": 64}[hash_name]
    assert shop.run("undo").code == 0
    assert shop.read("a") == "a\n"


@pytest.mark.compat("landing")
def test_commits_are_signed_when_the_configuration_asks(shop: Workshop) -> None:
    program = shop.path / ".git" / "sign"
    signature = "-----BEGIN PGP SIGNATURE-----\\n\\nsigned\\n-----END PGP SIGNATURE-----"
    program.write_text(f"#!/bin/sh\ncat >/dev/null\nprintf '\\n[GNUPG:] SIG_CREATED ' >&2\necho '{signature}'\n")
    program.chmod(0o755)
    shop.start("1.1")
    shop.work("1.1", {"a": "a"}, "feat: a", date=DATE + 5, author="Bob <bob@example.org>")
    shop.finish("1.1")
    shop.git("config", "commit.gpgSign", "true")
    shop.git("config", "gpg.program", str(program))
    assert shop.land().code == 0
    raw = shop.git("cat-file", "commit", "HEAD")
    assert re.search(r"^gpgsig(-sha256)? -----BEGIN PGP SIGNATURE-----$", raw, re.MULTILINE)  # by the hash
    assert f"author Bob <bob@example.org> {DATE + 5} +0100" in raw
    assert f"committer Ada <ada@example.org> {DATE + 5} +0100" in raw
    assert shop.run("tick", "1.2").code == 0
    assert "gpgsig" in shop.git("cat-file", "commit", "HEAD")


def test_status_while_a_start_is_at_work(tmp_path: Path) -> None:
    shop = Workshop.make(tmp_path / "repo", config='setup = "while test ! -e $HOME/go; do sleep 0.1; done"\n')
    starting = shop.spawn("start", "1.1")
    deadline = time.monotonic() + 60
    while not (tasks := shop.run("status", "--format", "json").json["tasks"]):
        assert time.monotonic() < deadline
    assert starting.poll() is None, "nobody waited for anybody"
    assert tasks[0]["id"] == "1.1"
    (Path(os.environ["HOME"]) / "go").touch()
    assert ended(starting).code == 0
    assert shop.run("status", "--format", "json").json["batch"]


def test_a_lock_that_is_held_too_long(tmp_path: Path) -> None:
    shop = Workshop.make(tmp_path / "repo", config="lock_timeout = 0.2\n")
    shop.run("status")
    with (shop.path / ".git/ralph/lock").open("ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        ran = shop.run("start")
    assert ran.code == 2
    assert "another ralph-hooks is at work in this repository" in ran.err
