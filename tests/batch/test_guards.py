"""The guards of a landing, one test each: without the guard its test fails. A refusal leaves everything as it was."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from workshop import Content, Ran, Workshop

from ralph_hooks.batch import land as landing
from ralph_hooks.git.checkout import Checkout
from ralph_hooks.git.merge import Merged, Merger
from ralph_hooks.git.objects import Entry
from ralph_hooks.git.process import GitError
from ralph_hooks.git.refs import RefSession
from ralph_hooks.git.repository import Repository

LINES = "".join(f"line {number}\n" for number in range(20))
TOP, END = LINES.replace("line 1\n", "LINE 1\n"), LINES.replace("line 18\n", "LINE 18\n")
BOTH = TOP.replace("line 18\n", "LINE 18\n")
FILES: dict[str, Content] = {"a.txt": LINES, "b.txt": "b\n", "folder/c.txt": "c\n"}


@pytest.fixture
def shop(tmp_path: Path) -> Workshop:
    return Workshop.make(tmp_path / "repo", ("1.1", "1.2"), FILES)


def by_hand(shop: Workshop, files: dict[str, Content | None]) -> str:
    """A person commits on the target."""
    shop.write(files)
    return shop.commit("By hand")


def attempts(shop: Workshop, **files: dict[str, Content | None]) -> None:
    """Every task is started, worked on (`t1`: task 1.1) and finished."""
    tasks = {f"1.{name[1:]}": content for name, content in files.items()}
    shop.start(*tasks)
    for task, content in tasks.items():
        shop.work(task, content)
        shop.finish(task)


def parked(ran: Ran) -> dict[str, str]:
    """Why each parked task was parked."""
    assert ran.code == 1
    return {item["id"]: item["reason"] for item in ran.json["parked"]}


def everything(shop: Workshop) -> object:
    """Every ref, what `git status` says, and every byte outside git's own folder."""
    files = {}
    for here, folders, names in os.walk(shop.path):
        folders[:] = [name for name in folders if name not in {".git", ".ralph"}]
        for path in (Path(here) / name for name in names):
            files[path] = path.readlink() if path.is_symlink() else path.read_bytes()
    return shop.refs(), shop.status(), files


@contextmanager
def refused(shop: Workshop, *words: str) -> Iterator[None]:
    """`land` is refused with these words, and nothing has changed; once the reason has gone (the block), it lands."""
    before = everything(shop)
    ran = shop.land()
    assert (ran.code, ran.out) == (2, "")
    assert all(word in ran.err for word in words), ran.err
    assert everything(shop) == before
    assert not list((shop.path / ".git").glob("index.*"))
    yield
    again = shop.land()
    assert again.code == 0, again
    assert shop.ticks() == again.ids("landed")


# Conservation: what if the merge were wrong? It parks its task, names the path, and everything else lands.


def wrong(monkeypatch: pytest.MonkeyPatch, path: str, content: str | None, task: str = "mine.txt") -> None:
    """From now on merging the attempt that adds the file `task` gives `content` at `path`, whatever the sides say."""
    honest = Merger.merge

    def merge(self: Merger, ours: str, theirs: str, *, attributes: str) -> Merged:
        merged = honest(self, ours, theirs, attributes=attributes)
        if self.objects.entry(self.objects.tree_of(theirs), task) is None:
            return merged
        entry = None if content is None else Entry("100644", self.objects.write("blob", content.encode()))
        return Merged(self.objects.edit_tree(merged.tree, {path: entry}), merged.clean, (), ())

    monkeypatch.setattr(Merger, "merge", merge)


@pytest.mark.parametrize(
    ("path", "content", "reason"),
    [
        ("b.txt", "somebody else's\n", "changed, but not by the attempt"),
        ("new.txt", "nobody's\n", "changed, but not by the attempt"),
        ("folder/c.txt", None, "changed, but not by the attempt"),
        ("a.txt", None, "deleted, but not by the attempt"),  # both sides edited it: no other rule looks there
        ("mine.txt", "not what it wrote\n", "does not carry what the attempt wrote"),
        ("mine.txt", None, "does not carry what the attempt wrote"),
        ("gone.txt", "gone\n", "does not carry what the attempt wrote"),
    ],
)
def test_a_merge_that_does_not_conserve_is_parked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str, content: str | None, reason: str
) -> None:
    shop = Workshop.make(tmp_path / "repo", ("1.1", "1.2"), {**FILES, "gone.txt": "gone\n"})
    attempts(shop, t1={"a.txt": TOP, "mine.txt": "mine\n", "gone.txt": None}, t2={"other.txt": "other\n"})
    tip = by_hand(shop, {"a.txt": END})
    wrong(monkeypatch, path, content)
    ran = shop.land()
    assert f"{path} ({reason})" in parked(ran)["1.1"]
    assert ran.json["parked"][0]["conflicts"] == [path]
    assert ran.ids("landed") == ["1.2"]
    expected = {name: entry for name, entry in shop.tree(tip).items() if not name.startswith("specs/")}
    now = {name: entry for name, entry in shop.tree().items() if not name.startswith("specs/")}
    assert now == {**expected, "other.txt": now["other.txt"]}


@pytest.mark.parametrize("who", ["target", "attempt"])
def test_content_at_a_renamed_path_is_the_merge_of_both_sides(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch, who: str
) -> None:
    edit: dict[str, Content | None] = {"a.txt": TOP}
    rename: dict[str, Content | None] = {"a.txt": None, "renamed.txt": END}
    mine, theirs = (edit, rename) if who == "target" else (rename, edit)
    attempts(shop, t1={**mine, "mine.txt": "mine\n"})
    by_hand(shop, theirs)
    lost = END if who == "target" else TOP  # one side's content: the other's edit is silently gone
    with monkeypatch.context() as patch:
        wrong(patch, "renamed.txt", lost)
        assert "renamed.txt (is not the merge of both sides of a rename)" in parked(shop.land())["1.1"]
    assert shop.run("resolve", "1.1", "--tasks", shop.page("tasks.md")).code == 0
    shop.finish("1.1")
    assert shop.land().code == 0
    assert shop.show("HEAD", "renamed.txt") == BOTH.rstrip("\n")


# The base is the recorded one.


def test_what_was_dropped_from_the_target_stays_dropped(shop: Workshop) -> None:
    begun = shop.git("rev-parse", "HEAD")
    by_hand(shop, {"dropped.txt": "dropped\n"})
    attempts(shop, t1={"mine.txt": "mine\n"})
    shop.git("reset", "--quiet", "--hard", begun)  # somebody rewinds the target below the base
    ran = shop.land()
    assert ran.ids("landed") == ["1.1"]
    assert {"mine.txt", "dropped.txt"} & shop.tree().keys() == {"mine.txt"}
    assert "stays dropped" in ran.json["warnings"][0]


def test_a_newer_target_that_an_executor_took_in_is_not_its_change(shop: Workshop) -> None:
    shop.start("1.1")
    by_hand(shop, {"b.txt": "b 2\n", "new.txt": "new\n"})
    shop.git("merge", "--quiet", "--no-edit", "main", at=shop.worktree("1.1"))
    shop.work("1.1", {"mine.txt": "mine\n"})
    by_hand(shop, {"b.txt": "b\n", "new.txt": None})  # a revert, which must not be undone
    shop.finish("1.1")
    assert shop.land().ids("landed") == ["1.1"]
    assert shop.show("HEAD", "b.txt") == "b"
    assert "new.txt" not in shop.tree()


def test_an_executor_that_takes_somebodys_change_back_is_parked(shop: Workshop) -> None:
    shop.start("1.1", "1.2")
    by_hand(shop, {"b.txt": "b 2\n"})
    shop.git("merge", "--quiet", "--no-edit", "-s", "ours", "main", at=shop.worktree("1.1"))
    shop.work("1.1", {"mine.txt": "mine\n"})
    shop.work("1.2", {"other.txt": "other\n"})
    for task in ("1.1", "1.2"):
        shop.finish(task)
    ran = shop.land()
    assert "took somebody's change to it back: b.txt" in parked(ran)["1.1"]
    assert ran.ids("landed") == ["1.2"]
    assert shop.show("HEAD", "b.txt") == "b 2"


def test_a_head_that_does_not_descend_from_the_base_is_parked(shop: Workshop) -> None:
    by_hand(shop, {"later.txt": "later\n"})
    shop.start("1.1", "1.2")
    shop.git("reset", "--quiet", "--hard", "HEAD~1", at=shop.worktree("1.1"))
    shop.work("1.1", {"mine.txt": "mine\n"})
    shop.work("1.2", {"other.txt": "other\n"})
    said = shop.run("finish", "1.1")
    assert said.code == 1
    assert "does not descend" in said.err
    shop.finish("1.2")
    ran = shop.land()
    assert "does not descend from the base" in parked(ran)["1.1"]
    assert ran.ids("landed") == ["1.2"]
    assert "later.txt" in shop.tree()


def test_a_criss_cross_history_is_parked(shop: Workshop) -> None:
    shop.start("1.1", "1.2")
    mine = shop.work("1.1", {"mine.txt": "mine\n"})
    theirs = by_hand(shop, {"later.txt": "later\n"})
    shop.git("merge", "--quiet", "--no-edit", theirs, at=shop.worktree("1.1"))
    shop.git("merge", "--quiet", "--no-edit", mine)
    shop.work("1.1", {"more.txt": "more\n"})
    shop.work("1.2", {"other.txt": "other\n"})
    for task in ("1.1", "1.2"):
        shop.finish(task)
    ran = shop.land()
    assert "more than one merge base" in parked(ran)["1.1"]
    assert ran.ids("landed") == ["1.2"]


def test_a_branch_that_is_rewound_after_its_executor_has_ended_is_parked(shop: Workshop) -> None:
    attempts(shop, t1={"mine.txt": "mine\n"}, t2={"other.txt": "other\n"})
    pinned = shop.git("rev-parse", "HEAD", at=shop.worktree("1.1"))
    shop.git("reset", "--quiet", "--hard", "HEAD~1", at=shop.worktree("1.1"))
    shop.work("1.1", {"instead.txt": "instead\n"})
    ran = shop.land()
    assert "rewound" in parked(ran)["1.1"]
    assert ran.ids("landed") == ["1.2"]
    assert shop.git("rev-parse", ran.json["parked"][0]["ref"]) == pinned


# The sync never overwrites what is not in git.

CLASHES: dict[str, tuple[dict[str, Content | None], dict[str, Content | None], str]] = {
    "local edit": ({"a.txt": TOP}, {"a.txt": END}, "a.txt has local changes"),
    "local delete": ({"a.txt": TOP}, {"a.txt": None}, "a.txt has local changes"),
    "edit of a deleted file": ({"a.txt": None}, {"a.txt": END}, "a.txt has local changes"),
    "untracked": ({"new.txt": "new\n"}, {"new.txt": "precious\n"}, "new.txt is in the way"),
    "untracked, the same": ({"new.txt": "new\n"}, {"new.txt": "new\n"}, "new.txt is in the way"),
    "ignored": ({"x.ignored": "new\n"}, {"x.ignored": "precious\n"}, "x.ignored is in the way"),
    "file where a folder must be": ({"new/deep/x": "new\n"}, {"new": "precious\n"}, "new is in the way"),
    "ignored file where a folder must be": (
        {"x.ignored/y": "new\n"},
        {"x.ignored": "mine\n"},
        "x.ignored is in the way",
    ),
    "folder where a file must be": ({"new": "new\n"}, {"new/deep/x": "precious\n"}, "new/deep/x is in the way"),
    "ignored in a folder where a file must be": ({"new": "n\n"}, {"new/x.ignored": "mine\n"}, "new/x.ignored is in"),
    "ignored in a folder that becomes a file": (
        {"folder/c.txt": None, "folder": "now a file\n"},
        {"folder/x.ignored": "precious\n"},
        "folder/x.ignored is in the way",
    ),
}


@pytest.mark.parametrize(("landed", "local", "words"), CLASHES.values(), ids=CLASHES)
def test_what_is_in_the_way_is_never_overwritten(
    shop: Workshop, landed: dict[str, Content | None], local: dict[str, Content | None], words: str
) -> None:
    shop.start("1.1")
    place = shop.worktree("1.1")
    shop.write(landed, at=place)
    shop.git("add", "--all", "--force", "--", ".", at=place)
    shop.work("1.1", {})
    shop.finish("1.1")
    shop.write(local)
    with refused(shop, words):
        shop.git("checkout", "--quiet", "--", ".")
        shop.git("clean", "--quiet", "-fdx", "-e", ".ralph")


@pytest.mark.parametrize("content", [END, None])
def test_staged_changes_in_the_way_are_never_overwritten(shop: Workshop, content: str | None) -> None:
    attempts(shop, t1={"a.txt": TOP})
    shop.write({"a.txt": content})
    shop.git("add", "--all")
    with refused(shop, "a.txt has local changes"):
        shop.git("reset", "--quiet", "--hard")


def test_an_added_file_that_is_only_staged_is_never_overwritten(shop: Workshop) -> None:
    attempts(shop, t1={"new.txt": "new\n"})
    shop.write({"new.txt": "precious\n"})
    shop.git("add", "new.txt")
    (shop.path / "new.txt").unlink()  # now it is in the index alone
    with refused(shop, "new.txt has local changes"):
        shop.git("reset", "--quiet", "--hard")


def test_what_is_not_in_the_way_survives(shop: Workshop) -> None:
    attempts(shop, t1={"a.txt": TOP}, t2={"new/n.txt": "n\n"})
    shop.write({"b.txt": "edited\n", "folder/c.txt": "staged\n", "note.txt": "untracked\n", "new/x.ignored": "mine\n"})
    shop.git("add", "folder/c.txt")
    (shop.path / "folder" / "c.txt").write_text("staged, and edited\n")
    assert shop.land().code == 0
    assert shop.status().split("\n") == [" M b.txt", "MM folder/c.txt", "?? note.txt"]
    assert shop.git("show", ":folder/c.txt") == "staged"
    assert shop.read("folder/c.txt") == "staged, and edited\n"
    assert shop.read("new/x.ignored") == "mine\n"


def no_links(here: Path, there: Path) -> None:
    raise PermissionError(1, "no links on this disk", str(here))


def in_the_same_second(shop: Workshop, place: Path, path: str, content: str) -> None:
    """Edit a file, its size unchanged, in the second in which git last wrote the index: dates alone do not tell."""
    index = shop.git("rev-parse", "--path-format=absolute", "--git-path", "index", at=place)
    then = (1700000000, 1700000000)
    shop.git("config", "core.trustctime", "false")
    os.utime(place / path, then)
    shop.git("update-index", "--refresh", at=place)
    (place / path).write_text(content)
    os.utime(place / path, then)
    os.utime(index, then)


@pytest.mark.parametrize("index", ["linked", "copied"])
def test_a_local_edit_in_the_second_of_the_last_commit_is_seen(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch, index: str
) -> None:
    if index == "copied":
        monkeypatch.setattr(Path, "hardlink_to", no_links)
    attempts(shop, t1={"b.txt": "landed\n"})
    in_the_same_second(shop, shop.path, "b.txt", "B\n")
    with refused(shop, "b.txt has local changes"):
        shop.git("reset", "--quiet", "--hard")


def test_an_executors_edit_in_the_second_of_its_last_commit_is_kept(shop: Workshop) -> None:
    shop.start("1.1")
    in_the_same_second(shop, shop.worktree("1.1"), "b.txt", "B\n")
    shop.finish("1.1")
    assert shop.land().code == 0
    assert shop.show("HEAD", "b.txt") == "B"


def test_an_operation_in_progress_is_not_disturbed(shop: Workshop) -> None:
    attempts(shop, t1={"mine.txt": "mine\n"})
    shop.git("switch", "--quiet", "-c", "side")
    by_hand(shop, {"b.txt": "side\n"})
    shop.git("switch", "--quiet", "main")
    shop.git("merge", "--no-commit", "--no-ff", "side")
    with refused(shop, "a merge is in progress"):
        shop.git("merge", "--abort")


def test_a_lock_of_another_git_command_is_respected(shop: Workshop) -> None:
    attempts(shop, t1={"mine.txt": "mine\n"})
    lock = shop.path / ".git" / "index.lock"
    lock.write_bytes(b"")
    ran = shop.land()
    assert (ran.code, lock.read_bytes(), shop.ticks()) == (2, b"", [])
    assert "index.lock" in ran.err
    assert not shop.refs("refs/ralph/landing")
    lock.unlink()
    assert shop.land().code == 0


def test_a_lock_of_another_git_command_of_an_executor_is_respected(shop: Workshop) -> None:
    """Its loose work is committed all the same: to bring the index along is only a courtesy."""
    shop.start("1.1")
    shop.work("1.1", {"mine.txt": "mine\n"}, commit=False)
    lock = Path(shop.git("rev-parse", "--absolute-git-dir", at=shop.worktree("1.1"))) / "index.lock"
    lock.write_bytes(b"theirs")
    shop.finish("1.1")
    assert lock.read_bytes() == b"theirs"
    lock.unlink()
    assert shop.land().ids("landed") == ["1.1"]
    assert shop.show("main", "mine.txt") == "mine"


# The commit point: the target and its worktree move together, or neither does.


def test_a_target_that_moved_after_the_plan_was_made(shop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    attempts(shop, t1={"mine.txt": "mine\n"})
    plan = landing.plan_move

    def plan_and_be_late(*args: object) -> object:
        move = plan(*args)
        by_hand(shop, {"theirs.txt": "theirs\n"})
        return move

    with monkeypatch.context() as patch:
        patch.setattr(landing, "plan_move", plan_and_be_late)
        ran = shop.land()
    assert ran.code == 2
    assert "refs/heads/main could not be moved" in ran.err
    assert shop.git("log", "-1", "--format=%s") == "By hand"
    assert (shop.status(), shop.ticks(), shop.refs("refs/ralph/landing")) == ("", [], {})
    assert shop.land().code == 0
    assert {"mine.txt", "theirs.txt"} <= shop.tree().keys()


def test_a_list_that_was_edited_again_by_the_end_of_the_landing(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    attempts(shop, t1={"mine.txt": "mine\n"})
    begin, page = landing.begin, shop.path / shop.page("tasks.md")

    def begin_and_be_late(*args: object) -> None:
        begin(*args)
        page.write_text(page.read_text().replace("- [ ] 1.2", "- [x] 1.2"))

    monkeypatch.setattr(landing, "begin", begin_and_be_late)
    ran = shop.land()
    assert (ran.code, ran.ids("landed"), ran.json["signal"]) == (1, ["1.1"], None)
    assert ran.json["warnings"] == [f"{shop.page('tasks.md')} has local changes again"]


def test_a_target_that_was_moved_back_to_the_base_without_its_worktree(shop: Workshop) -> None:
    """Of where it was before, the reflog alone tells."""
    attempts(shop, t1={"mine.txt": "mine\n"})
    shop.write({"theirs.txt": "theirs\n"})
    shop.commit("By hand")
    shop.git("update-ref", "refs/heads/main", "HEAD~1")
    ran = shop.land()
    assert (ran.code, shop.status()) == (2, "A  theirs.txt")
    assert "its worktree" in ran.err


def test_a_page_that_could_not_be_written(shop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    attempts(shop, t1={"mine.txt": "mine\n"})
    settle = landing.settle
    monkeypatch.setattr(landing, "settle", lambda *args: settle(*args)._replace(pages=True))
    ran = shop.land()
    assert (ran.code, ran.json["signal"]) == (1, None)
    assert ran.json["warnings"] == ["a page of the spec could not be written"]


def test_a_list_that_is_staged_otherwise_by_the_end_of_the_landing(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On disk it stands as it landed."""
    attempts(shop, t1={"mine.txt": "mine\n"})
    settle = landing.settle

    def stage_meanwhile(*args: object) -> object:
        old = shop.git("rev-parse", f"HEAD~1:{shop.page('tasks.md')}")
        shop.git("update-index", "--cacheinfo", f"100644,{old},{shop.page('tasks.md')}")
        return settle(*args)

    monkeypatch.setattr(landing, "settle", stage_meanwhile)
    ran = shop.land()
    assert (ran.code, ran.ids("landed"), ran.json["signal"]) == (1, ["1.1"], None)


def test_nothing_lands_where_there_is_no_index(shop: Workshop) -> None:
    shop.start("1.1")
    assert shop.run("finish", "1.1", "--failed").code == 0
    (shop.path / ".git/index").unlink()
    ran = shop.land()
    assert (ran.code, ran.ids("failed")) == (1, ["1.1"]), ran


def test_a_list_that_becomes_a_program_by_the_end_of_the_landing(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    attempts(shop, t1={"mine.txt": "mine\n"})
    begin = landing.begin

    def begin_and_be_late(*args: object) -> None:
        begin(*args)
        (shop.path / shop.page("tasks.md")).chmod(0o755)

    monkeypatch.setattr(landing, "begin", begin_and_be_late)
    assert shop.land().json["signal"] is None


@pytest.mark.parametrize("looks", [1, 2])
def test_a_branch_that_is_switched_right_after_the_landing(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch, looks: int
) -> None:
    """One look comes while git is half-way through the switch: files and index are the other branch's, HEAD is not."""
    shop.git("branch", "side")
    attempts(shop, t1={"mine.txt": "mine\n"})
    settle, changed, seen = landing.settle, landing.changed, []

    def switch_meanwhile(*args: object) -> object:
        shop.git("read-tree", "-m", "-u", "main", "side")
        return settle(*args)

    def look(place: Repository, pages: Sequence[str]) -> tuple[str, ...]:
        seen.append(changed(place, pages))
        if len(seen) == looks:
            shop.git("symbolic-ref", "HEAD", "refs/heads/side")
        return seen[-1]

    monkeypatch.setattr(landing, "settle", switch_meanwhile)
    monkeypatch.setattr(landing, "changed", look)
    ran = shop.land()
    assert (ran.code, ran.json["signal"], ran.json["warnings"]) == (0, "BATCH_COMPLETE", [])
    assert [set(dirty) for dirty in seen] == [{shop.page("tasks.md"), shop.page(".progress.md")}] * looks


def hook(shop: Workshop, script: str) -> Path:
    path = shop.path / ".git" / "hooks" / "reference-transaction"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


def test_a_hook_that_vetoes(shop: Workshop) -> None:
    attempts(shop, t1={"mine.txt": "mine\n", "a.txt": TOP})
    veto = hook(shop, '[ "$1" != prepared ] || ! grep -q refs/heads/main')
    with refused(shop, "reference-transaction hook"):
        veto.unlink()


def a_filter_that_fails(shop: Workshop) -> None:
    """A smudge filter that cannot bring files with FAIL in them to the disk, but passed when it was tried before."""
    shop.write({".gitattributes": "*.txt filter=fussy\n"})
    shop.commit("Filter")
    script = 't=$(mktemp) && cat >$t && { [ -z "$GIT_INDEX_FILE" ] || ! grep -q FAIL $t; } && cat $t && rm $t'
    for key, value in {"clean": "cat", "smudge": script, "required": "true"}.items():
        shop.git("config", f"filter.fussy.{key}", value)


@pytest.mark.parametrize(
    "files",
    [
        {"a.txt": TOP, "b.txt": "FAIL\n"},
        {"a.txt": None, "b.txt": "FAIL\n", "folder/new.txt": "new\n"},
        {"a.txt": "FAIL\n", "folder/c.txt": None, "folder": "now a file\n"},
        {"a.txt": None, "a.txt/in.txt": "now a folder\n", "z.txt": "FAIL\n"},
    ],
)
def test_a_worktree_that_cannot_be_brought_along(shop: Workshop, files: dict[str, Content | None]) -> None:
    a_filter_that_fails(shop)
    attempts(shop, t1=files)
    shop.write({"note.txt": "untracked\n"})
    with refused(shop, "could not be brought along"):
        shop.git("config", "filter.fussy.smudge", "cat")


def test_a_file_that_git_could_not_delete(shop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of which it says nothing but a warning."""
    attempts(shop, t1={"b.txt": None, "a.txt": TOP})
    switch = Checkout.switch

    def leave(self: Checkout, old: str, new: str) -> str | None:
        said = switch(self, old, new)
        shop.write({"b.txt": "b\n"})
        return said

    monkeypatch.setattr(Checkout, "switch", leave)
    assert shop.land().code == 0
    assert shop.status() == ""


def test_spec_files_that_were_taken_back_are_given_back(shop: Workshop) -> None:
    a_filter_that_fails(shop)
    attempts(shop, t1={"b.txt": "FAIL\n"})
    page = shop.path / shop.page("tasks.md")
    page.write_text(page.read_text().replace("- [ ] 1.1", "- [x] 1.1"))  # an executor in the wrong worktree
    with refused(shop, "could not be brought along"):
        shop.git("config", "filter.fussy.smudge", "cat")


def test_refs_that_cannot_be_committed_after_the_worktree_moved(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    attempts(shop, t1={"mine.txt": "mine\n", "a.txt": TOP, "b.txt": None})

    honest = RefSession.commit

    def commit(self: RefSession) -> None:
        if (shop.path / "mine.txt").exists():  # of all transactions, the one that the worktree went ahead of
            raise GitError(("update-ref", "commit"), 1, b"fatal: disk full")
        honest(self)

    before = everything(shop)
    with monkeypatch.context() as patch:
        patch.setattr(RefSession, "commit", commit)
        ran = shop.land()
    assert ran.code == 2
    assert "disk full" in ran.err
    assert everything(shop) == before
    assert shop.land().code == 0


def signing(shop: Workshop, script: str) -> None:
    program = shop.path / ".git" / "sign"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    shop.git("config", "gpg.program", str(program))
    shop.git("config", "commit.gpgSign", "true")


def test_signing_that_fails(shop: Workshop) -> None:
    attempts(shop, t1={"mine.txt": "mine\n"})
    signing(shop, "echo no secret key >&2; exit 2")
    with refused(shop, "commit-tree -S failed"):
        shop.git("config", "commit.gpgSign", "false")


def test_signing_that_hangs_is_ended(tmp_path: Path) -> None:
    shop = Workshop.make(tmp_path / "repo", ("1.1",), FILES, config="sign_timeout = 0.5\n")
    attempts(shop, t1={"mine.txt": "mine\n"})
    pids = tmp_path / "pids"
    signing(shop, f"echo $$ >>{pids}; exec sleep 60")
    began = time.monotonic()
    with refused(shop, "signing gave no answer within 0.5 seconds"):
        assert time.monotonic() - began < 20
        while any(alive(int(pid)) for pid in pids.read_text().split()):  # what was killed dies when it is its turn
            assert time.monotonic() - began < 20
        shop.git("config", "commit.gpgSign", "false")


def alive(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False
