"""Lossless edits: the new text differs from the old in the one character that the edit is about."""

from __future__ import annotations

from ralph_hooks.tasklist.model import Task, TaskList


def tick(task_list: TaskList, task: Task) -> str:
    """The text of the list with `task` marked `[x]`."""
    return _set_state(task_list, task, "x")


def untick(task_list: TaskList, task: Task) -> str:
    """The text of the list with `task` marked `[ ]`."""
    return _set_state(task_list, task, " ")


def _set_state(task_list: TaskList, task: Task, state: str) -> str:
    return task_list.text[: task.box.start] + state + task_list.text[task.box.end :]
