"""A list as the pieces that people move, add and change: its tasks, each with its own lines, and single lines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from ralph_hooks.patterns import pattern
from ralph_hooks.records import NamedTuple
from ralph_hooks.tasklist.model import Task, TaskList

_END = pattern(r"(?:\r\n|\r|\n)\Z")

Key = tuple[str, str, int]  # kind, name or text, and which of those that are alike


class Unit(NamedTuple):
    """A task with its own lines, without tasks nested in it, or one line. `end`: its line end, empty at the very end.

    `key` is what it is known by in another version of the list: a task by its name, a line by its text.
    """

    key: Key
    body: str
    end: str
    task: Task | None = None
    box: int = 0  # where in `body` the task's state stands
    heading: bool = False

    @property
    def blank(self) -> bool:
        return not self.body.strip()


def units(listed: TaskList) -> tuple[Unit, ...]:
    """The units of a list, in order: joined, they are its text."""
    return tuple(_units(listed))


class Differences(NamedTuple):
    """What differs between two versions of a list: names of tasks, and whether any line that is no task's."""

    tasks: tuple[str, ...]
    elsewhere: bool


def differences(before: TaskList, after: TaskList) -> Differences:
    """Tasks that were changed, added, taken out or moved; of two that changed places both."""
    old, new = units(before), units(after)
    was, now = ({unit.key: unit for unit in side if unit.task} for side in (old, new))
    bodies, new_bodies = ({key: unit.body for key, unit in side.items()} for side in (was, now))
    changed = [key for key in was.keys() | now.keys() if bodies.get(key) != new_bodies.get(key)]
    places = zip([key for key in was if key in now], [key for key in now if key in was], strict=True)
    moved = [key for pair in places if pair[0] != pair[1] for key in pair]
    names = {_name(was.get(key) or now[key]) for key in [*changed, *moved]}
    lines, new_lines = ([unit.body for unit in side if not unit.task] for side in (old, new))
    return Differences(tuple(sorted(names)), lines != new_lines)


def _name(unit: Unit) -> str:
    return unit.task.name if unit.task else ""


def _units(listed: TaskList) -> Iterator[Unit]:
    starts = [0, *(line.start for line in listed.lines[1:]), len(listed.text)]
    tasks = {task.line - 1: task for task in listed.tasks}
    headings = {heading.line - 1 for heading in listed.headings}
    seen = Counter[tuple[str, str]]()
    at = 0
    while at < len(listed.lines):
        task, until = tasks.get(at), at + 1
        if task:
            while until < task.end_line and until not in tasks:
                until += 1
        start, text = starts[at], listed.text[starts[at] : starts[until]]
        kind, name = ("task", task.id or task.title) if task else ("line", listed.lines[at].text)
        nth = seen[kind, name] if task else 0
        seen[kind, name] += 1
        found = _END.search(text)
        end = found[0] if found else ""
        if text:
            box = task.box.start - start if task else 0
            yield Unit((kind, name, nth), text.removesuffix(end), end, task, box, at in headings)
        at = until
