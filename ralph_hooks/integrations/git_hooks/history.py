"""post-checkout and post-rewrite: an executor that switches or rebases is noted, not stopped. The landing tells it."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from ralph_hooks.batch.workplace import now
from ralph_hooks.git.repository import HEADS
from ralph_hooks.integrations.git_hooks.checks.verdict import PASSED, Verdict
from ralph_hooks.integrations.git_hooks.standing import Standing, standing


def switched(args: Sequence[str], cwd: Path) -> Verdict:
    """After `git switch`; not after one back to the worktree's own branch, and not while a rebase detaches HEAD."""
    with standing(cwd) as here:
        if here and list(args[2:3]) == ["1"] and not here.repository.in_progress():
            branch = here.repository.branch()
            if branch != here.branch:
                where = branch.removeprefix(HEADS) if branch else f"no branch, at {args[1][:12]}"
                _note(here, f"switched its worktree to {where}")
    return PASSED


def rewritten(args: Sequence[str], cwd: Path) -> Verdict:
    """After a rebase. An amended commit is nobody's concern."""
    count = len(sys.stdin.read().splitlines())
    with standing(cwd) as here:
        if here and list(args[:1]) == ["rebase"]:
            _note(here, f"rebased its branch ({count} commit{'s' if count != 1 else ''})")
    return PASSED


def _note(here: Standing, what: str) -> None:
    worktree = here.attempt.worktree if here.attempt else str(here.repository.top)
    here.store.notice(here.batch.id, worktree, what, now())
