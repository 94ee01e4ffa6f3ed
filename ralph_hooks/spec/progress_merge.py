"""Two versions of a progress log as one: what both sides appended, completed tasks in the order of their numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby

from ralph_hooks.spec.progress import added, merge
from ralph_hooks.tasklist.grammar import by_number

_COMPLETED = re.compile(r"[-*+] \[[xX]\] (?P<id>[\w.-]*\d[\w.-]*)")


def merge_logs(base: str, ours: str, theirs: str) -> str | None:
    """The log with the additions of both sides; None where a side has done more than add, or added what is no item."""
    if theirs in {ours, base}:
        return ours
    if ours == base:
        return theirs
    if not (_only_added(base, ours) and _only_added(base, theirs)):
        return None
    merged = _in_order(base, merge(ours, [added(base, theirs)]))
    return merged if set(_content(theirs)) <= set(_content(merged)) else None


def _only_added(base: str, side: str) -> bool:
    """Whether every line of `base` is still there, in its order."""
    lines = iter(_content(side))
    return all(line in lines for line in _content(base))


def _content(text: str) -> list[str]:
    return [line for line in text.replace("\r\n", "\n").split("\n") if line.strip()]


def _in_order(base: str, text: str) -> str:
    """Entries of completed tasks that stand together and are new, sorted. What `base` has stays where it is."""
    known = set(_content(base))
    return "\n".join(_sorted(known, text.split("\n")))


def _sorted(known: set[str], lines: list[str]) -> Iterator[str]:
    def new(line: str) -> bool:
        return line.rstrip("\r") not in known and _COMPLETED.match(line) is not None

    for entries, run in groupby(lines, new):
        yield from sorted(run, key=_by_id if entries else _as_is)


def _as_is(_line: str) -> list[tuple[int, str]]:
    return []


def _by_id(line: str) -> list[tuple[int, str]]:
    match = _COMPLETED.match(line)
    return by_number(match["id"] if match else "")
