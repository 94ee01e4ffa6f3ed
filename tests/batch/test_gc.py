"""`gc`: what is proved landed goes, everything else stays until it is named."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from workshop import Ran, Workshop

FILES = {"a.txt": "a\n" * 9, "b.txt": "b\n" * 9}


@pytest.fixture
def shop(tmp_path: Path) -> Workshop:
    return Workshop.make(tmp_path / "repo", ("1.1", "1.2", "1.3", "1.4"), FILES, config="keep_worktrees = true\n")


def gc(shop: Workshop, *options: str) -> Ran:
    return shop.run("gc", "--older-than", "0", *options, "--format", "json")


def whole(shop: Workshop) -> dict[str, object]:
    """Everything that a collection could take."""
    places = sorted((shop.path / ".ralph").rglob("*"))
    return {"refs": shop.refs(), "files": [str(path) for path in places], "status": shop.status()}


def mixed(shop: Workshop) -> str:
    """A landed task, a parked one, a failed one with uncommitted work, one that changed nothing. Gives the batch."""
    shop.start("1.1", "1.2", "1.3", "1.4")
    shop.work("1.1", {"new.txt": "1.1\n"})
    shop.work("1.2", {"a.txt": "theirs\n"})
    shop.work("1.3", {"half.txt": "half\n"}, commit=False)
    shop.write({"a.txt": "mine\n"})
    shop.commit("By hand")
    for task in ("1.1", "1.2", "1.4"):
        shop.finish(task)
    shop.finish("1.3", "--failed")
    landed = shop.land()
    assert [len(landed.json[key]) for key in ("landed", "parked", "failed")] == [2, 1, 1]
    return str(landed.json["batch"])


@pytest.mark.compat("worktrees")
def test_what_landed_goes_and_the_rest_is_listed_and_stays(shop: Workshop) -> None:
    batch = mixed(shop)
    kept = {name: oid for name, oid in shop.refs("refs/ralph/").items() if name.endswith(("/1", "/2", batch))}
    ran = gc(shop)
    assert ran.code == 1
    assert [item["id"] for item in ran.json["removed"]] == ["1.1", "1.4"]
    assert [(item["id"], item["state"]) for item in ran.json["kept"]] == [("1.2", "parked"), ("1.3", "failed")]
    assert "landed as" in ran.json["removed"][0]["proof"]
    assert {name: oid for name, oid in shop.refs("refs/ralph/").items() if name in kept} == kept
    left = {Path(item["worktree"]).name for item in ran.json["kept"]}
    assert {path.name for path in (shop.path / ".ralph" / "worktrees" / batch).iterdir()} == left == {"1.2", "1.3"}
    assert {name.rpartition("/")[2] for name in shop.refs("refs/heads/ralph/")} == {"1.2", "1.3"}
    again = gc(shop)
    assert (again.json["removed"], len(again.json["kept"])) == ([], 2)
    assert shop.run("resolve", "1.2").code in {0, 1}  # its record, its base and its conflict are still there


def test_what_a_person_names_goes_and_the_batch_with_its_last_attempt(shop: Workshop) -> None:
    batch = mixed(shop)
    one = gc(shop, "--drop", f"{batch}/1")
    assert [item["id"] for item in one.json["kept"]] == ["1.3"]
    assert gc(shop, "--drop", batch).code == 0
    assert not shop.refs("refs/ralph/")
    assert not shop.refs("refs/heads/ralph/")
    assert shop.git("worktree", "list").count("\n") == 0
    assert shop.run("log", "--format", "json").json["batches"][0]["batch"] == batch
    assert gc(shop).json == {"removed": [], "kept": [], "dry_run": False, "pool": 0}


def test_a_dry_run_removes_nothing(shop: Workshop) -> None:
    mixed(shop)
    before = whole(shop)
    ran = gc(shop, "--dry-run")
    assert [item["id"] for item in ran.json["removed"]] == ["1.1", "1.4"]
    assert whole(shop) == before


@pytest.mark.parametrize("options", [("--drop", "nobody"), ("--older-than", "-1"), ("--older-than", "nan")])
def test_what_cannot_be_meant_is_refused(shop: Workshop, options: tuple[str, ...]) -> None:
    mixed(shop)
    before = whole(shop)
    assert shop.run("gc", "--older-than", "0", *options).code == 2
    assert whole(shop) == before


def test_young_and_open_batches_are_not_looked_at(shop: Workshop) -> None:
    mixed(shop)
    before = whole(shop)
    assert shop.run("gc", "--format", "json").json["removed"] == []
    assert whole(shop) == before
    shop.run("gc", "--older-than", "0")
    shop.start("1.2")
    shop.work("1.2", {"open.txt": "o\n"})
    refs = shop.refs()
    assert "1.2" not in [item["id"] for item in gc(shop).json["removed"]]
    assert shop.refs().items() >= refs.items()


# What counts as a proof.


def rebased(shop: Workshop) -> None:
    """The target gets other commits with the same content."""
    landed = shop.git("rev-parse", "HEAD")
    shop.git("checkout", "--quiet", "-B", "main", "HEAD~1")
    shop.write({"other.txt": "o\n"})
    shop.commit("Other")
    shop.git("cherry-pick", landed)


def rewound(shop: Workshop) -> None:
    shop.git("reset", "--quiet", "--hard", "HEAD~1")


def undone(shop: Workshop) -> None:
    assert shop.run("undo").code == 0


def deleted(shop: Workshop) -> None:
    """The target is gone."""
    shop.git("checkout", "--quiet", "-b", "elsewhere")
    shop.git("branch", "-D", "main")


def edited(shop: Workshop) -> None:
    """Later commits have gone over the same lines."""
    shop.write({"new.txt": "later\n"})
    shop.commit("Later")


@pytest.mark.parametrize(
    ("then", "goes"), [(edited, True), (rebased, True), (rewound, False), (undone, False), (deleted, False)]
)
def test_landed_is_what_the_target_has_now(shop: Workshop, then: Callable[[Workshop], None], *, goes: bool) -> None:
    shop.do({"1.1": {"new.txt": "1.1\n"}})
    then(shop)
    ran = gc(shop)
    assert [item["id"] for item in ran.json["removed" if goes else "kept"]] == ["1.1"]
    assert ran.code == (0 if goes else 1)


def test_an_aborted_attempt_goes_once_a_person_has_taken_it_over(shop: Workshop) -> None:
    shop.start("1.1", "1.2")
    shop.work("1.1", {"new.txt": "1.1\n"})
    shop.work("1.2", {"other.txt": "1.2\n"})
    shop.run("abort")
    assert [item["id"] for item in gc(shop).json["kept"]] == ["1.1", "1.2"]
    shop.write({"new.txt": "1.1\n"})
    shop.commit("Taken over")
    ran = gc(shop)
    assert [item["id"] for item in ran.json["removed"]] == ["1.1"]
    assert "would change nothing" in ran.json["removed"][0]["proof"]


# Worktrees.


def test_a_worktree_with_work_that_no_ref_has_stays_whatever_is_named(shop: Workshop) -> None:
    batch = mixed(shop)
    place = shop.path / ".ralph" / "worktrees" / batch
    shop.write({"later.txt": "l\n"}, at=place / "1.1")
    shop.write({"half.txt": "more\n"}, at=place / "1.3")
    ran = gc(shop, "--drop", batch)
    assert [item["id"] for item in ran.json["kept"]] == ["1.1", "1.3"]
    assert (place / "1.1" / "later.txt").read_text() == "l\n"
    assert (place / "1.3" / "half.txt").read_text() == "more\n"
    assert f"refs/ralph/failed/{batch}/2" in shop.refs()


def test_ignored_files_that_go_are_listed(shop: Workshop) -> None:
    batch = mixed(shop)
    shop.write({"cache.ignored": "c\n"}, at=shop.path / ".ralph" / "worktrees" / batch / "1.1")
    assert gc(shop, "--dry-run").json["removed"][0]["ignored"] == ["cache.ignored"]
    assert "ignored files went with the worktree of task 1.1: cache.ignored" in gc(shop).err


def test_called_in_a_worktree_that_goes(shop: Workshop) -> None:
    batch = mixed(shop)
    place = shop.path / ".ralph" / "worktrees" / batch / "1.1"
    command = [sys.executable, "-m", "ralph_hooks", "gc", "--older-than", "0", "--drop", batch]
    assert subprocess.run(command, cwd=place, check=False, capture_output=True).returncode == 0
    assert not place.exists()


@pytest.mark.parametrize(("answer", "left"), [(b"y\nn\n", ["1.3"]), (b"\n\n", ["1.2", "1.3"])])
def test_on_a_terminal_it_asks(shop: Workshop, answer: bytes, left: list[str]) -> None:
    mixed(shop)
    mine, theirs = pty.openpty()
    command = [sys.executable, "-m", "ralph_hooks", "gc", "--older-than", "0"]
    process = subprocess.Popen(command, cwd=shop.path, stdin=theirs, stderr=theirs, stdout=subprocess.DEVNULL)
    os.write(mine, answer)
    assert process.wait(timeout=60) == 1
    os.close(theirs)
    os.close(mine)
    assert [item["id"] for item in gc(shop).json["kept"]] == left
