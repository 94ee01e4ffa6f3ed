"""Lossless edits: the new text differs from the old in the one character that the edit is about."""

from __future__ import annotations

from ralph_hooks.tasklist.model import Task, TaskList


def tick(task_list: TaskList, task: Task) -> str:
    """The text of the list with `task` marked `[x]`."""
    return _set_state(task_list, task, "x")


def ticked(task_list: TaskList, task: Task) -> TaskList:
    """The list with `task` marked `[x]`. One character has changed, so all that was found in the text stays true."""
    tasks = (item._replace(state="x") if item.index == task.index else item for item in task_list.tasks)
    return task_list._replace(text=tick(task_list, task), tasks=tuple(tasks))


def untick(task_list: TaskList, task: Task) -> str:
    """The text of the list with `task` marked `[ ]`."""
    return _set_state(task_list, task, " ")


def _set_state(task_list: TaskList, task: Task, state: str) -> str:
    return task_list.text[: task.box.start] + state + task_list.text[task.box.end :]
