"""Ids that a task names as its dependencies. Only what can be nothing else: prose about dependencies names no id."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from ralph_hooks.patterns import pattern
from ralph_hooks.records import NamedTuple
from ralph_hooks.tasklist.grammar import NUMBER_ID, SPECKIT_ID, VERIFY_ID
from ralph_hooks.tasklist.model import Dialect

_PARENTHESES = pattern(
    r"\(\s*(?:depends?|dependent|dependency|dependencies)\b\s*(?:on|upon)?\s*:?\s*(?P<ids>[^()]*)", re.IGNORECASE
)
_NOISE = r"(?:[\s,;&+*_`]|\band\b|\bon\b|\btasks?\b|\([^()]*\))*"
_RANGE = r"\s*(?:-|\u2013|\.\.\.?|\bto\b|\bthrough\b)\s*"
_ALL = rf"{SPECKIT_ID}|{VERIFY_ID}|{NUMBER_ID}"


def _sequence(ids: str) -> re.Pattern[str]:
    one = rf"(?P<first>{ids})(?:{_RANGE}(?P<last>{ids}))?(?![\w/%]|[.-]\w)"
    return pattern(rf"{_NOISE}{one}", re.IGNORECASE)


_SPECKIT_SEQUENCE = _sequence(SPECKIT_ID)
_SEQUENCE = _sequence(_ALL)


class Known(NamedTuple):
    """The ids of a list in file order, for ranges."""

    names: tuple[str, ...]
    positions: dict[str, int]


def known(ids: Iterable[str]) -> Known:
    """The ids of a list; of a duplicate, the first."""
    names = tuple(dict.fromkeys(ids))
    return Known(names, {name: position for position, name in enumerate(names)})


def in_description(text: str, known: Known) -> tuple[str, ...]:
    """The ids in `(depends on T012, T013)`."""
    found = (match["ids"] for match in _PARENTHESES.finditer(text))
    return tuple(dict.fromkeys(name for ids in found for name in _leading(_SPECKIT_SEQUENCE, ids, known)))


def in_field(text: str, dialect: Dialect, known: Known) -> tuple[str, ...]:
    """The ids that a `Depends on` field begins with: "1.1, Task 1.2 and V4", "1.1-1.3"; "none" and prose are empty."""
    if not text:
        return ()
    sequence = _SPECKIT_SEQUENCE if dialect is Dialect.SPECKIT else _SEQUENCE
    lines = (re.sub(r"^\s*[-*+]\s+", "", line) for line in text.split("\n"))
    return tuple(dict.fromkeys(name for line in lines for name in _leading(sequence, line, known)))


def _leading(sequence: re.Pattern[str], text: str, known: Known) -> Iterator[str]:
    position = 0
    while match := sequence.match(text, position):
        yield from _between(match["first"], match["last"], known)
        position = match.end()


def _between(first: str, last: str | None, known: Known) -> Iterator[str]:
    """A range means the tasks of the list between its ends; one whose ends are not there in order means its ends."""
    if last is None:
        yield first
        return
    start, end = known.positions.get(first, -1), known.positions.get(last, -1)
    yield from known.names[start : end + 1] if 0 <= start <= end else (first, last)
