"""The fields of a task: `**Do**: …`, `**Files**: …` and their kin, bold or plain, with a bullet or without."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ralph_hooks.patterns import pattern
from ralph_hooks.records import NamedTuple
from ralph_hooks.tasklist.model import Field, Span
from ralph_hooks.tasklist.source import Line

# Spellings in lower case, and the name that a field gets.
_NAMES = {
    "do": "Do",
    "files": "Files",
    "file": "Files",
    "done when": "Done when",
    "verify": "Verify",
    "commit": "Commit",
    "depends on": "Depends on",
    "depends": "Depends on",
    "dependencies": "Depends on",
    "note": "Note",
    "notes": "Note",
    "requirements": "Requirements",
    "design": "Design",
}
RALPH_FIELDS = frozenset({"Do", "Files", "Done when", "Verify", "Commit"})

_INDENT = r"(?P<indent>[ \t]*)(?P<bullet>(?:[-*+][ \t]+)?)"
_NOTE = r"(?:[ \t]*\([^()]*\))?"
_BOLD = pattern(rf"{_INDENT}(?:\*\*|__)(?P<name>[A-Z][^*_:]{{0,40}}?){_NOTE}(?::(?:\*\*|__)|(?:\*\*|__){_NOTE}[ \t]*:)")
_ITALIC = pattern(rf"{_INDENT}[_*](?P<name>[A-Z][a-z ]{{0,30}}):(?P<closed>[_*]?)(?=\s)")
_PLAIN = pattern(rf"{_INDENT}(?P<name>[A-Z][a-z]+(?: [a-z]+| On| When)?){_NOTE}[ \t]*:(?=\s|\Z)")


class _Opening(NamedTuple):
    name: str
    indent: int  # columns before the bullet
    content: int  # columns before the name, where continuation lines may start
    text: int  # where the field's text starts
    italic: bool


def fields(lines: Sequence[Line], opaque: Sequence[int], start: int, end: int) -> tuple[Field, ...]:
    """The fields in the lines `start` to `end` (0-based, exclusive) of a list item."""
    return tuple(_fields(lines, opaque, start, end))


def _fields(lines: Sequence[Line], opaque: Sequence[int], start: int, end: int) -> Iterator[Field]:
    current: tuple[int, _Opening] | None = None
    outermost: int | None = None
    for number in range(start, end):
        opening = None if opaque[number] else _opening(lines[number].text)
        if opening and outermost is not None and opening.indent > outermost + 1:
            opening = None  # "- Files: x" among the steps of a Do
        if current and (opening or _ends(lines[number].text, current[1], opaque=opaque[number])):
            yield _field(lines, current[0], number, current[1])
            current = None
        if opening:
            current = number, opening
            outermost = opening.indent if outermost is None else min(outermost, opening.indent)
    if current:
        yield _field(lines, current[0], end, current[1])


def _opening(text: str) -> _Opening | None:
    if ":" not in text:
        return None
    bold = _BOLD.match(text)
    in_italics = None if bold else _ITALIC.match(text)
    match = bold or in_italics or _PLAIN.match(text)
    if not match:
        return None
    name = " ".join(match["name"].split())
    known = _NAMES.get(name.casefold())
    if not bold and known is None:
        return None  # "Example: …" in running text
    indent = len(match["indent"].expandtabs(4))
    italic = in_italics is not None and not in_italics["closed"]
    return _Opening(known or name, indent, indent + len(match["bullet"]), match.end(), italic)


def _ends(text: str, opening: _Opening, *, opaque: int) -> bool:
    """A bullet that is no deeper than the field's own ends it; text without a bullet continues it."""
    body = text.lstrip(" \t")
    indent = len(text[: len(text) - len(body)].expandtabs(4))
    return (
        not opaque and indent <= opening.indent and opening.content > opening.indent and body[:2] in {"- ", "* ", "+ "}
    )


def _field(lines: Sequence[Line], start: int, end: int, opening: _Opening) -> Field:
    while end - 1 > start and not lines[end - 1].text.strip():
        end -= 1
    first = lines[start].text[opening.text :].strip()
    if opening.italic and first[-1:] in {"_", "*"}:
        first = first[:-1]
    rest = [_dedented(line.text, opening.content) for line in lines[start + 1 : end]]
    bullet = len(lines[start].text) - len(lines[start].text.lstrip(" \t"))
    return Field(
        opening.name, "\n".join([first, *rest]).strip("\n"), Span(lines[start].start + bullet, lines[end - 1].end)
    )


def _dedented(text: str, columns: int) -> str:
    body = text.lstrip(" \t")
    indent = text[: len(text) - len(body)].expandtabs(4)
    return (indent[columns:] + body).rstrip()
