"""Which task a call of an executor is for: what its prompt says, compared with the task list. Pure.

Nobody tells us. Coordinators write prompts freely, but they all hand on some of: the task's block from the list, its id
or title, its index, the name of its progress file. Whatever is there must agree on one open task; a call that is not
understood is left alone, because a landing under the wrong task is worse than none.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from ralph_hooks.records import NamedTuple
from ralph_hooks.tasklist.model import Task, TaskList

_NUMBERS = re.compile(r"\.progress-task-(\d{1,9})\.md|\btask[ _-]?index\W{1,4}(\d{1,9})\b", re.IGNORECASE)
_BOX = re.compile(r"^[ \t]*[-*+][ \t]+\[.\][ \t]+(\S.*)$", re.MULTILINE)
_NAMED = re.compile(r"\btasks?\W{1,4}([A-Za-z]{0,2}\d[\w.]*\w|[A-Za-z]{0,2}\d)", re.IGNORECASE)
_PAGES = re.compile(r"(?<![\w./-])([\w./-]+)/(?:tasks\.md|\.progress(?:-task-\d+)?\.md|\.ralph-state\.json)\b")
_SHORTEST_TITLE = 8  # characters: a shorter one may stand in any sentence


class Match(NamedTuple):
    """The task, or why there is none that the call is for beyond doubt."""

    task: Task | None
    doubt: str = ""


class Listed(NamedTuple):
    """A task list for matching, and the directory it stands in, relative to the main checkout at `top`.

    `numbers`: those of the stop-handler, by index; they are not ours where boxes are no tasks.
    """

    tasks: TaskList
    directory: str
    top: str
    numbers: Mapping[int, int]


def match(prompt: str, description: str, listed: Listed) -> Match:
    """The open task that a call is for."""
    if _is_of_another_spec(prompt, listed):
        return Match(None, "its prompt is about another spec")
    text = f"{description}\n{prompt}"
    hints = [(name, found) for name, find in _HINTS.items() if (found := find(text, listed))]
    if not hints:
        return Match(None, "its prompt names no open task of the list")
    agreed = frozenset.intersection(*(found for _, found in hints))
    if len(agreed) == 1:
        return Match(listed.tasks.tasks[min(agreed)])
    said = "; ".join(f"{name}: {_names(found, listed)}" for name, found in hints)
    return Match(None, f"its prompt does not single out a task ({said})")


def _by_number(text: str, listed: Listed) -> frozenset[int]:
    numbers = {int(one or other) for one, other in _NUMBERS.findall(text)}
    return _where(listed, lambda task: task.index in numbers or listed.numbers.get(task.index) in numbers)


def _by_line(text: str, listed: Listed) -> frozenset[int]:
    """The task's own line, as it stands in the list."""
    lines = {line.rstrip() for line in _BOX.findall(text)}
    own = {task.index: _line(listed.tasks, task) for task in listed.tasks.tasks}
    return _where(listed, lambda task: own[task.index] in lines)


def _by_id(text: str, listed: Listed) -> frozenset[int]:
    """`Task 1.2`, `task T012:`; a bare number may be anything."""
    ids = {name.casefold() for name in _NAMED.findall(text)}
    return _where(listed, lambda task: any(name.casefold() in ids for name in (task.id, *task.aliases) if name))


def _by_title(text: str, listed: Listed) -> frozenset[int]:
    flat = " ".join(text.split()).casefold()

    def stands(task: Task) -> bool:
        title = " ".join(task.title.split()).casefold()
        known = len(title) >= _SHORTEST_TITLE and title in flat  # the search for whole words is slow
        return known and re.search(rf"(?<!\w){re.escape(title)}(?!\w)", flat) is not None

    return _where(listed, stands)


_HINTS: Mapping[str, Callable[[str, Listed], frozenset[int]]] = {
    "number": _by_number,
    "line": _by_line,
    "id": _by_id,
    "title": _by_title,
}


def _where(listed: Listed, fits: Callable[[Task], bool]) -> frozenset[int]:
    """Open tasks only: prompts tell what was done before, and nobody is sent to do that again."""
    return frozenset(task.index for task in listed.tasks.tasks if not task.done and fits(task))


def _line(tasks: TaskList, task: Task) -> str:
    """What stands behind the box."""
    first = tasks.text[task.box.end :].split("\n", 1)[0]
    return first.removeprefix("]").strip()


def _is_of_another_spec(prompt: str, listed: Listed) -> bool:
    """Are pages of other specs named, and none of ours?"""
    folders = {path.removeprefix("./") for path in _PAGES.findall(prompt.replace(f"{listed.top}/", ""))}
    return bool(folders) and listed.directory not in folders


def _names(indices: frozenset[int], listed: Listed) -> str:
    return ", ".join(listed.tasks.tasks[index].name for index in sorted(indices))
