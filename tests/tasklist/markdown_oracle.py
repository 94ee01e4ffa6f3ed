"""The structure of a text as markdown-it-py sees it: the judge of how we read CommonMark."""

from __future__ import annotations

from collections.abc import Iterator

from markdown_it import MarkdownIt
from markdown_it.token import Token

from ralph_hooks.tasklist.commonmark import Item
from ralph_hooks.tasklist.model import Heading

_VERBATIM = {"fence", "code_block", "html_block"}


def structure(text: str) -> tuple[list[Item], list[Heading], bytes]:
    """Items, headings and opaque lines of a text without front matter. Its lines end with `\\n`."""
    parser = MarkdownIt("commonmark", {"maxNesting": 100})
    parser.disable(["reference"])
    parser.core.ruler.enableOnly(["block"])
    tokens, lines = parser.parse(text), text.split("\n")
    items = sorted(_items(tokens, lines), key=lambda item: item.line)
    return items, list(_headings(tokens)), _opaque(tokens, len(lines))


def _items(tokens: list[Token], lines: list[str]) -> Iterator[Item]:
    for position, token in enumerate(tokens[:-2]):
        block, inline = tokens[position + 1 : position + 3]
        setext = block.type == "heading_open" and block.markup in {"-", "="}
        if token.type == "list_item_open" and token.map and block.map and (block.type == "paragraph_open" or setext):
            line, paragraph = block.map
            end = next(at for at in range(token.map[1], line, -1) if lines[at - 1].strip())
            # No columns are told, but the text of a block's first line is the end of its source line.
            column = len(lines[line].rstrip()) - len(inline.content.split("\n", 1)[0].rstrip())
            yield Item(line, column, line + 1, paragraph, end, top=token.level == 1)


def _headings(tokens: list[Token]) -> Iterator[Heading]:
    for position, token in enumerate(tokens):
        if token.type == "heading_open" and token.level == 0 and token.map:
            yield Heading(int(token.tag[1:]), " ".join(tokens[position + 1].content.split()), token.map[0] + 1)


def _opaque(tokens: list[Token], count: int) -> bytes:
    verbatim = [range(*token.map) for token in tokens if token.type in _VERBATIM and token.map]
    return bytes(any(line in lines for lines in verbatim) for line in range(count))
