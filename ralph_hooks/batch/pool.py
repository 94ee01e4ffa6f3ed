"""The pool: files of worktrees whose work has landed, kept for the worktrees of later batches.

A slot is a folder in our own with the files of a worktree and its seal. It is no worktree of git's: the administrative
folder went when the files came here, and nobody knows the way to them, so whoever still writes to the path of an
earlier worktree does not reach a later one. Both ways are renames under the landing lock, and a slot counts only while
it is whole: a crash leaves a slot or rubbish, which the next command removes. What executors left among the files goes
when these are taken (`git/refill.py`).
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from ralph_hooks.batch.occupants import occupied
from ralph_hooks.batch.workplace import Workplace
from ralph_hooks.git.discover import administers
from ralph_hooks.git.repository import Repository
from ralph_hooks.git.seal import Seal, seal_of
from ralph_hooks.git.sweep import remove
from ralph_hooks.git.worktrees import forget_worktree
from ralph_hooks.records import NamedTuple


class Slot(NamedTuple):
    """One place of the pool."""

    folder: Path

    @property
    def files(self) -> Path:
        return self.folder / "files"

    @property
    def seal(self) -> Seal:
        return Seal(self.folder / "seal")

    @property
    def whole(self) -> bool:
        return self.seal.whole and self.files.is_dir() and not self.files.is_symlink()


def most(work: Workplace) -> int:
    """How many slots the pool may have."""
    pool = work.config.worktree_pool
    return work.config.max_parallel if pool is None else pool


def slots(folder: Path) -> tuple[Slot, ...]:
    """All that is in the pool, whole or not. `folder`: ours, in the git directory."""
    with suppress(FileNotFoundError):
        return tuple(Slot(path) for path in sorted((folder / "pool").iterdir()))
    return ()


def ready(work: Workplace) -> list[Slot]:
    """The slots that worktrees can be made from: nobody is at work in them."""
    if not most(work):
        return []
    whole = [slot for slot in slots(work.folder) if slot.whole]
    busy = occupied([slot.files for slot in whole])
    return [slot for slot in whole if slot.files not in busy]


def give(work: Workplace, place: Repository) -> bool:
    """Put the files of the worktree `place` into the pool, and let git forget it.

    The caller has proved that nothing in it is needed, and holds the landing lock. False, with the worktree as it was,
    where there is no room, or where it is not as git made it.
    """
    for old in surplus(work, most(work)):
        drop(old)
    if len(slots(work.folder)) >= most(work) or not _is_proper(place) or occupied([place.top]):
        return False
    slot = Slot(_free(work.folder / "pool"))
    try:
        slot.folder.mkdir(parents=True)
        seal_of(place).folder.rename(slot.seal.folder)
        place.top.rename(slot.files)
    except OSError:  # it has no seal, it is on another disk, the disk is full
        drop(slot)
        return False
    forget_worktree(work.repository, place.top)
    (slot.files / ".git").unlink()  # it leads to a place that another worktree may get
    return True


def surplus(work: Workplace, limit: int) -> list[Slot]:
    """What may go: all that is not whole, and all slots but `limit` of them."""
    found = slots(work.folder)
    kept = [slot for slot in found if slot.whole][:limit]
    return [slot for slot in found if slot not in kept]


def drop(slot: Slot) -> None:
    """Remove a slot. What cannot be removed stays and is no slot any more."""
    with suppress(OSError):
        slot.seal.form.unlink(missing_ok=True)  # first: see `Seal.whole`
    with suppress(OSError, RecursionError):
        remove(str(slot.folder), slot.folder.lstat().st_dev)


def _is_proper(place: Repository) -> bool:
    """Is it where git put it, and has nobody a lock there?"""
    link = place.top / ".git"
    there = administers(place.git_dir, place.top) and link.is_file() and not link.is_symlink()
    return there and not any(place.git_dir.glob("*.lock"))


def _free(folder: Path) -> Path:
    taken = set(os.listdir(folder)) if folder.is_dir() else set()  # noqa: PTH208 - names are what is wanted
    return folder / next(name for number in range(1, len(taken) + 2) if (name := str(number)) not in taken)
