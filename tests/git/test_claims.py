"""Whose a lock is after a crash: a claim says so, and what it does not say stays."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from ralph_hooks.git.claims import Claim, are_left, claimed, settle_claims


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A git directory."""
    subprocess.run(["git", "init", "--quiet", str(tmp_path / "repo")], check=True)
    return (tmp_path / "repo" / ".git").resolve()


def crash(folder: Path, claim: Claim, *made: tuple[Path, str]) -> None:
    """A process that makes these files over its claim, and dies."""
    child = os.fork()
    if child == 0:
        with claimed(folder, "refs", claim):
            for path, text in made:
                path.write_text(text)
            os._exit(0)
    os.waitpid(child, 0)


def test_what_was_claimed_goes(folder: Path) -> None:
    lock, empty = folder / "main.lock", folder / "HEAD.lock"
    crash(folder, Claim({str(lock): "new", str(empty): ""}), (lock, "ne"), (empty, ""))
    assert are_left(folder)
    settle_claims(folder)
    assert not lock.exists()
    assert not empty.exists()
    assert not are_left(folder)


def test_what_was_there_before_stays(folder: Path) -> None:
    lock = folder / "main.lock"
    lock.write_text("")
    crash(folder, Claim({str(lock): "new"}))
    settle_claims(folder)
    assert lock.exists()


def test_what_holds_something_else_stays(folder: Path) -> None:
    lock = folder / "main.lock"
    crash(folder, Claim({str(lock): "new"}), (lock, "another"))
    settle_claims(folder)
    assert lock.exists()


def test_an_empty_lock_stays_while_git_is_at_work_here(folder: Path) -> None:
    lock = folder / "HEAD.lock"
    crash(folder, Claim({str(lock): ""}), (lock, ""))
    with subprocess.Popen(["git", "cat-file", "--batch"], cwd=folder.parent, stdin=subprocess.PIPE) as git:
        settle_claims(folder)
        assert lock.exists()
        assert are_left(folder), "for the next time"
        git.communicate(b"")
    settle_claims(folder)
    assert not lock.exists()


def test_a_removal_that_was_begun_is_ended_and_one_that_was_not_stays(folder: Path) -> None:
    worktree, admin = folder.parent / "tree", folder / "worktrees" / "tree"
    for path in (worktree, admin):
        path.mkdir(parents=True)
    (admin / "gitdir").write_text(f"{worktree}/.git\n")
    gone = {str(worktree): str(worktree.with_name(".tree.gone")), str(admin): str(folder / "ralph" / "tree.gone")}
    crash(folder, Claim(gone=gone))
    settle_claims(folder)
    assert worktree.is_dir()
    crash(folder, Claim(gone=gone))
    worktree.rename(gone[str(worktree)])
    settle_claims(folder)
    assert not admin.exists()
    assert not Path(gone[str(worktree)]).exists()
