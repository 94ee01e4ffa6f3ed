"""What CommonMark says about a text: its list items, its headings, and the lines that are code or comment."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ralph_hooks.patterns import pattern
from ralph_hooks.records import NamedTuple
from ralph_hooks.tasklist.model import Heading
from ralph_hooks.tasklist.source import Line, split

if TYPE_CHECKING:
    from markdown_it.token import Token

_YAML_KEY = pattern(r"[\w\"'-]+[ \t]*:(?:\s|$)|#")
_LIST_BOX = pattern(r"\s*[-*+] \[.\] ")
_CONTAINERS = pattern(r"(?:[ \t>]|[-*+](?=[ \t])|[0-9]{1,9}[.)](?=[ \t]))*")
_DEEP = pattern(r"(?:[ \t>]|[-*+](?=[ \t])|[0-9]{1,9}[.)](?=[ \t])){7}")  # no fewer of these are so many columns
_DEEPEST = 60  # columns of indentation, bullets and quotation marks; each container takes at least one of them
# What a text must have for a rule of the parser to find anything. Signs may be there without what they stand for.
_SIGNS = {
    "blockquote": pattern(r"\n[-+*0-9.) \t]*>"),
    "fence": pattern(r"```|~~~"),
    "hr": pattern(r"[-_*][ \t]*\n"),
    "html_block": pattern(r"<"),
    "lheading": pattern(r"\n(?<=[^\n]\n)[ \t>]*(?:=+|-+)[ \t]*\n"),
}
_OPAQUE = {"fence", "code_block", "html_block"}


class Item(NamedTuple):
    """A list item that begins with text. Lines count from 0, `end` is exclusive and without trailing blank lines."""

    line: int  # of its text, which is the bullet's own line but for a bullet that stands alone
    column: int  # where its text starts
    body: int  # the line after its first paragraph's first line
    paragraph: int  # the line after its first paragraph
    end: int
    top: bool  # directly in the document: in no other list, in no quotation


class Outline(NamedTuple):
    """The structure of a text. `opaque[i]` is 1 where line i is code, a fence or an HTML block."""

    lines: tuple[Line, ...]
    items: tuple[Item, ...]
    headings: tuple[Heading, ...]
    opaque: bytearray


def outline(text: str) -> Outline:
    """Read the structure of `text`."""
    lines = split(text)
    tokens = _tokens(lines)
    items = sorted(_items(tokens, lines), key=lambda item: item.line)
    return Outline(lines, tuple(items), tuple(_headings(tokens)), _opaque(tokens, len(lines)))


def _tokens(lines: tuple[Line, ...]) -> list[Token]:
    # Imported here: with what it imports it costs 25 ms, and hooks that parse nothing should not pay for it.
    from markdown_it import MarkdownIt  # noqa: PLC0415

    parser = MarkdownIt("commonmark", {"maxNesting": _DEEPEST + 10})
    # `[P]: x` would become a link definition and vanish. The line ends and NULs of the core rule "normalize" are ours.
    parser.disable(["reference"])
    parser.core.ruler.enableOnly(["block"])
    visible = [""] * _front_matter(lines)
    visible += ["" if _DEEP.match(line.text) and _too_deep(line.text) else line.text for line in lines[len(visible) :]]
    text = "\n".join(visible).replace("\0", "\ufffd")
    # It fails on some blocks (`> - <?x` and `> `) that end with the text, without a line end.
    text = text if text.endswith("\n") else f"{text}\n"
    parser.disable(_idle(text))
    return parser.parse(text)


def _idle(text: str) -> list[str]:
    """The rules of the parser that would find nothing. Each is asked about every line, most of them twice."""
    return [rule for rule, sign in _SIGNS.items() if not sign.search(f"\n{text}")]


def _too_deep(text: str) -> bool:
    """Whether a line could open more containers than the parser follows: beyond, it drops the rest of the text."""
    prefix = _CONTAINERS.match(text)
    return prefix is not None and len(prefix[0].expandtabs(4)) > _DEEPEST


def _front_matter(lines: tuple[Line, ...]) -> int:
    """How many lines the YAML front matter takes: CommonMark has none and would read its last key as a heading."""
    if len(lines) < 2 or lines[0].text.rstrip() != "---" or not _YAML_KEY.match(lines[1].text):
        return 0
    for number, line in enumerate(lines[1:], start=1):
        if line.text.rstrip() in {"---", "..."}:
            return number + 1
        if _LIST_BOX.match(line.text):
            return 0  # two thematic breaks with tasks between them
    return 0


def _items(tokens: list[Token], lines: tuple[Line, ...]) -> Iterator[Item]:
    for position, token in enumerate(tokens):
        # The list is at level 0, its items at level 1.
        if token.type == "list_item_open" and token.map and position + 2 < len(tokens):
            item = _item(token.map[1], tokens[position + 1], tokens[position + 2], lines, top=token.level == 1)
            if item:
                yield item


def _item(end: int, block: Token, inline: Token, lines: tuple[Line, ...], *, top: bool) -> Item | None:
    setext = block.type == "heading_open" and block.markup in {"-", "="}
    if not (block.type == "paragraph_open" or setext) or not block.map or inline.type != "inline":
        return None
    line, paragraph = block.map
    first = inline.content.split("\n", 1)[0].rstrip()
    source = lines[line].text.replace("\0", "\ufffd").rstrip()
    # The parser tells no columns, but the text of a block's first line is the end of its source line.
    return Item(line, len(source) - len(first), line + 1, paragraph, _trimmed(line, end, lines), top)


def _trimmed(start: int, end: int, lines: tuple[Line, ...]) -> int:
    while end - 1 > start and not lines[end - 1].text.strip():
        end -= 1
    return end


def _headings(tokens: list[Token]) -> Iterator[Heading]:
    for position, token in enumerate(tokens):
        # Level 0: a heading inside a list item or a quotation divides nothing.
        if token.type == "heading_open" and token.level == 0 and token.map:
            text = " ".join(tokens[position + 1].content.split())
            yield Heading(int(token.tag[1:]), text, token.map[0] + 1)


def _opaque(tokens: list[Token], count: int) -> bytearray:
    marks = bytearray(count)
    for token in tokens:
        if token.type in _OPAQUE and token.map:
            start, end = token.map
            end = min(end, count)
            marks[start:end] = b"\1" * (end - start)
    return marks
