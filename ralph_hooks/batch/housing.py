"""New worktrees for executors: with files from the pool where they fit, else made by git."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from ralph_hooks import progress
from ralph_hooks.batch import pool
from ralph_hooks.batch.pool import Slot
from ralph_hooks.batch.workplace import Workplace
from ralph_hooks.errors import RalphError
from ralph_hooks.git.claims import ROOM, Claim, claimed
from ralph_hooks.git.refill import refill
from ralph_hooks.git.refs import RefUpdate, move_refs
from ralph_hooks.git.repository import HEADS, open_repository
from ralph_hooks.git.seal import put_seal
from ralph_hooks.git.worktrees import add_worktree, checkout_settings, discard_worktree, require_free
from ralph_hooks.records import NamedTuple


class Room(NamedTuple):
    """A worktree that is wanted: at `folder`, on the new `branch` at `commit`; `lock`: the reason, None for no lock."""

    folder: Path
    branch: str
    commit: str
    lock: str | None


def house(work: Workplace, rooms: Sequence[Room]) -> None:
    """Make these worktrees, each on a branch of its own. The caller holds the landing lock.

    One after the other, since git's own commands fight over config.lock; only files are moved and written side by side.
    What was made before an error is the caller's to take back.
    """
    housed = _from_pool(work, rooms)
    left = [room for room in rooms if room not in housed]
    settings = checkout_settings(work.repository) if left else ()
    for room in progress.each("making worktrees", left):
        _add(work, room, settings)
    if pool.most(work):
        with ThreadPoolExecutor(max_workers=4) as threads:
            list(threads.map(lambda room: put_seal(open_repository(room.folder)), rooms))


def house_one(work: Workplace, room: Room) -> None:
    """Make a worktree that no batch knows of: what an error or a crash leaves of it goes. Otherwise as `house`."""
    require_free(work.repository, room.folder, room.branch)
    claim = Claim(room=(str(room.folder), f"{HEADS}{room.branch}", room.commit))
    with claimed(work.repository.common_dir, ROOM, claim):
        house(work, [room])


def _from_pool(work: Workplace, rooms: Sequence[Room]) -> list[Room]:
    """As many of these worktrees as the pool has files for."""
    pairs = list(zip(rooms, pool.ready(work), strict=False))
    for room, _ in pairs:
        _add(work, room, None)
    with ThreadPoolExecutor(max_workers=4) as threads:
        filled = list(threads.map(lambda pair: _fill(*pair), pairs))
    for (room, slot), done in zip(pairs, filled, strict=True):
        if not done:
            _take_back(work, room)
        pool.drop(slot)
    return [room for (room, _), done in zip(pairs, filled, strict=True) if done]


def _add(work: Workplace, room: Room, checkout: Sequence[str] | None) -> None:
    add_worktree(work.repository, room.folder, room.branch, room.commit, room.lock, checkout=checkout)


def _fill(room: Room, slot: Slot) -> bool:
    """Whatever is wrong with files of the pool, there is always the other way to a worktree."""
    try:
        refill(open_repository(room.folder), slot.files, slot.seal, room.commit)
    except (RalphError, OSError, RecursionError):
        return False
    return True


def _take_back(work: Workplace, room: Room) -> None:
    discard_worktree(work.repository, room.folder)
    gone = RefUpdate(f"{HEADS}{room.branch}", room.commit, None)
    move_refs(work.repository, "ralph-hooks: made anew", [gone])
