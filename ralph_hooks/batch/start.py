"""Starting: from a task list and what was tried before to an open batch, or to the reason why there is none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ralph_hooks.batch.choice import Choice, Earlier, choose_named, choose_next, earlier_attempts
from ralph_hooks.batch.ground import Wanted, new_ground
from ralph_hooks.batch.model import Batch
from ralph_hooks.batch.opening import open_batch
from ralph_hooks.batch.resolve import OtherSide, find_parked, hand_on_progress, merge_parked, other_side
from ralph_hooks.batch.workplace import Workplace
from ralph_hooks.errors import UsageError
from ralph_hooks.git.objects import Objects
from ralph_hooks.tasklist.lookup import find
from ralph_hooks.tasklist.plan import plan


@dataclass(frozen=True, slots=True)
class Started:
    """A batch, or none and why: see `Choice`. `earlier`: what became of its tasks before, by index."""

    batch: Batch | None
    choice: Choice
    earlier: Mapping[int, Earlier]
    base: str
    target: str


@dataclass(frozen=True, slots=True)
class Resolving:
    """A batch of one with the parked attempt merged in; what conflicts, and whose changes are on the other side."""

    batch: Batch
    conflicts: tuple[str, ...]
    others: tuple[OtherSide, ...]


def start(work: Workplace, wanted: Wanted) -> Started:
    """Open a batch.

    Raises UsageError for tasks that cannot be started, RefusedError where the repository is not ready.
    """
    ground = new_ground(work, wanted)
    listed, planned = ground.listed, plan(ground.listed)
    earlier = earlier_attempts(work.store.records(), listed, ground.spec.tasks)
    if wanted.names:
        choice = choose_named(listed, planned, wanted.names, allow_overlap=wanted.allow_overlap)
    else:
        choice = choose_next(
            listed,
            planned,
            max_parallel=wanted.max_parallel or work.config.max_parallel,
            allow_overlap=wanted.allow_overlap,
            tries={index: item.tries for index, item in earlier.items()},
            most_tries=ground.most_tries,
        )
    if not choice.tasks:
        return Started(None, choice, earlier, ground.base, ground.target)
    batch = open_batch(work, ground, choice.tasks)
    return Started(batch, choice, earlier, ground.base, ground.target)


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
