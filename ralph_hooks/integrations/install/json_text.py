"""Changing a JSON document as text, so that everything around the change stays as it was written; pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from json.decoder import JSONDecoder
from typing import Any

from ralph_hooks.records import NamedTuple

_SPACE = re.compile(r"[ \t\r\n]*")
_INDENT = re.compile(r"\n([ \t]+)\S")
_DECODER = JSONDecoder()


class Child(NamedTuple):
    """A member of an object (`key`) or an item of a list (`key` None). `start` is that of the key, if there is one."""

    key: str | None
    value: Any
    start: int
    at: int  # where the value starts
    end: int


def children(text: str, at: int) -> tuple[Child, ...]:
    """What the object or the list that starts at `at` holds. Raises ValueError where the text is no JSON."""
    return tuple(_children(text, at))


def _children(text: str, at: int) -> Iterator[Child]:
    closing = {"{": "}", "[": "]"}[text[at]]
    at = _skip(text, at + 1)
    while text[at] != closing:
        start, key = at, None
        if closing == "}":
            key, at = _DECODER.raw_decode(text, at)
            at = _skip(text, _skip(text, at) + 1)  # the colon
        value, end = _DECODER.raw_decode(text, at)
        yield Child(key, value, start, at, end)
        at = _skip(text, end)
        if text[at] == ",":
            at = _skip(text, at + 1)


def start(text: str) -> int:
    """Where the document starts."""
    return _skip(text, 0)


def find(text: str, at: int, key: str) -> Child | None:
    """The member `key` of the object that starts at `at`: the last one, which is what readers take."""
    return next((child for child in reversed(children(text, at)) if child.key == key), None)


def add(text: str, at: int, value: Any, key: str | None, depth: int, indent: str) -> str:
    """`value` as the last thing in the object or list that starts at `at`, which is `depth` levels below the top."""
    inner = json.dumps(value, indent=indent, ensure_ascii=False).replace("\n", f"\n{indent * (depth + 1)}")
    item = inner if key is None else f"{json.dumps(key, ensure_ascii=False)}: {inner}"
    if "\r\n" in text:
        item = item.replace("\n", "\r\n")
    end = "\r\n" if "\r\n" in text else "\n"
    present = children(text, at)
    if present:
        last = present[-1].end
        return f"{text[:last]},{end}{indent * (depth + 1)}{item}{text[last:]}"
    rest = text[_skip(text, at + 1) :]
    return f"{text[: at + 1]}{end}{indent * (depth + 1)}{item}{end}{indent * depth}{rest}"


def cut(text: str, at: int, doomed: Sequence[Child]) -> str:
    """The text without these children of the object or list that starts at `at`, and without a comma too many."""
    present = children(text, at)
    starts = {child.start for child in doomed}
    for place in reversed(range(len(present))):
        child = present[place]
        if child.start not in starts:
            continue
        if place:
            text = text[: present[place - 1].end] + text[child.end :]
        elif len(present) > 1:
            text = text[: child.start] + text[present[1].start :]
        else:
            text = text[: at + 1] + text[_skip(text, child.end) :]
        present = children(text, at)
    return text


def indentation(text: str) -> str:
    """What the document is indented with."""
    found = _INDENT.search(text)
    return found[1] if found else "  "


def _skip(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at
