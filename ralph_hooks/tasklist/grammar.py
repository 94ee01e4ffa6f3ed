"""The task line: box, ids, markers, title. The one place that knows how ids and markers are spelled."""

from __future__ import annotations

import re
import sys

from ralph_hooks.patterns import pattern
from ralph_hooks.records import NamedTuple
from ralph_hooks.tasklist.model import Dialect

# `[P]` is no box (the legend of spec-kit's template), `[ ]*` is one (Kiro's optional tasks, in places escaped).
_BOX = pattern(r"\[(?P<state>[^\w\[\]\\`]|[xX])\](?:\\?\*)?(?=\s|\Z)")

# `2R.1` stands in a phase 2R, between the phases 2 and 3.
NUMBER_ID = r"[0-9]+[A-Z]?(?:\.[0-9]+)+[a-z]?"
VERIFY_ID = r"(?:P[0-9]+)?V(?:[0-9]+[a-z]?|E[0-9]+[a-z]?|E-[a-z]+|F|_[a-z][a-z_]*)"
# `T031-MIN` is an id, `T008-T010` is a range.
SPECKIT_ID = r"T[0-9]+(?:\.[0-9]+)*[A-Za-z]?(?:-(?!T?[0-9])[A-Z][A-Za-z0-9]*)?"
# Ids of requirements and criteria begin check items; they are nobody's task ids.
_LETTER_ID = r"(?!(?:AC|FR|NFR|US|SC|REQ|PR)[.-]?[0-9])[A-Z]{1,3}[.-]?[0-9]+(?:\.[0-9]+)*[a-z]?"
_BARE_NUMBER = r"[0-9]+(?=[.)])"

_DECORATION = r"[*_~`]{0,5}"
_ENDS = r"(?=[\s\[(—\u2013]|\Z)"


Place = tuple[int, int]
_Found = list[tuple[str, Place]]  # names and where they stand


class Head(NamedTuple):
    """What a task line says before its fields. `ids` holds the id and its aliases; places are columns of the text."""

    ids: tuple[str, ...]
    markers: tuple[str, ...]
    title: str
    id_places: tuple[Place, ...]
    marker_places: tuple[Place, ...]
    title_place: Place


def _id_pattern(plain: str, bracketed: str) -> re.Pattern[str]:
    wrapped = rf"(?:\[(?P<bracketed>{bracketed})\]|(?P<plain>{plain}))"
    return pattern(rf"{_DECORATION}{wrapped}[.:)]?{_DECORATION}[.:)]?{_ENDS}")


_COMMON_ID = rf"{NUMBER_ID}|{VERIFY_ID}|{SPECKIT_ID}|{_LETTER_ID}"
_BRACKETED_ID = rf"{NUMBER_ID}|{SPECKIT_ID}"
_IDS = {
    Dialect.RALPH: _id_pattern(_COMMON_ID, _BRACKETED_ID),
    Dialect.SPECKIT: _id_pattern(SPECKIT_ID, SPECKIT_ID),
    Dialect.PLAIN: _id_pattern(rf"{_COMMON_ID}|{_BARE_NUMBER}", _BRACKETED_ID),
}
# A second id must be told from a title such as "V2 client": a marker, a colon or a dash follows it.
_ALIAS = pattern(
    rf"{_DECORATION}(?P<alias>{VERIFY_ID}){_DECORATION}(?:\s*[:—\u2013]|\s+-(?=\s)|(?=\s*{_DECORATION}\[))"
)
_MARKER = pattern(rf"{_DECORATION}\[(?P<marker>[^\[\]]{{1,60}})\](?!\(){_DECORATION}:?{_ENDS}")
_ROUND_P = pattern(rf"{_DECORATION}(?P<round>\(P\)){_DECORATION}{_ENDS}")
_LEADING_DASH = pattern(r"[:—\u2013-]\s+")
_SPACE = pattern(r"\s*")


def box(text: str, column: int) -> re.Match[str] | None:
    """The checkbox at `column`: its group `state` is the character in it."""
    return _BOX.match(text, column)


def head(text: str, dialect: Dialect) -> Head:
    """Read `text`, what follows the box on a task line."""
    ids: _Found = []
    markers: _Found = []
    position = 0
    while True:
        position = _skip_space(text, position)
        end = _take_id(text, position, dialect, ids) or _take_marker(text, position, dialect, markers)
        if end is None:
            return Head(
                ids=tuple(name for name, _ in ids),
                markers=tuple(name for name, _ in markers),
                title=_title(text[position:]),
                id_places=tuple(place for _, place in ids),
                marker_places=tuple(place for _, place in markers),
                title_place=(position, max(position, len(text.rstrip()))),
            )
        position = end


def _skip_space(text: str, position: int) -> int:
    match = _SPACE.match(text, position)
    return match.end() if match else position


def _take_id(text: str, position: int, dialect: Dialect, ids: _Found) -> int | None:
    if not ids:
        match = _IDS[dialect].match(text, position)
        if match:
            kind = "bracketed" if match["bracketed"] else "plain"
            ids.append((match[kind], match.span(kind)))
            return match.end()
        return None
    match = None if dialect is Dialect.SPECKIT else _ALIAS.match(text, position)
    if match:
        ids.append((match["alias"], match.span("alias")))
        return match.end()
    return None


def _take_marker(text: str, position: int, dialect: Dialect, markers: _Found) -> int | None:
    match = None if dialect is Dialect.SPECKIT else _ROUND_P.match(text, position)
    if match:
        markers.append(("P", match.span("round")))
        return match.end()
    match = _MARKER.match(text, position)
    if match and _is_marker(match["marker"]):
        markers.append((" ".join(match["marker"].split()), (match.start("marker") - 1, match.end("marker") + 1)))
        return match.end()
    return None


def _is_marker(inner: str) -> bool:
    """Tags are words in capitals or in a script without case; `[id]` and `[ ]` are something else."""
    first = inner.strip()[:1]
    return first.isalpha() and not first.islower()


def _title(rest: str) -> str:
    title = _LEADING_DASH.sub("", rest.strip(), count=1) if _LEADING_DASH.match(rest) else rest.strip()
    for mark in ("**", "~~", "__"):
        # `**T001 Title**`: the opening mark went with the id.
        if title.endswith(mark) and title.count(mark) % 2:
            title = title[: -len(mark)].rstrip()
    return title


def by_number(task_id: str) -> list[tuple[int, str]]:
    """How an id sorts: 1.9 before 1.10, numbers before letters."""
    parts = re.findall(r"[0-9]+|[^0-9]+", task_id)
    return [(int(part), "") if part.isdigit() else (sys.maxsize, part) for part in parts]
