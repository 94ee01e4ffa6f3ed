"""What each task waits for: the ids it names, the blocks that its block comes after, and V4 before V5 before V6."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence

from ralph_hooks.errors import UsageError
from ralph_hooks.tasklist.block_order import waits_for
from ralph_hooks.tasklist.model import Task, TaskList

_ORDERED = ("V4", "V5", "V6")


def dependencies(task_list: TaskList) -> dict[int, frozenset[int]]:
    """For each task index, the indexes of the tasks that must be done before it.

    Raises UsageError for an id that no task has, and for a block name that cannot be meant.
    """
    names = by_name(task_list.tasks)
    after = waits_for(task_list)
    return {
        task.index: frozenset(
            {
                *(_resolve(task, name, names) for name in task.depends),
                *earlier_checks(task, names),
                *(() if task.block is None else after[task.block]),
            }
        )
        for task in task_list.tasks
    }


def by_name(tasks: Iterable[Task]) -> dict[str, list[int]]:
    names: dict[str, list[int]] = {}
    for task in tasks:
        for name in dict.fromkeys((task.id, *task.aliases)):
            if name is not None:
                names.setdefault(name, []).append(task.index)
    return names


def _resolve(task: Task, name: str, names: Mapping[str, Sequence[int]]) -> int:
    if name not in names:
        raise UsageError(
            f"task {task.name} (line {task.line}) depends on {name}, which no task of the list is named",
            "correct the id or take it out",
        )
    return nearest_before(names[name], task.index)


def nearest_before(indexes: Sequence[int], index: int) -> int:
    """Of tasks with one id, the last above the task that names it, else the first: numbering that restarts."""
    above = bisect_left(indexes, index)
    return indexes[max(above - 1, 0)]


def earlier_checks(task: Task, names: Mapping[str, Sequence[int]]) -> Iterable[int]:
    mine = next((place for place, name in enumerate(_ORDERED) if name in (task.id, *task.aliases)), 0)
    return (nearest_before(names[name], task.index) for name in _ORDERED[:mine] if name in names)
