"""Tasks that an orchestrator starts one call at a time: each opens a batch, or joins the one of its session.

The orchestrator makes the worktrees itself; `adopt.py` puts them on the base.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from ralph_hooks.batch.choice import Earlier, earlier_attempts, require_startable
from ralph_hooks.batch.ground import Ground, Wanted, ground_of, new_ground, require_still_open
from ralph_hooks.batch.hold import put_on_hold
from ralph_hooks.batch.model import Attempt, Batch, Phase
from ralph_hooks.batch.opening import new_attempt, open_joined
from ralph_hooks.batch.record import pin_record
from ralph_hooks.batch.retry import not_before
from ralph_hooks.batch.rollback import drop_joining
from ralph_hooks.batch.store import Record
from ralph_hooks.batch.workplace import Workplace
from ralph_hooks.errors import RefusedError, UsageError
from ralph_hooks.git.objects import open_objects
from ralph_hooks.records import NamedTuple
from ralph_hooks.spec.locate import locate
from ralph_hooks.tasklist.lookup import find
from ralph_hooks.tasklist.model import Task
from ralph_hooks.tasklist.plan import plan


class Joined(NamedTuple):
    """An attempt and its batch. `earlier`: what became of the task before; `opened`: this call opened the batch.

    `not_before`: the task failed for a cause outside of it, and had better not begin before this time (UTC).
    """

    batch: Batch
    attempt: Attempt
    earlier: Earlier | None
    opened: bool
    not_before: datetime | None


def join(work: Workplace, wanted: Wanted, *, call: str, session: str, owner: str | None = None) -> Joined:
    """Begin an attempt at the one task of `wanted.names`, in the open batch of `session` or in a new one.

    Nothing is started yet: `admission.admit` says when there is a place for its executor. The same call again gives the
    same answer. Raises RefusedError, with nothing changed, where the task cannot be attempted now. The caller holds the
    landing lock and has recovered.
    """
    batch = work.store.open_batch()
    try:
        if batch:
            _require_mine(work, batch, wanted, session)
        ground = ground_of(work, batch) if batch else new_ground(work, wanted)
        records = work.store.records()
        earlier = earlier_attempts(records, ground.listed, ground.spec.tasks)
        known = batch.of_call(call) if batch else None
        if batch is None or known is None:
            _require_new(records, call)
            task = _chosen(ground, wanted, earlier)
            if batch:
                require_still_open(work, batch, task)
            known = new_attempt(ground, task)._replace(call=call, admitted=False)
            batch = _enter(work, batch, known, owner) if batch else open_joined(work, ground, known, session, owner)
    except UsageError as error:
        raise RefusedError(error.what, error.todo) from error
    before = earlier.get(known.index)
    return Joined(batch, known, before, batch.opener == call, not_before(before, work.config.retry_pause))


def _require_mine(work: Workplace, batch: Batch, wanted: Wanted, session: str) -> None:
    """Another task may join this batch: it is open, of this session, and works on the same list."""
    if batch.session != session or batch.phase is not Phase.OPEN:
        whose = "the command line's" if batch.session is None else "another session's"
        raise RefusedError(f"batch {batch.id} is open, and is {whose}", "`ralph-hooks land` or `abort` it first")
    here = work.repository.top
    spec = locate(here, cwd=wanted.cwd, tasks=wanted.tasks, spec=wanted.spec)
    if (str(here), spec.tasks) != (batch.top, batch.tasks):
        raise RefusedError(f"batch {batch.id} works on {batch.tasks} in {batch.top}", "land it first")


def _require_new(records: tuple[Record, ...], call: str) -> None:
    """A call runs one attempt: an event that comes again after its batch is over starts nothing."""
    over = next((record.batch.id for record in records if record.batch.of_call(call)), None)
    if over is not None:
        raise RefusedError(f"the call {call} was in batch {over}, which is over", "start the task with a new call")


def _chosen(ground: Ground, wanted: Wanted, earlier: Mapping[int, Earlier]) -> Task:
    (name,) = wanted.names
    task = find(ground.listed, name)
    require_startable(ground.listed, plan(ground.listed), task)
    tries = earlier[task.index].tries if task.index in earlier else 0
    if tries >= ground.most_tries:
        raise RefusedError(f"task {task.name} was tried {tries} times", f"name it: `ralph-hooks start {task.name}`")
    return task


def _enter(work: Workplace, batch: Batch, attempt: Attempt, owner: str | None) -> Batch:
    """Put `attempt` into the open batch: row, record and hold, or none of them."""
    if any(other.index == attempt.index for other in batch.attempts):
        raise RefusedError(
            f"task {attempt.name} is in batch {batch.id} already, under another call", "wait until that has landed"
        )
    batch = batch._replace(owner=owner or batch.owner)
    wider = batch.with_new(attempt)
    with open_objects(work.repository) as objects:
        work.store.begin_joining(batch, attempt)
        try:
            pin_record(objects, wider)
            put_on_hold(wider)
        except BaseException:
            drop_joining(work, objects, batch)
            raise
    work.store.end_joining(batch.id, joined=True)
    return wider
