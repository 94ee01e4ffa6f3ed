"""Taking a landing back: branch, ticks, progress and state as before it. Only while nothing has come after."""

from __future__ import annotations

from pathlib import Path

from ralph_hooks.batch import names
from ralph_hooks.batch.advance import carry_out
from ralph_hooks.batch.journal import read_journal
from ralph_hooks.batch.model import Landing, Phase
from ralph_hooks.batch.move import DiskEdit, Move
from ralph_hooks.batch.store import Record
from ralph_hooks.batch.target import refuse_in_progress
from ralph_hooks.batch.workplace import Workplace, now
from ralph_hooks.errors import RefusedError, UsageError
from ralph_hooks.git.objects import open_objects
from ralph_hooks.git.refs import RefUpdate, refs_of
from ralph_hooks.git.worktrees import checkout_of
from ralph_hooks.records import NamedTuple


class Undone(NamedTuple):
    """The landing that was taken back, and what could not be put back beside it."""

    landing: Landing
    warnings: tuple[str, ...]


def undo(work: Workplace, name: str | None) -> Undone:
    """Take back the last landing, or that of the batch `name`. The attempts' own refs stay.

    Raises RefusedError when commits came after it, while a batch is open, or when local edits are in the way.
    """
    _, landing = _choose(work, name)
    if work.store.open_batch() is not None:
        raise RefusedError("a batch is open, and its base would be taken back", "`ralph-hooks abort` it first")
    tip = work.repository.commit(landing.target)
    if tip != landing.after:
        raise RefusedError(
            f"commits came after the landing of batch {landing.batch} on {landing.target}",
            "take those back first, or `git revert` the landed commits: `ralph-hooks log` lists them",
        )
    place = checkout_of(work.repository, landing.target)
    if place is not None:
        refuse_in_progress(place)
    with open_objects(work.repository) as objects:
        landed = read_journal(objects, _journal(work, landing))
        gone = refs_of(work.repository, [names.UNDO + landing.batch, names.LANDED + landing.batch])
        move = Move(
            kind="undo",
            key=landing.batch,
            target=landing.target,
            old=landing.after,
            new=landing.before,
            top=str(place.top) if place else None,
            refs=tuple(RefUpdate(ref, oid, None) for ref, oid in gone.items()),
            disk=tuple(_reversed(edit) for edit in landed.disk),
            state=landed.state and landed.state._replace(back=True),
            ended=now(),
        )
        settled = carry_out(work, objects, move)
    return Undone(landing, settled.warnings)


def _journal(work: Workplace, landing: Landing) -> str:
    journal = work.repository.commit(names.LOG + landing.batch)
    if journal is not None:
        return journal
    if work.repository.commit(names.JOURNAL + landing.batch) is not None:
        raise RefusedError(
            f"the landing of batch {landing.batch} is not through yet", "see what `ralph-hooks recover` says about it"
        )
    raise RefusedError(f"the journal of batch {landing.batch} is gone", f"git reset to {landing.before} by hand")


def _choose(work: Workplace, name: str | None) -> tuple[Record, Landing]:
    landed = [(record, record.landing) for record in work.store.records() if record.batch.phase is Phase.LANDED]
    found = [(record, landing) for record, landing in landed if landing and name in {None, record.batch.id}]
    if found:
        return found[-1]
    if name is None:
        raise UsageError("there is no landing to undo", "see `ralph-hooks log`")
    raise UsageError(f"batch {name} has not landed, or was undone already", "see `ralph-hooks log` for the batches")


def _reversed(edit: DiskEdit) -> DiskEdit:
    return DiskEdit(str(Path(edit.path)), edit.after, edit.before)
