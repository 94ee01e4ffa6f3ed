"""Which tasks a new batch is made of. Pure: a task list, its plan and what was tried before in, tasks out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from ralph_hooks.batch.model import Attempt, Phase, State
from ralph_hooks.batch.names import FAILED, PARKED, attempt_ref
from ralph_hooks.batch.store import Record
from ralph_hooks.errors import RefusedError, UsageError
from ralph_hooks.records import NamedTuple
from ralph_hooks.tasklist.lookup import find, same_task
from ralph_hooks.tasklist.model import Plan, Task, TaskList
from ralph_hooks.tasklist.overlap import footprint, shared
from ralph_hooks.tasklist.plan import next_tasks, unmet


class Earlier(NamedTuple):
    """What became of a task before: how often it was tried in vain, why the last time, and where that work is.

    `outside`: how many of the last tries, in a row, failed for a cause outside the task; `ended`: the last one (UTC).
    """

    tries: int
    reason: str
    ref: str
    outside: int = 0
    ended: str | None = None


class Resting(NamedTuple):
    """A task that failed for a cause outside of it, and when it may be tried again (UTC)."""

    task: Task
    until: datetime


class Choice(NamedTuple):
    """The tasks to start.

    None: `verify` is to be done by hand first, or `exhausted` have used up their tries, or the others are `resting`, or
    all is done.
    """

    tasks: tuple[Task, ...]
    verify: Task | None = None
    exhausted: tuple[Task, ...] = ()
    resting: tuple[Resting, ...] = ()


def earlier_attempts(records: Sequence[Record], listed: TaskList, path: str) -> dict[int, Earlier]:
    """The failed and parked attempts at the open tasks of the list at `path`, by task index."""
    found: dict[int, Earlier] = {}
    for record in records:
        # Aborted: the person's doing, not the task's. Open: nothing has come of it yet.
        if record.batch.tasks != path or record.batch.phase not in {Phase.LANDED, Phase.UNDONE}:
            continue
        for attempt in record.batch.in_state(State.FAILED, State.PARKED):
            task = same_task(listed, attempt.index, attempt.id, attempt.title)
            if task is not None and not task.done:
                found[task.index] = _once_more(found.get(task.index), record, attempt)
    return found


def _once_more(before: Earlier | None, record: Record, attempt: Attempt) -> Earlier:
    root = PARKED if attempt.state is State.PARKED else FAILED
    return Earlier(
        tries=(before.tries if before else 0) + 1,
        reason=attempt.message or attempt.state,
        ref=attempt_ref(root, record.batch.id, attempt),
        outside=(before.outside if before else 0) + 1 if attempt.external else 0,
        ended=record.ended,
    )


def choose_next(
    listed: TaskList,
    plan: Plan,
    *,
    max_parallel: int,
    allow_overlap: bool,
    tries: Mapping[int, int],
    most_tries: int,
    resting: Mapping[int, datetime],
) -> Choice:
    """The next slice of the plan.

    Tasks that were tried `most_tries` times are left out until somebody names them; `resting` ones until their time.
    """
    exhausted = frozenset(index for index, count in tries.items() if count >= most_tries)
    skip = exhausted | resting.keys()
    chosen = next_tasks(listed, plan, max_parallel=max_parallel, allow_overlap=allow_overlap, skip=skip)
    tasks = tuple(listed.tasks[index] for index in chosen)
    if tasks and tasks[0].verify:
        return Choice((), verify=tasks[0])
    first = next((group for group in plan.groups if any(not listed.tasks[index].done for index in group.tasks)), None)
    members = [listed.tasks[index] for index in (first.tasks if first else ())]
    return Choice(
        tasks,
        exhausted=tuple(task for task in members if task.index in exhausted),
        resting=tuple(
            Resting(task, resting[task.index]) for task in members if task.index in resting.keys() - exhausted
        ),
    )


def choose_named(listed: TaskList, plan: Plan, names: Sequence[str], *, allow_overlap: bool) -> Choice:
    """The tasks that were named, in the order of the list.

    Raises UsageError or RefusedError where one cannot be started.
    """
    tasks = {task.index: task for task in (find(listed, name) for name in names)}
    for task in tasks.values():
        require_startable(listed, plan, task)
    ordered = [tasks[index] for index in sorted(tasks)]
    _require_disjoint(ordered, allow_overlap=allow_overlap)
    _require_independent(plan, ordered)
    return Choice(tuple(ordered))


def require_startable(listed: TaskList, plan: Plan, task: Task) -> None:
    """Raise UsageError for a task that no executor can begin now: done, a [VERIFY], or waiting for another."""
    if task.done:
        raise UsageError(
            f"task {task.name} is done already (line {task.line})", "name an open one; see `ralph-hooks plan`"
        )
    if task.verify:
        raise UsageError(
            f"task {task.name} is a [VERIFY]: it is done in the main worktree, not by an executor",
            f"do it there, then `ralph-hooks tick {task.name}`",
        )
    missing = [listed.tasks[index].name for index in unmet(listed, plan, task.index)]
    if missing:
        raise UsageError(f"task {task.name} depends on {', '.join(missing)}, not done yet", f"start {missing[0]} first")


def _require_disjoint(tasks: Sequence[Task], *, allow_overlap: bool) -> None:
    for at, task in enumerate(tasks):
        for other in tasks[:at]:
            path = shared(footprint(other.files), footprint(task.files))
            if path is not None and not allow_overlap:
                raise RefusedError(
                    f"the tasks {other.name} and {task.name} both declare {path}",
                    "start them one after another, or add --allow-overlap",
                )


def _require_independent(plan: Plan, tasks: Sequence[Task]) -> None:
    chosen = {task.index: task for task in tasks}
    for task in tasks:
        before = [chosen[index].name for index in sorted(plan.depends[task.index]) if index in chosen]
        if before:
            raise UsageError(f"task {task.name} depends on {before[0]}", f"start {before[0]} alone first")
