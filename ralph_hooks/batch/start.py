"""Starting: from a task list and what was tried before to an open batch, or to the reason why there is none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ralph_hooks.batch.choice import Choice, Earlier, choose_named, choose_next, earlier_attempts
from ralph_hooks.batch.model import Batch
from ralph_hooks.batch.opening import open_batch
from ralph_hooks.batch.pages import Kept, decode, page_text, require_list
from ralph_hooks.batch.resolve import OtherSide, find_parked, hand_on_progress, merge_parked, other_side
from ralph_hooks.batch.target import choose_target, refuse_in_progress
from ralph_hooks.batch.workplace import Workplace
from ralph_hooks.errors import RefusedError, UsageError
from ralph_hooks.git.objects import Objects, open_objects
from ralph_hooks.git.repository import HEADS
from ralph_hooks.git.worktrees import checkout_of
from ralph_hooks.spec import handler, state
from ralph_hooks.spec.locate import Spec, locate
from ralph_hooks.spec.numbering import Handler
from ralph_hooks.tasklist.lookup import find
from ralph_hooks.tasklist.model import Dialect, TaskList
from ralph_hooks.tasklist.parse import parse
from ralph_hooks.tasklist.plan import plan


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the user asked for. `names`: tasks, none for the next group; `max_parallel` None: as configured."""

    cwd: Path
    tasks: str | None = None
    spec: str | None = None
    target: str | None = None
    names: tuple[str, ...] = ()
    max_parallel: int | None = None
    allow_overlap: bool = False


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


@dataclass(frozen=True, slots=True)
class _Ground:
    """The list that is to be worked on, as the target has it."""

    spec: Spec
    listed: TaskList
    base: str
    target: str
    handler: Handler
    most_tries: int


def start(work: Workplace, wanted: Wanted) -> Started:
    """Open a batch.

    Raises UsageError for tasks that cannot be started, RefusedError where the repository is not ready.
    """
    ground = _ground(work, wanted)
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
    batch = open_batch(
        work,
        ground.spec,
        listed,
        choice.tasks,
        base=ground.base,
        target=ground.target,
        handler=ground.handler,
    )
    return Started(batch, choice, earlier, ground.base, ground.target)


def resolve(work: Workplace, wanted: Wanted, name: str) -> Resolving:
    """Open a batch of one for a parked task, with its attempt merged in and conflict markers where it conflicts."""
    ground = _ground(work, wanted)
    task = find(ground.listed, name)
    if task.done:
        raise UsageError(f"task {task.name} is done already (line {task.line})", "see `ralph-hooks log`")
    parked = find_parked(work.repository, work.store.records(), ground.spec.tasks, task.name, task.index)
    conflicts: list[str] = []

    def prepare(objects: Objects, batch: Batch) -> None:
        conflicts.extend(merge_parked(objects, parked, ground.base, Path(batch.attempts[0].worktree)))
        hand_on_progress(objects, parked, batch)

    batch = open_batch(
        work,
        ground.spec,
        ground.listed,
        [task],
        base=ground.base,
        target=ground.target,
        handler=ground.handler,
        prepare=prepare,
    )
    others = other_side(work.repository, parked.batch.base, ground.base, conflicts)
    return Resolving(batch, tuple(conflicts), others)


def _ground(work: Workplace, wanted: Wanted) -> _Ground:
    already = work.store.open_batch()
    if already is not None:
        tasks = ", ".join(attempt.name for attempt in already.attempts)
        raise RefusedError(f"batch {already.id} is open (tasks {tasks})", "`ralph-hooks land` or `abort` it first")
    repository = work.repository
    refuse_in_progress(repository)
    target = choose_target(repository, wanted.target)
    base = repository.commit(target)
    if base is None:
        raise RefusedError(f"{target} has no commit yet", "make the first commit, then start again")
    place = checkout_of(repository, target)
    if place is not None:
        refuse_in_progress(place)
    spec = locate(repository.top, cwd=wanted.cwd, tasks=wanted.tasks, spec=wanted.spec)
    text = _list_text(work, spec, target, base)
    document = state.read(spec.root / spec.state) if spec.state else None
    dialect = Dialect(work.config.dialect) if work.config.dialect else None
    generation, _ = handler.detect(repository.top, Path.home(), work.config.stop_handler)
    limit = (document or {}).get("maxTaskIterations")
    return _Ground(
        spec=spec,
        listed=parse(text, dialect, has_state=document is not None),
        base=base,
        target=target,
        handler=generation,
        most_tries=limit if isinstance(limit, int) and limit > 0 else work.config.max_task_iterations,
    )


def _list_text(work: Workplace, spec: Spec, target: str, base: str) -> str:
    """The list as the target has it; on disk where it is ignored.

    Raises RefusedError where the two are not the same.
    """
    here = work.repository.branch() == target
    if require_list(work.repository, spec) is Kept.IGNORED:
        return decode((spec.root / spec.tasks).read_bytes())
    with open_objects(work.repository) as objects:
        text = page_text(objects, objects.tree_of(base), spec.tasks)
    if text is None:
        where = target.removeprefix(HEADS)
        raise RefusedError(
            f"the task list {spec.tasks} is not in {where}", "commit it there" if here else f"git switch {where}"
        )
    return text
