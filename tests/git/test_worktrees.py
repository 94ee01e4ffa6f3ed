"""Worktrees that are made and removed whole, also where whoever does it is killed halfway."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest
from killing import killed
from workshop import Workshop

from ralph_hooks.git.claims import settle_claims
from ralph_hooks.git.repository import Repository, open_repository
from ralph_hooks.git.worktrees import add_worktree, discard_worktree


@pytest.fixture
def known(tmp_path: Path) -> Repository:
    return open_repository(Workshop.make(tmp_path / "repo", ["1.1"]).path)


def die(*_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def test_a_removal_that_is_killed_halfway_is_ended(known: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    place = known.top / "trees" / "one"
    known.git("worktree", "add", "--quiet", str(place))
    with monkeypatch.context() as patch:
        rename = Path.rename
        patch.setattr(Path, "rename", lambda here, aside: (rename(here, aside), die()))
        killed(lambda: discard_worktree(known, place))
    assert (known.common_dir / "worktrees" / "one").exists()
    settle_claims(known.common_dir)
    assert not (known.common_dir / "worktrees" / "one").exists()
    assert list(place.parent.iterdir()) == []


def test_of_one_that_was_being_made_git_keeps_no_folder(known: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    place, admin = known.top / "trees" / "one", known.common_dir / "worktrees" / "one"

    def begin(_: Repository, *args: str, **__: object) -> None:
        if args[:2] == ("worktree", "add"):
            admin.mkdir(parents=True)
            die()

    with monkeypatch.context() as patch:
        patch.setattr(Repository, "commit", lambda *_: None)
        patch.setattr(Repository, "git", begin)
        killed(lambda: add_worktree(known, place, "one", "HEAD", "ours"))
    assert admin.exists()
    settle_claims(known.common_dir)
    assert not admin.exists()


def test_a_lock_that_git_left_in_a_fresh_worktree_goes(known: Repository) -> None:
    """As when it could not remove it: git says nothing about that."""
    hook = known.common_dir / "hooks" / "post-checkout"
    hook.write_text('#!/bin/sh\n: > "$(git rev-parse --git-dir)/HEAD.lock"\n')
    hook.chmod(0o755)
    add_worktree(known, known.top / "trees" / "one", "one", known.head(), "ours")
    assert list((known.common_dir / "worktrees").rglob("*.lock")) == []
