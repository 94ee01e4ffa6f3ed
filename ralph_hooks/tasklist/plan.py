"""The plan of a task list: its groups in order, what they share, and which tasks to start next."""

from __future__ import annotations

from collections.abc import Iterator

from ralph_hooks.tasklist import overlap
from ralph_hooks.tasklist.dependencies import dependencies
from ralph_hooks.tasklist.grouping import groups
from ralph_hooks.tasklist.model import Dialect, Group, Overlap, Plan, Task, TaskList

__all__ = ["Group", "Overlap", "Plan", "next_tasks", "plan", "unmet"]


def plan(task_list: TaskList) -> Plan:
    """Group the tasks of a list.

    Raises UsageError for a dependency on an id that is not there, and for dependencies that go in a circle.
    """
    depends = dependencies(task_list)
    found = groups(task_list, depends)
    return Plan(found, tuple(_overlaps(task_list, found)), depends)


def unmet(task_list: TaskList, plan: Plan, index: int) -> tuple[int, ...]:
    """The dependencies of a task that are not done, by index."""
    return tuple(sorted(other for other in plan.depends[index] if not task_list.tasks[other].done))


def next_tasks(
    task_list: TaskList,
    plan: Plan,
    *,
    max_parallel: int,
    allow_overlap: bool = False,
    skip: frozenset[int] = frozenset(),
) -> tuple[int, ...]:
    """The tasks to start next: open ones of the first group that has any, at most `max_parallel` of them.

    A [VERIFY] comes alone. Tasks in `skip` are not started, and a group in which they alone are open blocks the rest:
    the answer is empty then, as it is when all is done. Of two tasks that share a file the later one waits, unless
    `allow_overlap`.
    """
    open_groups = ([index for index in group.tasks if not task_list.tasks[index].done] for group in plan.groups)
    first = next((members for members in open_groups if members), [])
    chosen: list[int] = []
    taken: list[tuple[str, ...]] = []
    for index in first:
        paths = overlap.footprint(task_list.tasks[index].files)
        if index in skip or (not allow_overlap and any(overlap.shared(paths, other) for other in taken)):
            continue
        if len(chosen) < max_parallel:
            chosen.append(index)
            taken.append(paths)
    return tuple(chosen)


def _overlaps(task_list: TaskList, groups: tuple[Group, ...]) -> Iterator[Overlap]:
    group_of = {index: number for number, group in enumerate(groups) for index in group.tasks}
    for number, group in enumerate(groups):
        for clash in _clashes([task_list.tasks[index] for index in group.tasks]):
            yield Overlap(clash.path, (clash.first, clash.second), number)
    for phase in _parallel_by_phase(task_list):
        for clash in _clashes(phase):
            if group_of[clash.first] != group_of[clash.second]:
                yield Overlap(clash.path, (clash.first, clash.second), None)


def _clashes(tasks: list[Task]) -> tuple[overlap.Clash, ...]:
    return overlap.clashes((task.index, task.files) for task in tasks)


def _parallel_by_phase(task_list: TaskList) -> list[list[Task]]:
    """Spec-kit's [P] holds for a whole phase: the [P] tasks of each phase, though they run in several groups."""
    if task_list.dialect is not Dialect.SPECKIT:
        return []
    phases: dict[str | None, list[Task]] = {}
    for task in task_list.tasks:
        if task.parallel:
            phases.setdefault(task.phase, []).append(task)
    return list(phases.values())
