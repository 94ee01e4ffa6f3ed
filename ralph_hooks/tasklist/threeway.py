"""Three versions of a sequence, laid side by side: what all have, and where one side or both have changed it."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from difflib import SequenceMatcher

from ralph_hooks.records import NamedTuple


class Region(NamedTuple):
    """Corresponding ranges of base, ours and theirs. Where a side has not changed it, it is as long as the base's.

    With neither flag set it is one element that all three have.
    """

    base: range
    ours: range
    theirs: range
    by_ours: bool = False
    by_theirs: bool = False


class _Edit(NamedTuple):
    """base[start:end] became `size` elements."""

    start: int
    end: int
    size: int
    ours: bool


def regions(base: Sequence[Hashable], ours: Sequence[Hashable], theirs: Sequence[Hashable]) -> Iterator[Region]:
    """The regions, in order. Changes of both sides are one region where they overlap or add at the same place."""
    at = in_ours = in_theirs = 0
    for group in _groups([*_edits(base, ours, ours=True), *_edits(base, theirs, ours=False)]):
        start, end = min(edit.start for edit in group), max(edit.end for edit in group)
        for index in range(start - at):
            yield _one(at + index, in_ours + index, in_theirs + index)
        in_ours, in_theirs = in_ours + start - at, in_theirs + start - at
        grown_ours = sum(edit.size - (edit.end - edit.start) for edit in group if edit.ours)
        grown_theirs = sum(edit.size - (edit.end - edit.start) for edit in group if not edit.ours)
        to_ours, to_theirs = in_ours + end - start + grown_ours, in_theirs + end - start + grown_theirs
        yield Region(
            range(start, end),
            range(in_ours, to_ours),
            range(in_theirs, to_theirs),
            by_ours=any(edit.ours for edit in group),
            by_theirs=any(not edit.ours for edit in group),
        )
        at, in_ours, in_theirs = end, to_ours, to_theirs
    for index in range(len(base) - at):
        yield _one(at + index, in_ours + index, in_theirs + index)


def _one(base: int, ours: int, theirs: int) -> Region:
    return Region(range(base, base + 1), range(ours, ours + 1), range(theirs, theirs + 1))


def _edits(base: Sequence[Hashable], side: Sequence[Hashable], *, ours: bool) -> Iterator[_Edit]:
    for kind, start, end, first, last in SequenceMatcher(None, base, side, autojunk=False).get_opcodes():
        if kind != "equal":
            yield _Edit(start, end, last - first, ours)


def _groups(edits: list[_Edit]) -> Iterator[list[_Edit]]:
    group: list[_Edit] = []
    for edit in sorted(edits, key=lambda edit: (edit.start, edit.end)):
        if group and not any(_meet(edit, other) for other in group):
            yield group
            group = []
        group.append(edit)
    if group:
        yield group


def _meet(one: _Edit, other: _Edit) -> bool:
    if (one.start, one.end) == (other.start, other.end):
        return True
    return max(one.start, other.start) < min(one.end, other.end) or _inside(one, other) or _inside(other, one)


def _inside(added: _Edit, other: _Edit) -> bool:
    return added.start == added.end and other.start < added.start < other.end
