"""How the two stop-handlers count the boxes of a `tasks.md`, which is not how anybody else does.

The regexes are theirs (`stop-handler.sh` of January 2026, `stop-watcher.sh` of April 2026). Upper-case `[X]` is
invisible to both; nested boxes and boxes in fences count where the pattern says so.
"""

from __future__ import annotations

import re
from enum import StrEnum

from ralph_hooks.patterns import pattern


class Handler(StrEnum):
    """The generation of the stop-handler, named after what it does with `taskIndex`."""

    INCREMENTS = "increments"  # stop-handler.sh: adds the one itself
    READS = "reads"  # stop-watcher.sh: the coordinator advances it


# ASCII: grep's \s takes no no-break space either.
_BOXES = {
    Handler.INCREMENTS: pattern(r"\s*-\s*\[[ x]\]", re.ASCII),
    Handler.READS: pattern(r"- \[[ x]\]", re.ASCII),
}


# Lines as Markdown splits them, by which a task has its line number; grep splits at \n only.
_LINE_END = pattern(r"\r\n|\r|\n")


def number(text: str, line: int, handler: Handler) -> int:
    """The `taskIndex` under which `handler` knows the task at the 1-based `line`: how many boxes it counts above."""
    ends = [match.end() for match in _LINE_END.finditer(text)]
    start = ends[line - 2] if line > 1 else 0
    return _count(text[:start].split("\n")[:-1], handler)


def total(text: str, handler: Handler) -> int:
    """How many boxes `handler` counts in all."""
    return _count(text.split("\n"), handler)


def counts(line: str, handler: Handler) -> bool:
    """Whether `handler` counts this line."""
    return _BOXES[handler].match(line) is not None


def _count(lines: list[str], handler: Handler) -> int:
    return sum(1 for line in lines if _BOXES[handler].match(line))
