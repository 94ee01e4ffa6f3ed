"""Which unmarked neighbours could be `[P]`. Conservative: what cannot be seen in the list is not suggested."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase

from ralph_hooks.lint.apart import Reader
from ralph_hooks.lint.marks import put_on
from ralph_hooks.lint.model import Settings
from ralph_hooks.lint.side_by_side import graph
from ralph_hooks.lint.spans import fields
from ralph_hooks.lint.targets import is_file
from ralph_hooks.patterns import pattern
from ralph_hooks.records import NamedTuple
from ralph_hooks.tasklist.grouping import place_of, side_by_side
from ralph_hooks.tasklist.model import Dialect, Task, TaskList
from ralph_hooks.tasklist.overlap import footprint

# Steps of one story: the failing test first. A fix belongs to the task that it mends.
_ORDERED = pattern(r"(?:RED|GREEN|YELLOW|FIX\b.*)")
# Words for what came before; a task that has one may need it.
_BACKWARD = pattern(
    r"\b(?:previous|preceding|above|earlier|prior|existing tasks?|after (?:that|this|task)|depend(?:s|ing)? on)\b",
    re.IGNORECASE,
)
# Tasks that look at what others have done, or join it.
_LATER = pattern(
    r"[\W_]*(?:verify|validate|check|run|execute|test|wire|integrate|review|quality|final)\b", re.IGNORECASE
)


class Suggestion(NamedTuple):
    """Tasks, by index, that could run side by side. `marks`: those of them that lack their [P]; `saves`: in steps."""

    tasks: tuple[int, ...]
    marks: tuple[int, ...]
    saves: int


class _Unit(NamedTuple):
    """One task, or tasks that are marked to go side by side already: they come as a whole."""

    tasks: tuple[Task, ...]
    marked: bool
    place: int | None  # the part of the list that a group must not leave

    @property
    def open(self) -> tuple[Task, ...]:
        return tuple(task for task in self.tasks if not task.done)


class _Look(NamedTuple):
    """What the tasks of one list are looked at with."""

    reader: Reader
    settings: Settings
    declared: Counter[tuple[int | None, str]]  # how many open tasks of a part of the list declare a path

    def alone_on_its_files(self, unit: _Unit) -> bool:
        """In spec-kit [P] holds for a phase: no other open task of the phase may declare what an unmarked one does."""
        if self.reader.task_list.dialect is not Dialect.SPECKIT or unit.marked:
            return True
        return all(self.declared[unit.place, path] == 1 for task in unit.open for path in footprint(task.files))


def suggest(task_list: TaskList, settings: Settings) -> tuple[Suggestion, ...]:
    """The groups that could be larger, or groups at all, in the order of the file."""
    units = _units(task_list)
    declared = Counter((unit.place, path) for unit in units for task in unit.open for path in footprint(task.files))
    look = _Look(Reader(task_list, graph(task_list)), settings, declared)
    found = (_suggestion(joined, settings) for joined in _joined(units, look))
    return tuple(suggestion for suggestion in found if suggestion.saves > 0 and suggestion.marks)


def apply(task_list: TaskList, suggestions: Sequence[Suggestion]) -> str:
    """The text with the `[P]` of the suggestions written, and no other change."""
    marks = sorted(index for suggestion in suggestions for index in suggestion.marks)
    edits = [put_on(task_list, task_list.tasks[index], "[P]") for index in marks]
    pieces, end = [], 0
    for edit in edits:
        pieces += [task_list.text[end : edit.span.start], edit.text]
        end = edit.span.end
    return "".join([*pieces, task_list.text[end:]])


def _units(task_list: TaskList) -> list[_Unit]:
    places = place_of(task_list)
    units = []
    for run in side_by_side(task_list):
        tasks = tuple(task_list.tasks[index] for index in run)
        units.append(_Unit(tasks, tasks[0].parallel, places[run[0]]))
    return sorted(units, key=lambda unit: unit.tasks[0].index)


def _joined(units: Sequence[_Unit], look: _Look) -> Iterator[list[_Unit]]:
    """Neighbours that go together. Between two of the results stands a unit that stays unmarked.

    Markers that touch make one group. So nothing is marked next to a marked unit that it does not go with.
    """
    current: list[_Unit] = []
    for position, unit in enumerate(units):
        if current and _fits(current, unit, look):
            current.append(unit)
            continue
        yield from _closed(current, before=unit)
        previous = units[position - 1] if position else None
        beside = previous is not None and previous.place == unit.place and (previous.marked or _took(current, previous))
        current = [unit] if not beside and _may(unit, look) else []
    yield from _closed(current, before=None)


def _took(current: Sequence[_Unit], previous: _Unit) -> bool:
    return len(current) > 1 and current[-1] is previous


def _closed(current: list[_Unit], before: _Unit | None) -> Iterator[list[_Unit]]:
    if before is not None and before.marked and current and before.place == current[-1].place:
        if current[-1].marked:
            return  # two marked units never touch: they would be one
        current = current[:-1]
    if len(current) > 1:
        yield current


def _fits(current: Sequence[_Unit], unit: _Unit, look: _Look) -> bool:
    size = sum(len(one.tasks) for one in (*current, unit))
    if current[-1].place != unit.place or size > look.settings.max_group or not _may(unit, look):
        return False
    return all(look.reader.apart(task, other) for one in current for task in one.open for other in unit.open)


def _may(unit: _Unit, look: _Look) -> bool:
    """Whether a unit can take part at all. Of tasks that are marked only the open ones are looked at."""
    if not unit.open or not look.alone_on_its_files(unit):
        return False
    return all(_may_run_beside(task, look, marked=unit.marked) for task in unit.open)


def _may_run_beside(task: Task, look: _Look, *, marked: bool) -> bool:
    held_back = task.block is not None or task.verify or "SEQUENTIAL" in task.markers or task.state != " "
    ordered = any(_ORDERED.fullmatch(marker) for marker in task.markers)
    checkpoint = any(name.startswith("V") for name in (task.id or "", *task.aliases))
    if held_back or ordered or checkpoint or not task.files or not all(map(is_file, task.files)):
        return False
    shared = any(
        fnmatchcase(path.rpartition("/")[2], name) for path in task.files for name in look.settings.shared_files
    )
    text = look.reader.task_list.text[task.title_span.start : task.span.end]
    unread = any(text.strip() and not task.depends for text in (one.text for one in fields(task, "Depends on")))
    return not shared and not unread and (marked or not (_LATER.match(task.title) or _BACKWARD.search(text)))


def _suggestion(units: Sequence[_Unit], settings: Settings) -> Suggestion:
    tasks = tuple(task for unit in units for task in unit.tasks)
    before = sum(_steps(len(unit.open), settings) for unit in units)
    after = _steps(sum(len(unit.open) for unit in units), settings)
    marks = tuple(task.index for unit in units if not unit.marked for task in unit.tasks)
    return Suggestion(tuple(task.index for task in tasks), marks, before - after)


def _steps(count: int, settings: Settings) -> int:
    return -(-count // settings.max_parallel)
