"""The little Markdown that a progress log needs: its headings and what stands below each.

A heading starts at column 0, outside fences, HTML comments and the front matter. An indented one counts as text,
because a list item put above it would swallow it. Setext headings are not known.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import Enum, auto

from ralph_hooks.patterns import pattern
from ralph_hooks.records import NamedTuple

_HEADING = pattern(r"#{1,6}(?=[ \t]|$)")
_MARKER = pattern(r"[ \t]*(?:[-*+]|\d{1,9}[.)])(?:[ \t]+|$)")
_KEY = pattern(r"[\w-]+:")  # how a front matter starts; other text below a `---` is content
_FENCE = pattern(r"(`{3,})[^`]*$|(~{3,})")
_OPENERS = ("```", "~~~", "<!--")  # a landing reads the log once for each task: hardly a line has any of these


class Kind(Enum):
    """What a line is to the outline."""

    BLANK = auto()
    HEADING = auto()
    ITEM = auto()  # the first line of a list item that lies in no other item
    INSIDE = auto()  # in a fence, a comment or the front matter
    TEXT = auto()


class Section(NamedTuple):
    """A heading and what stands below it, up to the next heading of any level.

    `path`: the headings from level 2 down that lead here; `()` above the first heading, `("# Title",)` below a title.
    `start` and `end`: the lines of its own content, half-open, without the heading.
    """

    path: tuple[str, ...]
    start: int
    end: int


class Outline(NamedTuple):
    """`lines`, with what each is. `closer` ends the fence or comment that is still open at the end, else it is None."""

    lines: tuple[str, ...]
    kinds: tuple[Kind, ...]
    sections: tuple[Section, ...]
    closer: str | None


def outline(lines: Sequence[str], *, whole_file: bool = False) -> Outline:
    """The outline of lines without line ends. Only a whole file can have a front matter, which is in no section."""
    front = _front_matter(lines) if whole_file else 0
    kinds, closer = _scan(lines[front:])
    kinds = [Kind.INSIDE] * front + kinds
    return Outline(tuple(lines), tuple(kinds), tuple(_sections(lines, kinds, front)), closer)


def blocks(lines: Sequence[str], kinds: Sequence[Kind] | None = None) -> list[list[str]]:
    """A section's content as list items and paragraphs, each with its continuation lines. `kinds`: where known."""
    kinds = _scan(lines)[0] if kinds is None else kinds
    found: list[list[str]] = []
    blank = True
    for line, kind in zip(lines, kinds, strict=True):
        starts = kind is Kind.ITEM or (blank and kind is Kind.TEXT and not line.startswith((" ", "\t")))
        if kind is not Kind.BLANK and (starts or not found):
            found.append([])
        if found:
            found[-1].append(line)
        blank = kind is Kind.BLANK
    return [trimmed(block) for block in found]


def trimmed(lines: Sequence[str]) -> list[str]:
    """Without blank lines at the end."""
    end = len(lines)
    while end and not lines[end - 1].strip():
        end -= 1
    return list(lines[:end])


def same_path(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether two paths name the same section: levels and words, whatever the case."""
    pairs = zip(one, other, strict=False)
    return len(one) == len(other) and all(mine == its or _normal(mine) == _normal(its) for mine, its in pairs)


def heading_text(heading: str) -> str:
    """The words of a heading line."""
    text = heading.strip().lstrip("#").strip()
    bare = text.rstrip("#")
    return bare.rstrip() if not bare or bare[-1] in " \t" else text


def _level(heading: str) -> int:
    return len(heading.strip()) - len(heading.strip().lstrip("#"))


def _normal(heading: str) -> tuple[int, str]:
    return _level(heading), " ".join(heading_text(heading).split()).casefold()


def _sections(lines: Sequence[str], kinds: Sequence[Kind], front: int) -> Iterator[Section]:
    path: tuple[str, ...] = ()
    start = front
    for at, kind in enumerate(kinds):
        if kind is Kind.HEADING:
            yield Section(path, start, at)
            path = (*(above for above in path if 1 < _level(above) < _level(lines[at])), lines[at].strip())
            start = at + 1
    yield Section(path, start, len(lines))


class _Region(NamedTuple):
    """An open fence or comment. It also ends with the list item that holds it, whose content is at column `floor`."""

    closer: str
    floor: int


def _scan(lines: Sequence[str]) -> tuple[list[Kind], str | None]:
    kinds: list[Kind] = []
    region: _Region | None = None
    item = 0  # the column at which the content of the current list item starts, 0 outside lists
    blank = True
    for line in lines:
        indent = _indent(line)
        if region is not None and line.strip() and indent < region.floor:
            region, item = None, 0
        if region is not None:
            kinds.append(Kind.INSIDE)
            region = None if _closes(line, region) else region
            blank = False
            continue
        if blank and line.strip() and indent < item:
            item = 0
        kind = _kind(line, indent, item)
        if kind is Kind.HEADING:
            item = 0
        elif kind is Kind.ITEM:
            item = _content_column(line)
        kinds.append(kind)
        region = _opens(line, indent, item) if kind is Kind.ITEM or kind is Kind.TEXT else None
        blank = kind is Kind.BLANK
    return kinds, None if region is None or region.floor else region.closer


def _kind(line: str, indent: int, item: int) -> Kind:
    if not line.strip():
        return Kind.BLANK
    if _HEADING.match(line):
        return Kind.HEADING
    return Kind.ITEM if _MARKER.match(line) and (item == 0 or indent < item) else Kind.TEXT


def _front_matter(lines: Sequence[str]) -> int:
    if len(lines) < 2 or lines[0].rstrip() != "---" or not _KEY.match(lines[1]):
        return 0
    # A section heading before its end: a thematic break, which some later one must not turn into a front matter.
    ends = (at for at, line in enumerate(lines) if at and (line.rstrip() == "---" or line.startswith("##")))
    end = next(ends, 0)
    return end + 1 if end and lines[end].rstrip() == "---" else 0


def _opens(line: str, indent: int, item: int) -> _Region | None:
    if not any(opener in line for opener in _OPENERS):
        return None
    marker = _MARKER.match(line)
    content = line[marker.end() :] if marker else line.strip()
    floor = item if indent >= item or marker else 0
    if not marker and indent - floor > 3:
        return None
    fence = _FENCE.match(content)
    if fence:
        return _Region(fence[1] or fence[2], floor)
    return _Region("-->", floor) if content.startswith("<!--") and "-->" not in content else None


def _closes(line: str, region: _Region) -> bool:
    if region.closer == "-->":
        return "-->" in line
    bare = line.strip()
    return len(bare) >= len(region.closer) and set(bare) == {region.closer[0]}


def _indent(line: str) -> int:
    if not line.startswith((" ", "\t")):
        return 0
    return len(line.expandtabs(4)) - len(line.expandtabs(4).lstrip(" "))


def _content_column(line: str) -> int:
    marker = _MARKER.match(line)
    return len(marker[0].expandtabs(4)) if marker else 0
