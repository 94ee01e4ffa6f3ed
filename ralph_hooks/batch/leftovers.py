"""What an attempt left beside its pinned commit: worktree and branch. They go only when nothing in them is unpinned."""

from __future__ import annotations

import os
from pathlib import Path

from ralph_hooks.batch import names
from ralph_hooks.batch.ending import Remains, branch_ref, branch_tip, remains
from ralph_hooks.batch.model import Attempt, is_made
from ralph_hooks.batch.pool import give
from ralph_hooks.batch.workplace import Workplace
from ralph_hooks.git.refs import RefUpdate, move_refs
from ralph_hooks.git.repository import Repository
from ralph_hooks.git.snapshot import snapshot
from ralph_hooks.git.worktrees import forget_worktree, remove_worktree, worktrees
from ralph_hooks.records import NamedTuple


class Leftover(NamedTuple):
    """What is left of an attempt. `obstacle`: why its worktree must stay; `ignored`: files that would go with it.

    `branch`: the ref that may go, where it holds nothing but what is pinned.
    """

    attempt: Attempt
    place: Repository | None
    obstacle: str | None
    ignored: tuple[str, ...]
    branch: RefUpdate | None
    forced: bool


def look(work: Workplace, attempt: Attempt, pinned: str | None) -> Leftover:
    """See what is left, and whether all of it is in `pinned`, the commit that a ref of ours keeps."""
    left = remains(work, attempt)
    fault = left.fault.what if left.fault else None
    obstacle = _obstacle(work, left, pinned) if left.place else fault
    ignored = tuple(path for path in left.ignored if not is_made(path, attempt.made))
    branch, tip = branch_ref(attempt), branch_tip(work, attempt)
    covered = pinned and tip and (tip == pinned or work.repository.contains(pinned, tip))
    update = RefUpdate(branch, tip, None) if branch and covered else None
    return Leftover(attempt, left.place, obstacle, ignored, update, forced=bool(attempt.made or left.loose))


def clear(work: Workplace, left: Leftover, *, pool: bool = False) -> None:
    """Remove worktree and branch. The caller has seen that nothing stands against it, and names the ignored files.

    `pool`: the files may go into the pool, where there is room.
    """
    folder = left.attempt.folder
    if left.place is None and folder and not os.path.lexists(folder):
        _forget(work, folder)
    elif left.place is not None and not (pool and give(work, left.place)):
        # Forced where something in it is untracked, a link, a copy: everything else is pinned, as was just seen.
        remove_worktree(work.repository, left.place, force=left.forced)
    if left.branch is not None:
        move_refs(work.repository, "ralph-hooks: no longer needed", [left.branch])


def _forget(work: Workplace, folder: Path) -> None:
    """Where a crash came between moving the files of a worktree away and telling git."""
    locks = (tree.locked for tree in worktrees(work.repository) if tree.path == folder)
    if any(map(names.is_own_lock, locks)):
        forget_worktree(work.repository, folder)


def some(paths: tuple[str, ...]) -> str:
    """The first of many paths, for a line for people."""
    more = f" and {len(paths) - 5} more" if len(paths) > 5 else ""
    return f"{', '.join(paths[:5])}{more}"


def _obstacle(work: Workplace, left: Remains, pinned: str | None) -> str | None:
    place = left.place
    assert place is not None  # noqa: S101 - asked only where there is one
    lock = _foreign_lock(work, place)
    if lock is not None:
        return f"it is locked ({lock or 'no reason given'})"
    if not _is_pinned(place, left, pinned):
        return "it holds work that did not land"
    if place.in_progress() or _nested(place):
        return "it holds a repository, or an operation in progress"
    return None


def _is_pinned(place: Repository, left: Remains, pinned: str | None) -> bool:
    """Is everything in the worktree in the pinned commit, that is, committed there or kept for the executor?"""
    if left.head == pinned and not left.loose:
        return True
    if pinned is None or left.head is None or not place.contains(pinned, left.head):
        return False
    if any(path.endswith("/") for path in left.loose):  # a repository inside: no commit holds what is in it
        return False
    return snapshot(place, left.loose).tree == place.git("rev-parse", f"{pinned}^{{tree}}").text


def _foreign_lock(work: Workplace, place: Repository) -> str | None:
    """The reason of a lock that is not ours: whoever set it may still be at work there."""
    locks = (tree.locked for tree in worktrees(work.repository) if tree.path == place.top)
    return next((reason for reason in locks if reason is not None and not names.is_own_lock(reason)), None)


def _nested(place: Repository) -> bool:
    """A repository inside the worktree is committed as a mere link: its objects are nowhere else."""
    listed = place.git("ls-files", "--stage", "-z").records
    links = (record.partition("\t")[2] for record in listed if record.startswith("160000 "))
    return any((place.top / path / ".git").exists() for path in links)
