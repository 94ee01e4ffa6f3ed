"""pre-push: what is about to leave the repository."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from ralph_hooks.integrations.git_hooks.checks.push import Update, check, read
from ralph_hooks.integrations.git_hooks.checks.verdict import PASSED, Verdict
from ralph_hooks.integrations.git_hooks.standing import open_target, worktree_here


def run(args: Sequence[str], cwd: Path) -> Verdict:  # noqa: ARG001 - as all hooks
    updates = read(sys.stdin.read().splitlines()) or _told_by_pre_commit()
    repository = worktree_here(cwd)
    if repository is None:
        return PASSED
    return check(updates, head=repository.branch(), target=open_target(repository))


def _told_by_pre_commit() -> tuple[Update, ...]:
    """pre-commit and prek read the lines themselves, and tell their hooks the first one in the environment."""
    told = [os.environ.get(f"PRE_COMMIT_{name}") for name in ("LOCAL_BRANCH", "TO_REF", "REMOTE_BRANCH")]
    local, new, remote = told
    return (Update(local, new or "?", remote, "?"),) if local and remote else ()
