"""A session begins: what an earlier one left behind is landed or named."""

from __future__ import annotations

from pathlib import Path

from ralph_hooks.batch.model import Batch, Phase
from ralph_hooks.batch.workplace import Workplace
from ralph_hooks.integrations.claude import owner, verdict
from ralph_hooks.integrations.claude.answer import context
from ralph_hooks.integrations.claude.payload import SessionBegins, Where
from ralph_hooks.integrations.claude.turn import NOTHING, Reply, changing

EVENT = "SessionStart"


def session_begins(event: SessionBegins, place: Path) -> Reply:
    with changing(place) as work:
        batch = work.store.open_batch()
        if batch is None or batch.phase is not Phase.OPEN:
            return NOTHING
        if not is_abandoned(batch, event.where):
            return Reply(context(EVENT, verdict.standing(batch)))
        from ralph_hooks.integrations.claude.landing import land_abandoned  # noqa: PLC0415 - seldom, and it is much

        refusal = land_abandoned(work, batch, event.where)
        return Reply(context(EVENT, refusal)) if refusal else _told(work, batch)


def is_abandoned(batch: Batch, where: Where) -> bool:
    """Its session is over, and every executor with it: its process is dead, or has gone on to another session.

    A batch of the command line has no session.
    """
    if batch.session is None:
        return False
    cleared = batch.session != where.session and batch.owner is not None and batch.owner == owner.current()
    return cleared or not owner.is_alive(batch.owner)


def _told(work: Workplace, batch: Batch) -> Reply:
    record = work.store.record(batch.id)
    if record is None or record.landing is None:
        return NOTHING
    text = f"An earlier session ended in the middle of a batch.\n{verdict.told(record.batch, record.landing)}"
    return Reply(context(EVENT, text), batch.id)
