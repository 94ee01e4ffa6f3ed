"""`[PARALLEL]` and `[SEQUENTIAL]` headings: where each block begins and ends, and what it waits for."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Sequence

from ralph_hooks.patterns import pattern
from ralph_hooks.records import NamedTuple
from ralph_hooks.tasklist.model import Block, Heading

_MARK = pattern(
    r"[*_`]{0,3}\[(?P<close>/)?(?P<kind>PARALLEL|SEQUENTIAL)(?:\s+after\s+(?P<after>[^\[\]]+)|\s[^\[\]]*)?\][*_`]{0,3}\s*(?P<name>.*)"
)
_AND = pattern(r"\s*,\s*|\s+and\s+")


class Blocks(NamedTuple):
    """The blocks in file order, and the lines of closings that close nothing."""

    blocks: tuple[Block, ...]
    stray_closings: tuple[int, ...]


def blocks(headings: Sequence[Heading], lines: int) -> Blocks:
    """The blocks of a text of `lines` lines."""
    closings, stray = _closings(headings)
    found = [
        _block(match, heading, _end(position, headings, closings, lines), closed=position in closings)
        for position, heading in enumerate(headings)
        if (match := _MARK.match(heading.text)) and not match["close"]
    ]
    return Blocks(tuple(found), tuple(stray))


def innermost(blocks: Sequence[Block]) -> Callable[[int], int | None]:
    """A function from a line to the index of the block that it belongs to. Blocks lie inside or beside each other."""
    # At one line, what ends there ends before anything begins.
    begins = [(block.line, 1, index) for index, block in enumerate(blocks)]
    events = sorted(begins + [(block.end, 0, 0) for block in blocks])
    starts, owners, open_blocks = [0], [-1], [-1]
    for line, opens, index in events:
        if opens:
            open_blocks.append(index)
        else:
            open_blocks.pop()
        starts.append(line)
        owners.append(open_blocks[-1])

    def owner(line: int) -> int | None:
        index = owners[bisect_right(starts, line) - 1]
        return None if index < 0 else index

    return owner


def name(heading: str) -> str:
    """The text of a heading without its block marker."""
    match = _MARK.match(heading)
    return match["name"].strip() if match else heading


def _closings(headings: Sequence[Heading]) -> tuple[dict[int, int], list[int]]:
    """Position of each closed heading → line of its closing, which closes the last open heading of its kind."""
    opened: list[tuple[int, str]] = []
    closings: dict[int, int] = {}
    stray = []
    for position, heading in enumerate(headings):
        match = _MARK.match(heading.text)
        if match and not match["close"]:
            opened.append((position, match["kind"]))
        elif match and any(kind == match["kind"] for _, kind in opened):
            while opened[-1][1] != match["kind"]:
                opened.pop()  # a heading that is still open inside a closed one stays a lane
            closings[opened.pop()[0]] = heading.line
        elif match:
            stray.append(heading.line)
    return closings, stray


def _end(position: int, headings: Sequence[Heading], closings: dict[int, int], lines: int) -> int:
    """The line that a block ends before. A lane ends at the next heading of its level or above, and at any marker."""
    if position in closings:
        return closings[position]
    level = headings[position].level
    later = (other.line for other in headings[position + 1 :] if other.level <= level or _MARK.match(other.text))
    return next(later, lines + 1)


def _block(match: re.Match[str], heading: Heading, end: int, *, closed: bool) -> Block:
    after = tuple(part for part in _AND.split((match["after"] or "").strip()) if part)
    return Block(match["kind"], match["name"].strip(), after, closed, heading.line, end)
