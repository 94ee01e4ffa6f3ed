"""Finding a task: by the name that a person gives it, or again in a list that has changed since."""

from __future__ import annotations

from ralph_hooks.errors import UsageError
from ralph_hooks.patterns import pattern
from ralph_hooks.tasklist.model import Task, TaskList

_INDEX = pattern(r"[@#]?(?P<index>[0-9]{1,9})")


def find(task_list: TaskList, name: str) -> Task:
    """The task with the id or alias `name`, or at the index of `@3`, `#3`, `3` (where 3 is no id).

    Raises UsageError for a name that no task or more than one task has.
    """
    named = [task for task in task_list.tasks if name == task.id] or [
        task for task in task_list.tasks if name in task.aliases
    ]
    if len(named) > 1:
        choices = ", ".join(f"@{task.index} (line {task.line})" for task in named)
        raise UsageError(f"{len(named)} tasks are named {name}", f"name one by its index: {choices}")
    return named[0] if named else _at(task_list, name)


def same_task(task_list: TaskList, index: int, id: str | None, title: str) -> Task | None:  # noqa: A002
    """A task recorded earlier as `index`, `id` and `title`, in a list that may have changed since.

    Its id decides; where several have it, the title, then the index. Without an id the title decides, then the index.
    """
    same = [task for task in task_list.tasks if task.id == id and (id is not None or task.title == title)]
    for wanted in (lambda _: True, lambda task: task.title == title, lambda task: task.index == index):
        same = [task for task in same if wanted(task)] or same
        if len(same) == 1:
            return same[0]
    return None


def _at(task_list: TaskList, name: str) -> Task:
    match = _INDEX.fullmatch(name)
    if not match:
        raise UsageError(f"no task is named {name}", _nearest(task_list, name))
    index = int(match["index"])
    if index >= len(task_list.tasks):
        raise UsageError(f"there is no task {name}", f"the list has {len(task_list.tasks)} tasks, counted from @0")
    return task_list.tasks[index]


def _nearest(task_list: TaskList, name: str) -> str:
    import difflib  # noqa: PLC0415 - only for a name that is not there

    names = {known for task in task_list.tasks for known in (task.id, *task.aliases) if known is not None}
    near = difflib.get_close_matches(name, sorted(names), n=3, cutoff=0.4)
    if near:
        return f"did you mean {' or '.join(near)}?"
    return "`ralph-hooks plan` lists the tasks" if names else "the list has no ids; name a task by its index, as in @0"
