"""What runs beside what, also in lists that cannot be planned: a linter has to say something about those too."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache

from ralph_hooks.errors import UsageError
from ralph_hooks.tasklist import grouping
from ralph_hooks.tasklist.block_order import waits_for
from ralph_hooks.tasklist.dependencies import by_name, earlier_checks, nearest_before
from ralph_hooks.tasklist.model import Task, TaskList


def named_dependencies(task_list: TaskList) -> Iterator[tuple[Task, str, Task | None]]:
    """Each dependency that a task names, and the task that is meant, None where there is none."""
    names = by_name(task_list.tasks)
    for task in task_list.tasks:
        for name in task.depends:
            found = names.get(name)
            yield task, name, task_list.tasks[nearest_before(found, task.index)] if found else None


@lru_cache(maxsize=1)
def graph(task_list: TaskList) -> Mapping[int, frozenset[int]]:
    """As `dependencies`, but what names nothing is left out instead of being an error."""
    found: dict[int, set[int]] = {task.index: set() for task in task_list.tasks}
    for task, _, other in named_dependencies(task_list):
        if other is not None:
            found[task.index].add(other.index)
    names = by_name(task_list.tasks)
    after = _after_blocks(task_list)
    for task in task_list.tasks:
        found[task.index].update(earlier_checks(task, names))
        if task.block is not None:
            found[task.index].update(after[task.block])
    return {index: frozenset(others) for index, others in found.items()}


@lru_cache(maxsize=1)  # ten rules ask for the groups of one list, one after another
def groups(task_list: TaskList) -> tuple[tuple[Task, ...], ...]:
    """The groups of the plan that have more than one member."""
    declared = declared_groups(task_list)
    depends = graph(task_list) if declared else {}
    if not any(depends.values()):
        return declared  # most lists: no need to order anything
    try:
        return _several(task_list, tuple(group.tasks for group in grouping.groups(task_list, depends)))
    except UsageError:  # a circle, which has its own rule
        return declared


def declared_groups(task_list: TaskList) -> tuple[tuple[Task, ...], ...]:
    """The tasks that the list marks to go side by side, more than one, before dependencies part them."""
    return _several(task_list, grouping.side_by_side(task_list))


def _several(task_list: TaskList, found: tuple[tuple[int, ...], ...]) -> tuple[tuple[Task, ...], ...]:
    return tuple(tuple(task_list.tasks[index] for index in sorted(group)) for group in found if len(group) > 1)


def _after_blocks(task_list: TaskList) -> tuple[frozenset[int], ...]:
    try:
        return waits_for(task_list)
    except UsageError:  # a block that nothing is named like, which has its own rule
        return tuple(frozenset() for _ in task_list.blocks)
