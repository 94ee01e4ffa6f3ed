"""What executors add to a progress log, and how it gets into the log: append-only, each item once, nothing dropped.

A log is Markdown with `## ` sections. An item is a list item or paragraph below one chain of headings, its path.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence

from ralph_hooks.records import NamedTuple
from ralph_hooks.spec.sections import Kind, Outline, Section, blocks, heading_text, outline, same_path, trimmed

Path = tuple[str, ...]

TITLE = "# Progress"
COMPLETED: Path = ("## Completed Tasks",)
LEARNINGS: Path = ("## Learnings",)
# These describe one task at a time, of which a batch has several. Entries below a heading of their own are kept.
_MOMENTARY = ("## Current Task", "## Current Goal", "## Next", "## Next Steps")


class Fragment(NamedTuple):
    """What one executor wrote: the items below each path, `\n` between their lines, in source order."""

    sections: tuple[tuple[Path, tuple[str, ...]], ...] = ()


def added(before: str, after: str) -> Fragment:
    """What `after` has and `before` has not, path by path. For a log of the executor's own, `before` is empty.

    Text above the first `## ` heading goes to the learnings; the title and the front matter are no content, and what
    stands directly below `## Current Task` and `## Next` is left out.
    """
    old, new = _parse(before), _parse(after)
    title = next((section.path for section in new.sections if section.path), ())
    found: list[tuple[Path, tuple[str, ...]]] = []
    for section in new.sections:
        path = LEARNINGS if section.path == title and _is_title(title) else _destination(section.path)
        written = blocks(new.lines[section.start : section.end])
        items = [_standing(block) for block in written if not _has(old, section.path, block)]
        heading_is_new = len(section.path) > 1 and not _find(old, section.path)
        if path and (items or heading_is_new):
            found.append((path, tuple("\n".join(item) for item in items)))
    return Fragment(tuple(found))


def entry(fragment: Fragment | None, name: str, title: str) -> Fragment:
    """`fragment` with a line `- [x] NAME TITLE` among the completed tasks, unless one there names the task already."""
    sections = fragment.sections if fragment else ()
    done = [item for path, items in sections if same_path(path[:1], COMPLETED) for item in items]
    if any(_names(line, name) for item in done for line in item.split("\n")):
        return Fragment(sections)
    return Fragment(((COMPLETED, (f"- [x] {name} {_clean(title)}".rstrip(),)), *sections))


def mentions(text: str, name: str) -> bool:
    """Whether the log's completed tasks name the task."""
    parsed = _parse(text)
    done = (section for section in parsed.sections if same_path(section.path[:1], COMPLETED))
    return any(_names(line, name) for section in done for line in parsed.lines[section.start : section.end])


def merge(text: str, fragments: Sequence[Fragment]) -> str:
    """`text` with each item at the end of the section of its path, once; missing sections are made at the end.

    Merging the same fragments again changes nothing. Line ends and byte order mark stay; nothing in `text` is changed.
    """
    for path, items in _gathered(fragments):
        text = _insert(text, path, items)
    return text


def _gathered(fragments: Sequence[Fragment]) -> list[tuple[Path, list[str]]]:
    """The items of all fragments by path, in the order of the fragments; the completed tasks come first."""
    found: list[tuple[Path, list[str]]] = []
    for path, items in (section for fragment in fragments for section in fragment.sections):
        known = next((known for at, known in found if same_path(at, path)), None)
        if known is None:
            known = []
            found.append((path, known))
        known.extend(items)
    return sorted(found, key=lambda section: not same_path(section[0], COMPLETED))


def _insert(text: str, path: Path, items: Sequence[str]) -> str:
    if not text.strip("\ufeff \t\r\n"):
        text += TITLE + "\n"
    parsed = _parse(text)
    wanted = [item.split("\n") for item in dict.fromkeys(items)]
    missing = [item for item in wanted if not _has(parsed, path, item)]
    known = next(path[:length] for length in range(len(path), -1, -1) if not length or _find(parsed, path[:length]))
    headings = [[heading] for heading in path[len(known) :]]
    if not headings and not missing:
        return text
    end = _subtree_end(parsed, known) if headings else _find(parsed, path)[-1].end
    return _spliced(text, parsed, end, [*headings, *missing])


def _spliced(text: str, parsed: Outline, end: int, items: Sequence[Sequence[str]]) -> str:
    """`text` with `items` after the last line above line `end` that is not blank."""
    at = len(trimmed(parsed.lines[:end]))
    closing = [parsed.closer] if parsed.closer is not None and end == len(parsed.lines) else []
    above = outline([*parsed.lines[:at], *closing], whole_file=True) if closing else parsed
    lines = closing + list(_joined(_last_kind(above, at + len(closing)), items))
    eol = "\r\n" if "\r\n" in text[: text.find("\n") + 1] else "\n"
    raw = text.split("\n")
    head, tail = raw[:at], raw[at:]
    if not tail:  # the last line has no line end
        head[-1] += eol[:-1]
        tail = [""]
    return "\n".join([*head, *(line + eol[:-1] for line in lines), *tail])


def _joined(last: Kind | None, items: Sequence[Sequence[str]]) -> Iterator[str]:
    """The lines of `items` below a `last` one, with a blank line where two list items do not follow each other."""
    for item in items:
        kind = outline(item).kinds[0]
        tight = kind is Kind.ITEM and last in {Kind.ITEM, Kind.HEADING}
        if last is not None and not tight:
            yield ""
        yield from item
        last = kind


def _last_kind(parsed: Outline, end: int) -> Kind | None:
    """What the last thing above line `end` is."""
    section = next(section for section in reversed(parsed.sections) if section.start <= end)
    content = blocks(parsed.lines[section.start : end], parsed.kinds[section.start : end])
    if content:
        return outline(content[-1]).kinds[0]
    return Kind.HEADING if section.start else None


def _subtree_end(parsed: Outline, path: Path) -> int:
    """Where the last section of `path` ends together with the sections below it; the end of the text for `()`."""
    if not path:
        return len(parsed.lines)
    first = parsed.sections.index(_find(parsed, path)[-1])
    below = [section for section in parsed.sections[first:] if same_path(section.path[: len(path)], path)]
    return below[-1].end


def _find(parsed: Outline, path: Path) -> list[Section]:
    return [section for section in parsed.sections if same_path(section.path, path)]


def _has(parsed: Outline, path: Path, item: Sequence[str]) -> bool:
    """Whether the lines of `item` stand together in a section of `path`."""
    wanted = tuple(item)
    return any(
        parsed.lines[at : at + len(item)] == wanted
        for section in _find(parsed, path)
        for at in range(section.start, section.end - len(item) + 1)
    )


def _standing(block: list[str]) -> list[str]:
    """`block` in a form that means the same wherever it is put: from column 0, with no fence or comment left open."""
    margin = len(block[0]) - len(block[0].lstrip(" "))
    moved = [line[min(margin, len(line) - len(line.lstrip(" "))) :] for line in block] if margin < 4 else block
    # What stands above it decides what an indented or a bare line means: tried below text and below a list item.
    tried = [outline([above, "", *moved]) for above in ("text", "- item")]
    whole = all(parsed.closer is None and len(parsed.sections) == 1 for parsed in tried)
    if whole and not moved[0].startswith((" ", "\t")):
        return moved
    fence = "`" * max([3, *(len(run) + 1 for line in moved for run in re.findall("`+", line))])
    return [fence, *moved, fence]


def _destination(path: Path) -> Path:
    """Where items below `path` go in the log; `()` for nowhere. Levels without gaps, so that it can be found again."""
    if not path:
        return LEARNINGS
    if any(same_path(path[:1], (heading,)) for heading in _MOMENTARY):
        path = (*LEARNINGS, *path[1:]) if len(path) > 1 else ()
    elif _is_title(path):
        path = (*LEARNINGS, *path)
    return tuple(f"{'#' * level} {heading_text(heading)}" for level, heading in enumerate(path, 2))


def _is_title(path: Path) -> bool:
    return path[:1] != () and not path[0].startswith("##")


def _names(line: str, name: str) -> bool:
    """Whether a list item says first of all that the task is done: `- [x] 1.2 …`, `- **Task 1.2**: …`, not 1.2.1."""
    start = r"\s*[-*+]\s+(?:\[[xX]\]\s+)?[*_`]{0,3}(?:task\s+)?[*_`]{0,3}"
    return re.match(rf"{start}{re.escape(name)}(?!\w|[.-]\w)", line, re.IGNORECASE) is not None


def _clean(title: str) -> str:
    # Zl, Zp: line separators that some readers take for line ends.
    shown = (" " if char in "\n\t" else char for char in title)
    kept = "".join(char for char in shown if unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Zl", "Zp"})
    return " ".join(kept.split())[:200].rstrip()


def _parse(text: str) -> Outline:
    lines = text.removeprefix("\ufeff").split("\n")
    bare = [line.rstrip("\r") for line in (lines[:-1] if lines[-1] == "" else lines)]
    return outline(bare, whole_file=True)
