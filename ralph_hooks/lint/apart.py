"""Whether two tasks have to do with each other, as far as the list tells: files, names, words that both use."""

from __future__ import annotations

from collections.abc import Mapping

from ralph_hooks.lint.spans import fields
from ralph_hooks.patterns import pattern
from ralph_hooks.records import NamedTuple
from ralph_hooks.tasklist.declared import named_files
from ralph_hooks.tasklist.model import Dialect, Task, TaskList
from ralph_hooks.tasklist.overlap import footprint

_TEST_WORDS = frozenset({"test", "tests", "spec"})
_WORD = pattern(r"[\w.-]*\w")
_PART = pattern(r"[^\W_]+")
_SYMBOL = pattern(r"[^\W\d]\w*")
_HUMP = pattern(r"(?<=[a-z0-9])(?=[A-Z])")


class _Traits(NamedTuple):
    """What tells tasks apart: the files of a task, their stems, and the words and paths that its text names."""

    name: str
    files: frozenset[str]
    folders: frozenset[str]
    stems: tuple[frozenset[str], ...]  # `user_service.py` is about a user and a service
    named: frozenset[str]
    words: frozenset[str]  # in lower case
    symbols: frozenset[str]  # `retry_limit`, `RetryPolicy`: what one task makes and another one uses


class Reader:
    """Compares the tasks of one list, and reads each of them once."""

    def __init__(self, task_list: TaskList, depends: Mapping[int, frozenset[int]]) -> None:
        self.task_list = task_list
        self._depends = depends
        self._known: dict[int, _Traits] = {}

    def apart(self, one: Task, other: Task) -> bool:
        """Whether neither of two tasks needs the other, or touches what the other does."""
        if one.index in self._depends[other.index] or other.index in self._depends[one.index]:
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

    def _traits(self, task: Task) -> _Traits:
        if task.index not in self._known:
            text = self.task_list.text[task.title_span.start : task.span.end]
            files = frozenset(footprint(task.files))
            self._known[task.index] = _Traits(
                task.name.casefold(),
                files,
                frozenset(path.rpartition("/")[0] for path in files),
                tuple(filter(None, map(_stem, files))),
                frozenset(footprint(path for line in text.splitlines() for path in named_files(line))),
                frozenset(_WORD.findall(text.casefold())) | frozenset(_PART.findall(text.casefold())),
                _symbols("\n".join([task.title, *(one.text for one in fields(task, "Do"))])),
            )
        return self._known[task.index]


def _stem(path: str) -> frozenset[str]:
    """The words of a file's name: `codes` for `src/codes.py`, and for `tests/test_codes.py`, which needs it."""
    name = path.rpartition("/")[2].lstrip(".").split(".", 1)[0]
    words = (word.casefold() for word in _PART.findall(_HUMP.sub("_", name)))
    return frozenset(word for word in words if word not in _TEST_WORDS)


def _symbols(text: str) -> frozenset[str]:
    """Names of a program, without those that are part of a path."""
    words = (word for piece in text.split() if "/" not in piece for word in _SYMBOL.findall(piece))
    return frozenset(word for word in words if "_" in word.strip("_") or _HUMP.search(word))
