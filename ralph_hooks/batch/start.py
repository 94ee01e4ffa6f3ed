"""Starting: from a task list and what was tried before to an open batch, or to the reason why there is none."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from ralph_hooks.batch.breaker import Breaker, breaker_of, places
from ralph_hooks.batch.choice import Choice, Earlier, choose_named, choose_next, earlier_attempts
from ralph_hooks.batch.ground import Ground, Wanted, new_ground
from ralph_hooks.batch.model import Batch
from ralph_hooks.batch.opening import open_batch
from ralph_hooks.batch.resolve import OtherSide, find_parked, hand_on_progress, merge_parked, other_side
from ralph_hooks.batch.retry import not_before
from ralph_hooks.batch.workplace import Workplace, clock
from ralph_hooks.errors import UsageError
from ralph_hooks.git.objects import Objects
from ralph_hooks.records import NamedTuple
from ralph_hooks.tasklist.lookup import find
from ralph_hooks.tasklist.plan import plan


class Started(NamedTuple):
    """A batch, or none and why: see `Choice`. `earlier`: what became of its tasks before, by index.

    `breaker`: where it stood.
    """

    batch: Batch | None
    choice: Choice
    earlier: Mapping[int, Earlier]
    base: str
    target: str
    breaker: Breaker


class Resolving(NamedTuple):
    """A batch of one with the parked attempt merged in; what conflicts, and whose changes are on the other side."""

    batch: Batch
    conflicts: tuple[str, ...]
    others: tuple[OtherSide, ...]


def start(work: Workplace, wanted: Wanted) -> Started:
    """Open a batch.

    Raises UsageError for tasks that cannot be started, RefusedError where the repository is not ready.
    """
    ground, time = new_ground(work, wanted), clock()
    records = work.store.records()
    found = breaker_of(work.config, records, time)
    earlier = earlier_attempts(records, ground.listed, ground.spec.tasks)
    most = places(found, wanted.max_parallel or work.config.max_parallel)
    choice = _choice(work, ground, wanted, earlier, time, most)
    batch = open_batch(work, ground, choice.tasks) if choice.tasks else None
    return Started(batch, choice, earlier, ground.base, ground.target, found)


def _choice(
    work: Workplace, ground: Ground, wanted: Wanted, earlier: Mapping[int, Earlier], time: datetime, most: int
) -> Choice:
    """Whoever names tasks gets them, all at once: pauses and the breaker are for those who do not know better."""
    listed, planned = ground.listed, plan(ground.listed)
    if wanted.names:
        return choose_named(listed, planned, wanted.names, allow_overlap=wanted.allow_overlap)
    ends = {index: not_before(item, work.config.retry_pause) for index, item in earlier.items()}
    return choose_next(
        listed,
        planned,
        max_parallel=most,
        allow_overlap=wanted.allow_overlap,
        tries={index: item.tries for index, item in earlier.items()},
        most_tries=ground.most_tries,
        resting={index: end for index, end in ends.items() if end is not None and end > time},
    )


def resolve(work: Workplace, wanted: Wanted, name: str) -> Resolving:
    """Open a batch of one for a parked task, with its attempt merged in and conflict markers where it conflicts."""
    ground = new_ground(work, wanted)
    task = find(ground.listed, name)
    if task.done:
        raise UsageError(f"task {task.name} is done already (line {task.line})", "see `ralph-hooks log`")
    parked = find_parked(work.repository, work.store.records(), ground.spec.tasks, task.name, task.index)
    conflicts: list[str] = []

    def prepare(objects: Objects, batch: Batch) -> None:
        conflicts.extend(merge_parked(objects, parked, ground.base, Path(batch.attempts[0].worktree)))
        hand_on_progress(objects, parked, batch)

    batch = open_batch(work, ground, [task], prepare)
    others = other_side(work.repository, parked.batch.base, ground.base, conflicts)
    return Resolving(batch, tuple(conflicts), others)
