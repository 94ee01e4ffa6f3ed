"""What CommonMark says about a text: its list items, its headings, and the lines that are code or comment."""

from __future__ import annotations

import re
from typing import NamedTuple

from ralph_hooks.tasklist.commonmark import Item, Reader
from ralph_hooks.tasklist.model import Heading
from ralph_hooks.tasklist.source import Line, split

_YAML_KEY = re.compile(r"[\w\"'-]+[ \t]*:(?:\s|$)|#")
_LIST_BOX = re.compile(r"\s*[-*+] \[.\] ")


class Outline(NamedTuple):
    """The structure of a text. `opaque[i]` is 1 where line i is code, a fence or an HTML block."""

    lines: tuple[Line, ...]
    items: tuple[Item, ...]
    headings: tuple[Heading, ...]
    opaque: bytes


def outline(text: str) -> Outline:
    """Read the structure of `text`."""
    lines = split(text)
    count = len(lines) - (not lines[-1].text)  # behind the last line end there is no line
    reader = Reader(len(lines))
    for number in range(_front_matter(lines), count):
        reader.read(number, lines[number].text)
    reader.end()
    items = sorted(reader.items, key=lambda item: item.line)
    return Outline(lines, tuple(items), tuple(reader.headings), bytes(reader.opaque))


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
