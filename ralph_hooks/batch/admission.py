"""Which executors of a batch may begin: no more at once than there are places. The others wait for one that ends."""

from __future__ import annotations

from ralph_hooks.batch.model import State
from ralph_hooks.batch.workplace import Workplace
from ralph_hooks.errors import RefusedError


def admit(work: Workplace, batch_id: str, call: str, places: int) -> bool:
    """May the executor of `call` begin? It may if it was told so before, or if there is a free place: then that is its.

    Takes no lock. Raises RefusedError once there is nothing to wait for: the batch is over, or the attempt has ended.
    """
    attempt = work.store.admit(batch_id, call, places)
    if attempt is None:
        raise RefusedError(f"batch {batch_id} is not open, or has no call {call}", "start the task anew")
    if attempt.state is not State.RUNNING:
        raise RefusedError(f"task {attempt.name} has ended already: {attempt.state}", "start it anew after the landing")
    return attempt.admitted


def begun(work: Workplace, batch_id: str) -> int:
    """How many executors of a batch have a worktree, or have ended without one."""
    record = work.store.record(batch_id)
    attempts = record.batch.attempts if record else ()
    without = sum(attempt.agent is None and attempt.state is not State.RUNNING for attempt in attempts)
    return without + work.store.count_adopted(batch_id)
