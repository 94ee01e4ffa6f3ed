"""What executors commit or leave on disk that no editor makes: names, links and modes that lead elsewhere."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from test_shapes import on_disk, orderly
from workshop import Ran, Workshop

pytestmark = pytest.mark.slow

Commit = Callable[[Workshop, Path], object]


@pytest.fixture
def shop(tmp_path: Path) -> Workshop:
    return Workshop.make(tmp_path / "repo", ["1.1", "1.2"], files={"src/a.py": "a\n", "src/b.py": "b\n"})


def tree(shop: Workshop, rows: list[tuple[str, str, str]]) -> str:
    """A tree of raw rows (mode, name, id), which no check of git's sees."""
    raw = b"".join(os.fsencode(f"{mode} {name}") + b"\0" + bytes.fromhex(oid) for mode, name, oid in rows)
    return shop.git("hash-object", "-t", "tree", "-w", "--literally", "--stdin", stdin=raw)


def rows(shop: Workshop) -> list[tuple[str, str, str]]:
    found = (record.partition("\t") for record in shop.git("ls-tree", "-z", "HEAD").split("\0")[:-1])
    return [(fact.split(" ")[0].lstrip("0"), name, fact.split(" ")[2]) for fact, _, name in found]


def commit(shop: Workshop, place: Path, extra: list[tuple[str, str, str]]) -> None:
    """The executor's branch gets a tree with these rows, by plumbing."""
    names = {name for _, name, _ in extra}
    made = tree(shop, sorted([*extra, *(row for row in rows(shop) if row[1] not in names)], key=_in_order))
    head = shop.git("commit-tree", "-p", "HEAD", "-m", "Odd", made, at=place)
    shop.git("update-ref", "HEAD", head, at=place)


def _in_order(row: tuple[str, str, str]) -> str:
    return row[1] + "/" if row[0] == "40000" else row[1]


def blob(shop: Workshop, content: str) -> str:
    return shop.git("hash-object", "-w", "--stdin", stdin=content)


def named(*names: str) -> Commit:
    """A file at this path, its folders one by one."""

    def make(shop: Workshop, place: Path) -> None:
        *folders, name = names
        row = ("100755", name, blob(shop, "#!/bin/sh\n"))
        for folder in reversed(folders):
            row = ("40000", folder, tree(shop, [row]))
        commit(shop, place, [row])

    return make


def link(name: str, to: str) -> Commit:
    return lambda shop, place: commit(shop, place, [("120000", name, blob(shop, to))])


def twice(shop: Workshop, place: Path) -> None:
    """A folder with two files of one name."""
    inner = tree(shop, [("100644", "x", blob(shop, "1\n")), ("100644", "x", blob(shop, "2\n"))])
    commit(shop, place, [("40000", "twice", inner)])


PARKED = {
    "a hook": named(".git", "hooks", "post-checkout"),
    "a hook, in capitals": named(".GIT", "hooks", "post-checkout"),
    "a hook, by its short name": named("git~1", "hooks", "post-checkout"),
    "a hook, with what HFS+ ignores": named(".g\u200cit", "hooks", "post-checkout"),
    "a hook further down": named("src2", ".git", "config"),
    "a way out": named("..", "outside"),
    "a file .git": named(".git"),
    "a link where submodules are read from": link(".gitmodules", "/etc/passwd"),
    "a link where the specs are": link("specs", "/tmp"),
    "a file where the specs are": named("specs"),
}


@pytest.mark.parametrize("odd", PARKED.values(), ids=PARKED)
def test_it_is_parked(odd: Commit, shop: Workshop, proved: Callable[[str, int], None]) -> None:
    """By itself, while the other task lands; also where nobody has the target checked out."""
    shop.start("1.1", "1.2")
    shop.work("1.2", {"src/b.py": "two\n"})
    shop.finish("1.2")
    place = shop.worktree("1.1")
    odd(shop, place)
    shutil.rmtree(place)  # what no index can hold is in its branch alone
    orderly(shop.run("finish", "1.1"))
    ran = shop.land()
    orderly(ran)
    assert ran.ids("landed") == ["1.2"]
    assert ran.ids("parked") == ["1.1"]
    assert shop.status() == ""
    orderly(shop.run("resolve", "1.1"))
    assert not (shop.path.parent / "outside").exists()
    proved("odd trees", 1)


HARMLESS = {
    "a link to elsewhere": link("etc", "/etc"),
    "a link to itself": link("loop", "loop"),
    "a link above": link("up", "../../.."),
    "an executable file": named("run"),
    "a submodule that nobody has": lambda shop, place: commit(shop, place, [("160000", "sub", "1" * 40)]),
    "a file of a mode of old": lambda shop, place: commit(shop, place, [("100664", "old", blob(shop, "x\n"))]),
}


def landed_beside(shop: Workshop) -> Ran:
    """The other task ends as well, and all of it lands as far as it can."""
    shop.work("1.2", {"src/b.py": "two\n"})
    shop.finish("1.2")
    ran = shop.land()
    orderly(ran)
    assert "1.2" in ran.ids("landed"), ran
    return ran


@pytest.mark.parametrize("odd", HARMLESS.values(), ids=HARMLESS)
def test_it_lands(odd: Commit, shop: Workshop, proved: Callable[[str, int], None]) -> None:
    shop.start("1.1", "1.2")
    odd(shop, shop.worktree("1.1"))
    shop.git("reset", "--quiet", "--hard", at=shop.worktree("1.1"))
    shop.finish("1.1")
    ran = landed_beside(shop)
    assert ran.ids("landed") == ["1.1", "1.2"], ran
    assert shop.status() == ""
    assert shop.run("undo").code == 0
    assert shop.status() == ""
    proved("odd trees", 1)


def test_a_malformed_tree(shop: Workshop, proved: Callable[[str, int], None]) -> None:
    shop.start("1.1", "1.2")
    place = shop.worktree("1.1")
    twice(shop, place)
    shutil.rmtree(place)
    orderly(shop.run("finish", "1.1"))
    landed_beside(shop)
    pack = shop.git("rev-list", "--objects", "--no-object-names", "HEAD").encode() + b"\n"
    packed = shop.git("pack-objects", "-q", str(shop.path.parent / "pack"), stdin=pack)
    content = (shop.path.parent / f"pack-{packed}.pack").read_bytes()
    shop.git("index-pack", "--strict", "--stdin", stdin=content)  # what the target has is well-formed
    proved("odd trees", 1)


OUTSIDE = "somebody else's\n"


@pytest.mark.parametrize("what", ["tasks.md", ".progress.md", ".progress-task-0.md", ".ralph-state.json", "."])
@pytest.mark.parametrize("kept", [True, False], ids=["committed", "loose"])
def test_a_page_that_is_a_link(what: str, kept: bool, shop: Workshop, proved: Callable[[str, int], None]) -> None:
    """Nothing is read or written through it: the file that it leads to stays, and is not told."""
    outside = shop.path.parent / "outside"
    shop.write(dict.fromkeys(("tasks.md", ".progress.md", ".progress-task-0.md"), OUTSIDE), at=outside)
    shop.start("1.1", "1.2")
    place = shop.worktree("1.1")
    page = place / "specs/demo" / what
    if what == ".":
        (place / "specs/demo").rename(place / "specs/moved")
        page = place / "specs/demo"
        page.symlink_to(outside)
    else:
        page.unlink(missing_ok=True)
        page.symlink_to(outside / what)
    shop.write({"src/a.py": "one\n"}, at=place)
    if kept:
        shop.commit("A link", at=place)
    orderly(shop.run("finish", "1.1"))
    landed_beside(shop)
    assert OUTSIDE.strip() not in shop.git("log", "-p", "--all", "--format=%B")
    assert {path.read_text() for path in outside.iterdir()} == {OUTSIDE}
    assert not (shop.path / "specs/demo").is_symlink()
    assert shop.status() == ""
    proved("odd trees", 1)


def test_a_link_on_the_way_in_the_targets_worktree(shop: Workshop, proved: Callable[[str, int], None]) -> None:
    """A folder that somebody has moved away and linked: git would write through it."""
    shop.start("1.1")
    shop.work("1.1", {"src/a.py": "one\n", "src/new.py": "new\n"})
    shop.finish("1.1")
    (shop.path / "src").rename(shop.path.parent / "src-elsewhere")
    (shop.path / "src").symlink_to(shop.path.parent / "src-elsewhere")
    disk = on_disk(shop)
    ran = shop.land()
    orderly(ran)
    assert ran.code == 2
    assert on_disk(shop) == disk
    assert (shop.path.parent / "src-elsewhere/a.py").read_text() == "a\n"
    assert not (shop.path.parent / "src-elsewhere/new.py").exists()
    proved("odd trees", 1)


@pytest.mark.parametrize("ignored", ["true", "false"])
def test_names_that_differ_by_case(ignored: str, shop: Workshop, proved: Callable[[str, int], None]) -> None:
    shop.git("config", "core.ignoreCase", ignored)
    shop.start("1.1", "1.2")
    shop.work("1.1", {"Readme.txt": "one\n"})
    shop.finish("1.1")
    shop.work("1.2", {"README.txt": "two\n"})
    shop.finish("1.2")
    ran = shop.land()
    orderly(ran)
    assert ran.ids("landed") == ["1.1", "1.2"]
    assert shop.read("Readme.txt") == "one\n"
    assert shop.read("README.txt") == "two\n"
    assert shop.status() == ""
    proved("odd trees", 1)
