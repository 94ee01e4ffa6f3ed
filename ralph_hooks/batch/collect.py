"""Old batches: their worktrees, branches and refs go once it is proved that the target has what is in them.

What is not proved is listed and stays, until a person names it. The rows of the store stay: `log` shows them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from ralph_hooks import progress
from ralph_hooks.batch import names
from ralph_hooks.batch.leftovers import Leftover, clear, look
from ralph_hooks.batch.model import Attempt, Batch, Phase
from ralph_hooks.batch.proof import pinned, proof
from ralph_hooks.batch.store import Record
from ralph_hooks.batch.workplace import Workplace
from ralph_hooks.errors import UsageError
from ralph_hooks.git import features
from ralph_hooks.git.merge import open_merger
from ralph_hooks.git.objects import open_objects
from ralph_hooks.git.refs import RefUpdate, move_refs, refs_below
from ralph_hooks.git.repository import worktree_at
from ralph_hooks.records import NamedTuple

_OF_ATTEMPTS = (names.DONE, names.FAILED, names.PARKED, names.ABORTED)
_OF_BATCHES = (names.BATCH, names.UNDO, names.LANDED, names.SAVED, names.LOG)
_OVER = (Phase.LANDED, Phase.ABORTED, Phase.UNDONE)


class Item(NamedTuple):
    """An attempt of an old batch. `proof`: why it need not be kept, None where that cannot be shown."""

    batch: Batch
    attempt: Attempt
    refs: tuple[RefUpdate, ...]
    left: Leftover
    proof: str | None

    @property
    def name(self) -> str:
        """How people name it to have it dropped: its index, because ids need not be unique."""
        return f"{self.batch.id}/{self.attempt.index}"

    def kept_because(self, dropped: AbstractSet[str]) -> str | None:
        """Why it stays; None if it may go. `dropped`: the attempts that a person has named."""
        if self.proof is None and self.name not in dropped:
            said = f": {self.attempt.message}" if self.attempt.message else ""
            return f"{self.attempt.state}, and not proved to be on {self.batch.target}{said}"
        return f"its worktree stays: {self.left.obstacle}" if self.left.obstacle else None


class Old(NamedTuple):
    """A batch that is over for long enough, with what is left of it. `refs`: those of the batch as a whole."""

    record: Record
    items: tuple[Item, ...]
    refs: tuple[RefUpdate, ...]

    @property
    def batch(self) -> Batch:
        return self.record.batch


def old_batches(work: Workplace, before: datetime) -> tuple[Old, ...]:
    """The batches that ended before that time and have left anything, oldest first."""
    refs = refs_below(work.repository, names.ROOT)
    records = [record for record in work.store.records() if record.batch.phase in _OVER and _ended(record, before)]
    with (
        open_objects(work.repository) as objects,
        open_merger(objects, features.installed()) as merger,
    ):
        found = []
        for record in progress.each("looking at old batches", records):
            here = _standing(work, record.batch)
            items = []
            for attempt in record.batch.attempts:
                head = pinned(record.batch, attempt, refs)
                left = look(here, attempt, head)
                own = _updates((names.attempt_ref(root, record.batch.id, attempt) for root in _OF_ATTEMPTS), refs)
                if own or left.place or left.branch:
                    items.append(Item(record.batch, attempt, own, left, proof(objects, merger, record, attempt, head)))
            found.append(Old(record, tuple(items), _updates((root + record.batch.id for root in _OF_BATCHES), refs)))
    return tuple(old for old in found if old.items or old.refs)


def to_drop(olds: Iterable[Old], wanted: Iterable[str]) -> frozenset[str]:
    """The attempts that are meant by `BATCH` and `BATCH/INDEX`. Raises UsageError for a name of none."""
    items = [item for old in olds for item in old.items]
    dropped: set[str] = set()
    for name in wanted:
        meant = {item.name for item in items if name in {item.name, item.batch.id}}
        if not meant:
            raise UsageError(f"{name} is no attempt that could be dropped", "see `ralph-hooks gc --dry-run`")
        dropped |= meant
    return frozenset(dropped)


def collect(work: Workplace, old: Old, dropped: AbstractSet[str]) -> None:
    """Remove what may go of one batch. Worktrees first: as long as the refs are there, doing it again ends it."""
    work = _standing(work, old.batch)
    going = [item for item in old.items if item.kept_because(dropped) is None]
    for item in going:
        clear(work, item.left)
    with suppress(OSError):
        names.worktree_folder(old.batch.top, old.batch.id).rmdir()
    # The record and the journal have what the attempts that stay are about: base, conflicts, copies of pages.
    whole = old.refs if len(going) == len(old.items) else ()
    move_refs(work.repository, f"ralph-hooks: gc {old.batch.id}", [*(u for item in going for u in item.refs), *whole])


def _ended(record: Record, before: datetime) -> bool:
    return record.ended is not None and datetime.fromisoformat(record.ended) < before


def _standing(work: Workplace, batch: Batch) -> Workplace:
    """Not where we stand: the command may have been called in one of the worktrees that go."""
    top = Path(batch.top)
    return work._replace(repository=worktree_at(work.repository, top)) if top.is_dir() else work


def _updates(wanted: Iterable[str], refs: Mapping[str, str]) -> tuple[RefUpdate, ...]:
    return tuple(RefUpdate(ref, refs[ref], None) for ref in wanted if ref in refs)
