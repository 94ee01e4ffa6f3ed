"""What `[SEQUENTIAL after X]` and `[PARALLEL after X]` mean: X is a block, a heading, a phase, or everything above."""

from __future__ import annotations

import sys
from bisect import bisect_left
from collections.abc import Iterator, Sequence

from ralph_hooks.errors import UsageError
from ralph_hooks.patterns import pattern
from ralph_hooks.records import NamedTuple
from ralph_hooks.tasklist.model import Block, Heading, TaskList

_EVERYTHING = {"all", "all above", "above", "everything", "everything above", "all of the above"}
_NEVER = sys.maxsize
_WORD = pattern(r"\w+")
_NUMBERED = pattern(r"[^\W\d]+ [0-9]+")  # "Phase 2" names the heading "Phase 2: Refactoring"


class _Part(NamedTuple):
    """A named part of the list: the heading's line and the line that ends the part, both exclusive."""

    words: tuple[str, ...]
    start: int
    end: int


def waits_for(task_list: TaskList) -> tuple[frozenset[int], ...]:
    """For each block, the indexes of the tasks that its tasks wait for.

    Raises UsageError for a name that nothing has, in a list that closes its blocks and so uses them as a grammar. In
    other lists the words are prose, and file order holds.
    """
    if not any(block.after for block in task_list.blocks):
        return tuple(frozenset() for _ in task_list.blocks)
    parts = _parts(task_list)
    lines = [task.line for task in task_list.tasks]
    strict = any(block.closed for block in task_list.blocks)
    return tuple(_before(block, parts, lines, strict=strict) for block in task_list.blocks)


def unknown(task_list: TaskList) -> Iterator[tuple[Block, str]]:
    """The names that `waits_for` refuses, with their blocks."""
    if any(block.after for block in task_list.blocks) and any(block.closed for block in task_list.blocks):
        parts = _parts(task_list)
        for block in task_list.blocks:
            for name in block.after:
                if name.casefold() not in _EVERYTHING and not _named(parts, block, name):
                    yield block, name


def _before(block: Block, parts: Sequence[_Part], lines: Sequence[int], *, strict: bool) -> frozenset[int]:
    found: set[int] = set()
    for name in block.after:
        if name.casefold() in _EVERYTHING:
            found |= _tasks(lines, 0, block.line)
            continue
        named = _named(parts, block, name)
        if not named and strict:
            raise UsageError(
                f'the block in line {block.line} comes after "{name}", but no block or heading has that name',
                "correct the name or take it out",
            )
        found = found.union(*(_tasks(lines, part.start, part.end) for part in named))
    return frozenset(found - _tasks(lines, block.line, block.end))


def _tasks(lines: Sequence[int], start: int, end: int) -> set[int]:
    """The indexes of the tasks between two lines; `lines` are those of all tasks."""
    return set(range(bisect_left(lines, start), bisect_left(lines, end)))


def _named(parts: Sequence[_Part], block: Block, name: str) -> list[_Part]:
    words = _words(name)
    others = [part for part in parts if words and part.start != block.line]
    length = len(words) if _NUMBERED.fullmatch(name.strip()) else None
    exact = [part for part in others if part.words[:length] == words]
    # Words are looked for above only: "after auth" means the "Auth scaffolding" that came before.
    close = [part for part in others if part.start < block.line and set(words) <= set(part.words)]
    return exact or close[-1:]


def _parts(task_list: TaskList) -> list[_Part]:
    """The blocks, and the other headings with what is under them, in file order."""
    marked = {block.line for block in task_list.blocks}
    headings = [heading for heading in task_list.headings if not heading.text.startswith("[/")]
    parts = [_Part(_words(block.name), block.line, block.end) for block in task_list.blocks]
    parts += [
        _Part(_words(heading.text), heading.line, end)
        for heading, end in zip(headings, _ends(headings), strict=True)
        if heading.line not in marked
    ]
    return sorted(parts, key=lambda part: part.start)


def _ends(headings: Sequence[Heading]) -> list[int]:
    """For each heading, the line of the next one of its level or above."""
    ends = [_NEVER] * len(headings)
    open_headings: list[int] = []
    for position, heading in enumerate(headings):
        while open_headings and headings[open_headings[-1]].level >= heading.level:
            ends[open_headings.pop()] = heading.line
        open_headings.append(position)
    return ends


def _words(text: str) -> tuple[str, ...]:
    # "APIs" and "API" are one word here.
    return tuple(word.removesuffix("s") for word in _WORD.findall(text.casefold()))
