"""The blocks of a CommonMark text, as far as a task list needs them: list items, headings, lines that are no Markdown.

Line by line, in the way of the specification's "parsing strategy": which of the open containers a line goes on with,
what it opens inside them, and what is left is text.
"""

from __future__ import annotations

from typing import NamedTuple

from ralph_hooks.tasklist import openings
from ralph_hooks.tasklist.model import Heading
from ralph_hooks.tasklist.openings import Single, Verbatim

_CODE = 4  # columns of indentation that make code, and the width of a tab
_DEEPEST = 60  # containers inside each other: what would open more is text


class Item(NamedTuple):
    """A list item that begins with text. Lines count from 0, `end` is exclusive and without trailing blank lines."""

    line: int  # of its text, which is the bullet's own line but for a bullet that stands alone
    column: int  # where its text starts
    body: int  # the line after its first paragraph's first line
    paragraph: int  # the line after its first paragraph
    end: int
    top: bool  # directly in the document: in no other list, in no quotation


class _Code(NamedTuple):
    end: int  # the line after the last one that is not blank


class _Paragraph:
    def __init__(self, line: int, column: int, text: str) -> None:
        self.line = line
        self.column = column
        self.texts = [text]
        self.end = line + 1

    def go_on(self, line: int, text: str) -> None:
        self.texts.append(text)
        self.end = line + 1


_Leaf = _Paragraph | _Code | Verbatim | None


class _Open:
    """An open container: a list item, or a quotation, which has no `width`."""

    def __init__(self, width: int | None) -> None:
        self.width = width
        self.indent = " " * (width or 0)
        self.empty = True
        self.lead: _Paragraph | None = None  # the paragraph that it begins with


class Reader:
    """Reads the lines of one text in order. What is found is in `items`, `headings` and `opaque`."""

    def __init__(self, count: int) -> None:
        self.items: list[Item] = []  # in the order of their ends
        self.headings: list[Heading] = []  # those in no container: others divide nothing
        self.opaque = bytearray(count)  # 1 where a line is code, a fence or HTML
        self._open: list[_Open] = []
        self._leaf: _Leaf = None
        self._filled = 0  # the line after the last one that is not blank

    def read(self, number: int, source: str) -> None:
        """The next line that there is, with its number."""
        line = (source.expandtabs(_CODE) if "\t" in source else source).rstrip(" ")
        depth, at = self._continued(line)
        if isinstance(self._leaf, Verbatim) and depth == len(self._open):
            self._read_verbatim(number, line[at:], self._leaf)
        elif at >= len(line):
            self._read_blank(depth)
        else:
            self._read_text(number, source, line, *self._opened(line, depth, at))
        if line:
            self._filled = number + 1

    def end(self) -> None:
        """The text is over."""
        self._close(0)

    def _continued(self, line: str) -> tuple[int, int]:
        """How many of the open containers the line goes on with, and the column where it goes on."""
        at = 0
        for depth, one in enumerate(self._open):
            if one.width is None:
                quotation = openings.container(line, at, interrupts=False)
                if quotation is None or quotation.width is not None:
                    return depth, at
                at = quotation.at
            elif at < len(line):
                if not line.startswith(one.indent, at):
                    return depth, at
                at += one.width
            elif one.empty:  # an item can begin with one blank line, not with two
                return depth, at
        return len(self._open), at

    def _opened(self, line: str, depth: int, at: int) -> tuple[int, int]:
        """Open what the line opens. Gives how many containers it is in then, and the column where it goes on."""
        while depth < _DEEPEST:
            inside = isinstance(self._leaf, _Paragraph) and depth == len(self._open)
            found = openings.container(line, at, interrupts=inside)
            if found is None:
                break
            self._begin(depth, None)
            self._open.append(_Open(found.width))
            depth, at = depth + 1, found.at
        return depth, at

    def _read_verbatim(self, number: int, text: str, leaf: Verbatim) -> None:
        ends = leaf.end.search(text) is not None
        self.opaque[number] = not (ends and leaf.before)
        if ends:
            self._leaf = None

    def _read_blank(self, depth: int) -> None:
        self._close(depth)
        if isinstance(self._leaf, _Paragraph):
            self._leaf = None

    def _read_text(self, number: int, source: str, line: str, depth: int, at: int) -> None:
        text = line[at:].lstrip(" ")
        column = len(line) - len(text)
        if not text:
            return  # a container that begins with a blank line
        if column - at >= _CODE:
            self._read_indented(number, text, depth)
            return
        paragraph = self._leaf if isinstance(self._leaf, _Paragraph) else None
        level = openings.underline(text) if paragraph and depth == len(self._open) else None
        block = None if level else openings.block(text, interrupts=paragraph is not None)
        if paragraph and level:
            self._underline(number, paragraph, level)
        elif paragraph and block is None:
            paragraph.go_on(number, text)  # in whatever container: CommonMark calls this lazy
        elif block is None:
            self._begin(depth, _Paragraph(number, _place(source, column), text))
        else:
            self._begin_block(number, block, depth)

    def _read_indented(self, number: int, text: str, depth: int) -> None:
        if isinstance(self._leaf, _Paragraph):
            self._leaf.go_on(number, text)
            return
        goes_on = isinstance(self._leaf, _Code) and depth == len(self._open)
        first = self._leaf.end if isinstance(self._leaf, _Code) and goes_on else number
        self._begin(depth, _Code(number + 1))
        self.opaque[first : number + 1] = b"\1" * (number + 1 - first)

    def _begin_block(self, number: int, block: Single | Verbatim, depth: int) -> None:
        if isinstance(block, Verbatim):
            self._begin(depth, None if block.closed else block)
            self.opaque[number] = 1
        else:
            self._begin(depth, None)
            self._head(number, block.level, block.text)

    def _underline(self, number: int, paragraph: _Paragraph, level: int) -> None:
        paragraph.end = number + 1
        self._leaf = None
        self._head(paragraph.line, level, " ".join(paragraph.texts))

    def _head(self, number: int, level: int, text: str) -> None:
        if level and not self._open:
            self.headings.append(Heading(level, " ".join(text.split()), number + 1))

    def _begin(self, depth: int, leaf: _Leaf) -> None:
        """Begin something in the container at `depth`: a leaf, or None for what takes no more lines as a leaf."""
        self._close(depth)
        if self._open:
            inside = self._open[-1]
            if inside.empty and isinstance(leaf, _Paragraph):
                inside.lead = leaf
            inside.empty = False
        self._leaf = leaf

    def _close(self, depth: int) -> None:
        """Close the open containers from `depth` on."""
        while len(self._open) > depth:
            one = self._open.pop()
            self._leaf = None
            if one.width and one.lead:
                lead = one.lead
                item = Item(lead.line, lead.column, lead.line + 1, lead.end, self._filled, top=not self._open)
                self.items.append(item)


def _place(source: str, column: int) -> int:
    """The position in `source` of a column, which tabs make a greater number."""
    if "\t" not in source:
        return column
    return next(place for place in range(len(source)) if len(source[:place].expandtabs(_CODE)) >= column)
