"""What goes from a folder that git had written, before it is used again."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ralph_hooks.git.index_file import GITLINK, Row
from ralph_hooks.git.sweep import nature, remove, sweep, tracked

LATER = 1 << 62  # nanoseconds


def row(path: str, mode: int = 0o100644, written: int = 0, *, skipped: bool = False) -> Row:
    return path, mode, skipped, written


def left(top: Path, *rows: Row, since: int = LATER) -> set[str]:
    """What is left of a folder of which git had written these."""
    sweep(top, tracked(rows), nature(top), since)
    return {path.relative_to(top).as_posix() for path in top.rglob("*")}


@pytest.fixture
def top(tmp_path: Path) -> Path:
    top = tmp_path / "top"  # pytest's own folder has a mode that new ones have not
    for name in ("a", "in/b", "in/other", "untracked/in/c", "in/.git/HEAD", ".git", "link/inside"):
        (top / name).parent.mkdir(parents=True, exist_ok=True)
        (top / name).write_text("x")
    return top


def test_what_is_not_tracked_goes_with_repositories_in_tracked_folders(top: Path) -> None:
    assert left(top, row("a"), row("in/b")) == {"a", "in", "in/b", ".git"}


def test_a_link_to_another_repository_is_an_empty_folder(top: Path) -> None:
    assert left(top, row("a"), row("link", mode=GITLINK)) == {"a", "link", ".git"}


def test_what_a_sparse_checkout_leaves_out_is_not_there(top: Path) -> None:
    assert left(top, row("a"), row("in/b", skipped=True)) == {"a", ".git"}


def test_what_was_changed_since_goes(top: Path) -> None:
    """Down to the tick in which the seal was set: git itself looks at whole seconds."""
    os.utime(top / "in/b", ns=(0, 0))  # no program can set the time that counts
    since = (top / "in/b").stat().st_ctime_ns
    written = since // 10**9
    assert left(top, row("in/b", written=written), since=since) == {"in", ".git"}
    (top / "in/b").write_text("x")
    later = (top / "in/b").stat().st_ctime_ns + 1
    assert left(top, row("in/b", written=later // 10**9), since=later) == {"in", "in/b", ".git"}


def test_what_was_written_in_an_earlier_second_is_left_to_git(top: Path) -> None:
    """It sees that such a file has another change time than its index says, whatever was done to it since."""
    since = (top / "in/b").stat().st_ctime_ns
    assert left(top, row("in/b", written=since // 10**9 - 1), since=since) == {"in", "in/b", ".git"}


def test_a_folder_that_is_not_as_a_new_one_goes_whole(top: Path) -> None:
    (top / "in").chmod(0o700)
    assert left(top, row("a"), row("in/b")) == {"a", ".git"}


def test_a_link_where_a_folder_was_goes_and_nothing_behind_it(top: Path) -> None:
    away = top.with_name("away")
    (top / "in").rename(away)
    (top / "in").symlink_to(away)
    assert left(top, row("a"), row("in/b")) == {"a", ".git"}
    assert (away / "other").exists()


def test_nothing_on_another_disk_is_removed(top: Path) -> None:
    with pytest.raises(OSError, match="on another disk"):
        remove(str(top / "in"), device=-1)
    assert (top / "in/b").exists()
