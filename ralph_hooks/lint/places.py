"""From offsets into a text to lines and columns, both counted from 1, columns in characters."""

from __future__ import annotations

from bisect import bisect_right
from typing import Self

from ralph_hooks.records import NamedTuple
from ralph_hooks.tasklist.source import Line, split


class Places(NamedTuple):
    """The lines of one text."""

    lines: tuple[Line, ...]

    @classmethod
    def of(cls, text: str) -> Self:
        return cls(split(text))

    def place(self, offset: int) -> tuple[int, int]:
        """Line and column of an offset; what lies in a line end counts as the end of its line."""
        number = max(bisect_right(self.lines, offset, key=lambda line: line.start), 1)
        line = self.lines[number - 1]
        return number, min(max(offset - line.start, 0), len(line.text)) + 1

    def text(self, number: int) -> str:
        """The 1-based line, without its line end."""
        return self.lines[number - 1].text
