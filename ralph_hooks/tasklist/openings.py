"""What a line can open in CommonMark 0.31: containers, which are quotations and list items, and blocks of text.

Lines come with tabs expanded and no blanks at their end; `at` is the column where a line goes on inside the containers
that are open. There are no link reference definitions: `[P]: x` would be one, and vanish.
"""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

_CONTAINER = re.compile(r" {0,3}(?:> ?|(?P<bullet>[-+*]|(?P<number>[0-9]{1,9})[.)])(?P<gap> +|$))")
_BREAK = re.compile(r" {0,3}(?:(?:- *){3,}|(?:_ *){3,}|(?:\* *){3,})$")
_HEADING = re.compile(r"(?P<marks>#{1,6})(?: +(?P<text>.*))?$")
_CLOSING = re.compile(r"(?:\A| )#+$")
_UNDERLINE = re.compile(r"=+$|-+$")
_FENCE = re.compile(r"(?P<ticks>`{3,})[^`]*$|(?P<waves>~{3,})")
_BLANK = re.compile(r"\A\Z")
_HTML_TAGS = """
    address article aside base basefont blockquote body caption center col colgroup dd details dialog dir div dl dt
    fieldset figcaption figure footer form frame frameset h1 h2 h3 h4 h5 h6 head header hr html iframe legend li link
    main menu menuitem nav noframes ol optgroup option p param search section summary table tbody td tfoot th thead
    title tr track ul
"""
_HTML_ATTRIBUTE = r"""\s+[a-zA-Z_:][a-zA-Z0-9:._-]*(?:\s*=\s*(?:[^"'=<>`\0-\x20]+|'[^']*'|"[^"]*"))?"""


class Container(NamedTuple):
    """A quotation, or a list item, whose lines are indented by `width`. `at`: where the line goes on in it."""

    width: int | None
    at: int


class Single(NamedTuple):
    """A block of one line: a heading, or a thematic break, which has the level 0."""

    level: int
    text: str = ""


class Verbatim(NamedTuple):
    """Lines that are no Markdown: a fence, or HTML, up to the line that `end` is found in. `before`: without that."""

    end: re.Pattern[str]
    before: bool = False
    closed: bool = False  # with its first line


def container(line: str, at: int, *, interrupts: bool) -> Container | None:
    """The container that begins at `at`. `interrupts`: in the middle of a paragraph, where less is taken for a list."""
    match = _CONTAINER.match(line, at)
    if match is None or match["bullet"] is None:
        return match and Container(None, match.end())
    alone = match.end() == len(line)
    if _BREAK.match(line, at) or (interrupts and (alone or int(match["number"] or 1) != 1)):
        return None
    # Text that is indented like code begins behind one blank all the same, and so does an item that begins blank.
    behind_one = match.end("bullet") + 1
    end = behind_one if alone or match.end() - behind_one >= 4 else match.end()
    return Container(end - at, end)


def block(text: str, *, interrupts: bool) -> Single | Verbatim | None:
    """The block that `text` begins, None for a paragraph. `interrupts`: in the middle of one."""
    if text[0] == "#":
        return _heading(text)
    if text[0] == "<":
        return _html(text, interrupts=interrupts)
    if text[0] in "`~":
        return _fence(text)
    return Single(0) if text[0] in "-_*" and _BREAK.match(text) else None


def underline(text: str) -> int | None:
    """The level of the heading that a line makes of the paragraph above it."""
    return (1 if text[0] == "=" else 2) if _UNDERLINE.match(text) else None


def _heading(text: str) -> Single | None:
    match = _HEADING.match(text)
    return match and Single(len(match["marks"]), _CLOSING.sub("", match["text"] or ""))


def _fence(text: str) -> Verbatim | None:
    match = _FENCE.match(text)
    marks = match and (match["ticks"] or match["waves"])
    return Verbatim(re.compile(rf"\A {{0,3}}{marks}{marks[0]}*\Z")) if marks else None


def _html(text: str, *, interrupts: bool) -> Verbatim | None:
    for begin, end in _raw_html():
        if begin.match(text):
            return Verbatim(end, closed=end.search(text) is not None)
    block_tag, lonely_tag = _html_tags()
    begins = block_tag.match(text) or (not interrupts and lonely_tag.match(text))
    return Verbatim(_BLANK, before=True) if begins else None


@cache  # compiled at the first `<`: most lists have none at the beginning of a line
def _raw_html() -> tuple[tuple[re.Pattern[str], re.Pattern[str]], ...]:
    """How HTML begins and ends that may have blank lines in it."""
    kinds = (
        (r"<(?:script|pre|style|textarea)(?=\s|>|$)", r"</(?:script|pre|style|textarea)>"),
        ("<!--", "-->"),
        (r"<\?", r"\?>"),
        (r"<![a-z]", ">"),
        (r"<!\[CDATA\[", r"\]\]>"),
    )
    flags = re.IGNORECASE | re.ASCII
    return tuple((re.compile(begin, flags), re.compile(end, flags)) for begin, end in kinds)


@cache
def _html_tags() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """A tag that begins a block, and any tag that stands alone on its line."""
    name = "[a-zA-Z][a-zA-Z0-9-]*"
    block_tag = rf"</?(?:{'|'.join(_HTML_TAGS.split())})(?=\s|/?>|$)"
    lonely_tag = rf"<(?:{name}(?:{_HTML_ATTRIBUTE})*\s*/?|/{name}\s*)>\s*$"
    return re.compile(block_tag, re.IGNORECASE | re.ASCII), re.compile(lonely_tag)
