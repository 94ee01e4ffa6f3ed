"""A worktree for each attempt of a new batch: with files from the pool where they fit, else made by git."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from ralph_hooks import progress
from ralph_hooks.batch import names, pool
from ralph_hooks.batch.model import Attempt, Batch
from ralph_hooks.batch.pool import Slot
from ralph_hooks.batch.workplace import Workplace
from ralph_hooks.errors import RalphError
from ralph_hooks.git.refill import refill
from ralph_hooks.git.refs import RefUpdate, move_refs
from ralph_hooks.git.repository import HEADS, open_repository
from ralph_hooks.git.seal import put_seal
from ralph_hooks.git.worktrees import add_worktree, checkout_settings, discard_worktree


def house(work: Workplace, batch: Batch) -> None:
    """Make the worktrees of `batch`, locked, each on a branch of its own.

    One after the other, since git's own commands fight over config.lock; only files are moved and written side by side.
    What was made before an error is the caller's to take back.
    """
    wanted = [attempt for attempt in batch.attempts if attempt.folder]
    housed = _from_pool(work, batch, wanted)
    left = [attempt for attempt in wanted if attempt not in housed]
    settings = checkout_settings(work.repository) if left else ()
    for attempt in progress.each("making worktrees", left):
        _add(work, batch, attempt, settings)
    if pool.most(work):
        with ThreadPoolExecutor(max_workers=4) as threads:
            list(threads.map(lambda attempt: put_seal(open_repository(Path(attempt.worktree))), wanted))


def _from_pool(work: Workplace, batch: Batch, wanted: Sequence[Attempt]) -> list[Attempt]:
    """Worktrees for as many attempts as the pool has files for; gives those that got one."""
    pairs = list(zip(wanted, pool.ready(work), strict=False))
    for attempt, _ in pairs:
        _add(work, batch, attempt, None)
    with ThreadPoolExecutor(max_workers=4) as threads:
        filled = list(threads.map(lambda pair: _fill(batch, *pair), pairs))
    for (attempt, slot), done in zip(pairs, filled, strict=True):
        if not done:
            _take_back(work, batch, attempt)
        pool.drop(slot)
    return [attempt for (attempt, _), done in zip(pairs, filled, strict=True) if done]


def _add(work: Workplace, batch: Batch, attempt: Attempt, checkout: Sequence[str] | None) -> None:
    reason = f"{names.LOCKED} {batch.id}, task {attempt.name}"
    folder = Path(attempt.worktree)
    add_worktree(work.repository, folder, attempt.branch, batch.base, reason, checkout=checkout)


def _fill(batch: Batch, attempt: Attempt, slot: Slot) -> bool:
    """Whatever is wrong with files of the pool, there is always the other way to a worktree."""
    try:
        refill(open_repository(Path(attempt.worktree)), slot.files, slot.seal, batch.base)
    except (RalphError, OSError, RecursionError):
        return False
    return True


def _take_back(work: Workplace, batch: Batch, attempt: Attempt) -> None:
    discard_worktree(work.repository, Path(attempt.worktree))
    gone = RefUpdate(f"{HEADS}{attempt.branch}", batch.base, None)
    move_refs(work.repository, "ralph-hooks: made anew", [gone])
