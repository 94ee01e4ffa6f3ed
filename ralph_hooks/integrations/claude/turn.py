"""What every handler of an event needs: a workplace with the lock, the session's batch, a reply."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ralph_hooks.batch.model import Batch, Phase
from ralph_hooks.batch.store import Record
from ralph_hooks.batch.unfinished import needs_recovery
from ralph_hooks.batch.workplace import Workplace, exclusive, open_workplace
from ralph_hooks.git.claims import are_left
from ralph_hooks.integrations.claude import notes
from ralph_hooks.integrations.claude.answer import Answer, context
from ralph_hooks.integrations.claude.payload import Where
from ralph_hooks.records import NamedTuple

PATIENCE = 1200.0  # seconds that the end of an executor waits for the lock: it will not be told again


class LeftError(Exception):
    """The call is none of a batch. `loud`: worth a line in the log and a word to the coordinator."""

    def __init__(self, why: str, *, loud: bool = True) -> None:
        super().__init__(why)
        self.loud = loud


class Reply(NamedTuple):
    """`answer` is printed; `told`: the batch whose verdict is in it."""

    answer: Answer | None = None
    told: str | None = None


NOTHING = Reply()


@contextmanager
def changing(place: Path, wait: float | None = None) -> Iterator[Workplace]:
    """A workplace with the landing lock held, and put in order after whoever crashed. Raises BusyError."""
    with open_workplace(place) as work, exclusive(work, wait):
        _recover(work)
        yield work


@contextmanager
def beside_others(place: Path) -> Iterator[Workplace]:
    """A workplace without locks of ours that a crash has left, for what takes the lock itself, if at all."""
    with open_workplace(place) as work:
        if are_left(work.repository.common_dir):
            with exclusive(work):
                _recover(work)
        yield work


def _recover(work: Workplace) -> None:
    if needs_recovery(work):
        from ralph_hooks.batch.recover import recover  # noqa: PLC0415 - with all that lands and moves

        recover(work)


def own_batch(work: Workplace, where: Where) -> Batch | None:
    """The open batch of this session."""
    batch = work.store.open_batch()
    return batch if batch and batch.phase is Phase.OPEN and batch.session == where.session else None


def untold(work: Workplace, where: Where) -> Record | None:
    """The last batch of the session that has landed without the session being told."""
    own = [record for record in work.store.records() if record.batch.session == where.session]
    return next((record for record in reversed(own) if record.landing and not record.told), None)


def tell(work: Workplace, where: Where, event: str, refusal: str | None = None) -> Reply:
    """The reply that tells the session of its last landing, or why there was none; each is said once."""
    record = untold(work, where)
    if record and record.landing:
        from ralph_hooks.integrations.claude import verdict  # noqa: PLC0415 - only where there is something to tell

        return Reply(context(event, verdict.told(record.batch, record.landing)), record.batch.id)
    known = notes.read(work.folder)
    if refusal is None or refusal == known.refusal:
        return NOTHING
    notes.write(work.folder, known._replace(refusal=refusal))
    return Reply(context(event, refusal))
