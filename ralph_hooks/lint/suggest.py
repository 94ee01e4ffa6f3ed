"""Which unmarked neighbours could be `[P]`. Conservative: what cannot be seen in the list is not suggested."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from ralph_hooks.lint.marks import put_on
from ralph_hooks.lint.model import Settings
from ralph_hooks.lint.side_by_side import graph
from ralph_hooks.lint.spans import fields
from ralph_hooks.lint.targets import is_file
from ralph_hooks.tasklist.declared import named_files
from ralph_hooks.tasklist.grouping import place_of, side_by_side
from ralph_hooks.tasklist.model import Dialect, Task, TaskList
from ralph_hooks.tasklist.overlap import footprint

# Steps of one story: the failing test first. A fix belongs to the task that it mends.
_ORDERED = re.compile(r"(?:RED|GREEN|YELLOW|FIX\b.*)")
# Words for what came before; a task that has one may need it.
_BACKWARD = re.compile(
    r"\b(?:previous|preceding|above|earlier|prior|existing tasks?|after (?:that|this|task)|depend(?:s|ing)? on)\b",
    re.IGNORECASE,
)
# Tasks that look at what others have done, or join it.
_LATER = re.compile(
    r"[\W_]*(?:verify|validate|check|run|execute|test|wire|integrate|review|quality|final)\b", re.IGNORECASE
)
_TEST_WORDS = frozenset({"test", "tests", "spec"})
_WORD = re.compile(r"[\w.-]*\w")
_PART = re.compile(r"[^\W_]+")
_SYMBOL = re.compile(r"[^\W\d]\w*")
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Tasks, by index, that could run side by side. `marks`: those of them that lack their [P]; `saves`: in steps."""

    tasks: tuple[int, ...]
    marks: tuple[int, ...]
    saves: int


@dataclass(frozen=True, slots=True)
class _Unit:
    """One task, or tasks that are marked to go side by side already: they come as a whole."""

    tasks: tuple[Task, ...]
    marked: bool
    place: int | None  # the part of the list that a group must not leave

    @property
    def open(self) -> tuple[Task, ...]:
        return tuple(task for task in self.tasks if not task.done)


@dataclass(frozen=True, slots=True)
class _Traits:
    """What tells tasks apart: the files of a task, their stems, and the words and paths that its text names."""

    name: str
    files: frozenset[str]
    folders: frozenset[str]
    stems: tuple[frozenset[str], ...]  # `user_service.py` is about a user and a service
    named: frozenset[str]
    words: frozenset[str]  # in lower case
    symbols: frozenset[str]  # `retry_limit`, `RetryPolicy`: what one task makes and another one uses


@dataclass(slots=True)
class _Reader:
    """Reads each task once."""

    task_list: TaskList
    depends: dict[int, frozenset[int]]
    settings: Settings
    declared: Counter[tuple[int | None, str]]  # how many open tasks of a part of the list declare a path
    known: dict[int, _Traits] = field(default_factory=dict)

    def apart(self, one: Task, other: Task) -> bool:
        """Whether neither of two tasks needs the other, or touches what the other does."""
        if one.index in self.depends[other.index] or other.index in self.depends[one.index]:
            return False
        mine, theirs = self._traits(one), self._traits(other)
        return not (
            mine.files & (theirs.files | theirs.named)
            or mine.named & theirs.files
            or any(stem <= other or other <= stem for stem in mine.stems for other in theirs.stems)
            or any(stem <= theirs.words for stem in mine.stems)
            or any(stem <= mine.words for stem in theirs.stems)
            or mine.symbols & theirs.symbols
            or mine.name in theirs.words
            or theirs.name in mine.words
            # Unmarked in a list of spec-kit often means the next layer: services after models.
            or (self.task_list.dialect is Dialect.SPECKIT and mine.folders != theirs.folders)
        )

    def alone_on_its_files(self, unit: _Unit) -> bool:
        """In spec-kit [P] holds for a phase: no other open task of the phase may declare what an unmarked one does."""
        if self.task_list.dialect is not Dialect.SPECKIT or unit.marked:
            return True
        return all(self.declared[unit.place, path] == 1 for task in unit.open for path in footprint(task.files))

    def _traits(self, task: Task) -> _Traits:
        if task.index not in self.known:
            text = self.task_list.text[task.title_span.start : task.span.end]
            files = frozenset(footprint(task.files))
            self.known[task.index] = _Traits(
                task.name.casefold(),
                files,
                frozenset(path.rpartition("/")[0] for path in files),
                tuple(filter(None, map(_stem, files))),
                frozenset(footprint(path for line in text.splitlines() for path in named_files(line))),
                frozenset(_WORD.findall(text.casefold())) | frozenset(_PART.findall(text.casefold())),
                _symbols("\n".join([task.title, *(one.text for one in fields(task, "Do"))])),
            )
        return self.known[task.index]


def suggest(task_list: TaskList, settings: Settings) -> tuple[Suggestion, ...]:
    """The groups that could be larger, or groups at all, in the order of the file."""
    units = _units(task_list)
    declared = Counter((unit.place, path) for unit in units for task in unit.open for path in footprint(task.files))
    reader = _Reader(task_list, graph(task_list), settings, declared)
    found = (_suggestion(joined, settings) for joined in _joined(units, reader))
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


def _joined(units: Sequence[_Unit], reader: _Reader) -> Iterator[list[_Unit]]:
    """Neighbours that go together. Between two of the results stands a unit that stays unmarked.

    Markers that touch make one group. So nothing is marked next to a marked unit that it does not go with.
    """
    current: list[_Unit] = []
    for position, unit in enumerate(units):
        if current and _fits(current, unit, reader):
            current.append(unit)
            continue
        yield from _closed(current, before=unit)
        previous = units[position - 1] if position else None
        beside = previous is not None and previous.place == unit.place and (previous.marked or _took(current, previous))
        current = [unit] if not beside and _may(unit, reader) else []
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


def _fits(current: Sequence[_Unit], unit: _Unit, reader: _Reader) -> bool:
    size = sum(len(one.tasks) for one in (*current, unit))
    if current[-1].place != unit.place or size > reader.settings.max_group or not _may(unit, reader):
        return False
    return all(reader.apart(task, other) for one in current for task in one.open for other in unit.open)


def _may(unit: _Unit, reader: _Reader) -> bool:
    """Whether a unit can take part at all. Of tasks that are marked only the open ones are looked at."""
    if not unit.open or not reader.alone_on_its_files(unit):
        return False
    return all(_may_run_beside(task, reader, marked=unit.marked) for task in unit.open)


def _may_run_beside(task: Task, reader: _Reader, *, marked: bool) -> bool:
    held_back = task.block is not None or task.verify or "SEQUENTIAL" in task.markers or task.state != " "
    ordered = any(_ORDERED.fullmatch(marker) for marker in task.markers)
    checkpoint = any(name.startswith("V") for name in (task.id or "", *task.aliases))
    if held_back or ordered or checkpoint or not task.files or not all(map(is_file, task.files)):
        return False
    shared = any(
        fnmatchcase(path.rpartition("/")[2], name) for path in task.files for name in reader.settings.shared_files
    )
    text = reader.task_list.text[task.title_span.start : task.span.end]
    unread = any(text.strip() and not task.depends for text in (one.text for one in fields(task, "Depends on")))
    return not shared and not unread and (marked or not (_LATER.match(task.title) or _BACKWARD.search(text)))


def _stem(path: str) -> frozenset[str]:
    """The words of a file's name: `codes` for `src/codes.py`, and for `tests/test_codes.py`, which needs it."""
    name = path.rpartition("/")[2].lstrip(".").split(".", 1)[0]
    words = (word.casefold() for word in _PART.findall(_HUMP.sub("_", name)))
    return frozenset(word for word in words if word not in _TEST_WORDS)


def _symbols(text: str) -> frozenset[str]:
    """Names of a program, without those that are part of a path."""
    words = (word for piece in text.split() if "/" not in piece for word in _SYMBOL.findall(piece))
    return frozenset(word for word in words if "_" in word.strip("_") or _HUMP.search(word))


def _suggestion(units: Sequence[_Unit], settings: Settings) -> Suggestion:
    tasks = tuple(task for unit in units for task in unit.tasks)
    before = sum(_steps(len(unit.open), settings) for unit in units)
    after = _steps(sum(len(unit.open) for unit in units), settings)
    marks = tuple(task.index for unit in units if not unit.marked for task in unit.tasks)
    return Suggestion(tuple(task.index for task in tasks), marks, before - after)


def _steps(count: int, settings: Settings) -> int:
    return -(-count // settings.max_parallel)
