"""Sizes that nobody plans for: a list of 2,000 tasks, a file of a gigabyte, a hundred thousand files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from workshop import Workshop, task_list

pytestmark = pytest.mark.slow

GIGABYTE = 1 << 30


def test_two_thousand_tasks(tmp_path: Path, proved: Callable[[str, int], None]) -> None:
    shop = Workshop.make(tmp_path / "repo", task_list([f"1.{number}" for number in range(2000)]))
    assert shop.do({"1.7": {"seven.py": "7\n"}, "1.1999": {"last.py": "last\n"}}).code == 0
    assert shop.ticks() == ["1.7", "1.1999"]
    assert shop.status() == ""
    proved("shapes of repositories", 1)


def test_a_file_of_a_gigabyte(tmp_path: Path, proved: Callable[[str, int], None]) -> None:
    """Zeros, and nearly nothing on disk; as one blob it is as large as any."""
    shop = Workshop.make(tmp_path / "repo", ["1.1", "1.2"])
    shop.start("1.1", "1.2")
    with (shop.worktree("1.1") / "huge.bin").open("wb") as file:
        file.truncate(GIGABYTE)
    shop.finish("1.1")
    shop.work("1.2", {"small.py": "x\n"})
    shop.finish("1.2")
    assert shop.land().ids("landed") == ["1.1", "1.2"]
    assert (shop.path / "huge.bin").stat().st_size == GIGABYTE
    proved("shapes of repositories", 1)


def test_a_hundred_thousand_files(tmp_path: Path, proved: Callable[[str, int], None]) -> None:
    shop = Workshop.make(tmp_path / "repo", ["1.1", "1.2"])
    blob = shop.git("hash-object", "-w", "--stdin", stdin="x\n")
    rows = "".join(f"100644 {blob}\tmany/{number // 1000}/{number}\n" for number in range(100_000))
    shop.git("update-index", "--index-info", stdin=rows)
    shop.git("commit", "--quiet", "-m", "Many")
    shop.git("sparse-checkout", "set", "specs", "new")
    assert shop.do({"1.1": {"new/1.py": "1\n"}, "1.2": {"new/2.py": "2\n"}}).ids("landed") == ["1.1", "1.2"]
    assert len(shop.git("ls-tree", "-r", "--name-only", "HEAD", "many").split("\n")) == 100_000
    assert shop.status() == ""
    proved("shapes of repositories", 1)
