"""What a task list holds. Frozen data: the parser makes it, everything else reads it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from ralph_hooks.records import NamedTuple
from ralph_hooks.tasklist.source import Line


class Dialect(StrEnum):
    """The family of task lists that a file belongs to."""

    RALPH = "ralph"
    SPECKIT = "speckit"
    PLAIN = "plain"


class Span(NamedTuple):
    """Half-open range of character offsets into `TaskList.text`."""

    start: int
    end: int


class Field(NamedTuple):
    """A `**Name**: text` bullet of a ralph task. `text` has its continuation lines, without the bullet's own indent."""

    name: str
    text: str
    span: Span


class Heading(NamedTuple):
    """A heading outside fences and comments. `line` is 1-based."""

    level: int
    text: str
    line: int


class Block(NamedTuple):
    """A `[PARALLEL]` or `[SEQUENTIAL]` heading. `closed`: it has its `[/PARALLEL]`; lines are 1-based, `end` exclusive.

    A `[PARALLEL]` heading that is not closed is a lane: its boxes are ordered steps.
    """

    kind: str  # "PARALLEL" or "SEQUENTIAL"
    name: str
    after: tuple[str, ...]
    closed: bool
    line: int
    end: int


class Task(NamedTuple):
    """One task. `line` and `end_line` are 1-based, inclusive; spans are offsets into the text of the list."""

    index: int  # type: ignore[assignment]  # hides `tuple.index`, which nobody would look for in a task
    id: str | None
    aliases: tuple[str, ...]  # further ids on the line: `4.5 V1` has the id 4.5 and the alias V1
    title: str
    markers: tuple[str, ...]  # in source order, without brackets: "P", "VERIFY", "FIX 1.2", "US1"
    state: str  # the character in the box
    line: int
    end_line: int
    span: Span  # the whole list item, with its fields
    box: Span  # the character in the box
    fields: tuple[Field, ...]
    files: tuple[str, ...]  # paths that the task declares, in source order, without notes such as "(new)"
    depends: tuple[str, ...]  # ids
    commit: str | None  # the Commit field without backticks; None when missing or "None"
    section: int | None  # index into `TaskList.headings` of the nearest heading above
    phase: str | None  # text of the nearest `##` heading above
    block: int | None  # index into `TaskList.blocks`, for tasks inside a block
    id_spans: tuple[Span, ...] = ()  # of the id and the aliases, as they are spelt, without decoration
    marker_spans: tuple[Span, ...] = ()  # of `markers`, with their brackets, without decoration
    title_span: Span = Span(0, 0)  # of the title on the task's line, decoration included

    @property
    def done(self) -> bool:
        return self.state in {"x", "X"}

    @property
    def verify(self) -> bool:
        return any(marker.split(":")[0].split("/")[0] == "VERIFY" for marker in self.markers)

    @property
    def parallel(self) -> bool:
        """Marked `[P]` and not held back by a stronger marker: `[VERIFY]` and `[SEQUENTIAL]` beat `[P]`."""
        return "P" in self.markers and not self.verify and "SEQUENTIAL" not in self.markers

    @property
    def name(self) -> str:
        """How people name the task: its id, else `@INDEX`."""
        return self.id if self.id is not None else f"@{self.index}"


class CheckItem(NamedTuple):
    """A checkbox that is no task: completion criteria, acceptance boxes under a task, a PR body."""

    title: str
    state: str
    line: int
    box: Span
    top: bool = True  # directly in the document: in no other list, in no quotation


class TaskList(NamedTuple):
    """A parsed `tasks.md`. `text` is the source, byte order mark and line ends included."""

    text: str
    dialect: Dialect
    tasks: tuple[Task, ...]
    checks: tuple[CheckItem, ...]
    headings: tuple[Heading, ...]
    blocks: tuple[Block, ...]
    stray_closings: tuple[int, ...]  # 1-based lines of `[/PARALLEL]` headings that close nothing
    lines: tuple[Line, ...] = ()
    opaque: bytes = b""  # one byte a line: 1 where it is code, a fence or an HTML block

    def __hash__(self) -> int:
        """Equal lists have equal texts, and a text remembers its hash: caches need not look at all the tasks."""
        return hash((self.text, self.dialect))


class Group(NamedTuple):
    """Tasks that may run at the same time, by index. `parallel`: more than one; `reason`: why they are a group."""

    tasks: tuple[int, ...]
    parallel: bool
    reason: str


class Overlap(NamedTuple):
    """Two tasks that declare the same file. `group`: the position of the group that holds both, None if none does."""

    path: str
    tasks: tuple[int, int]
    group: int | None


class Plan(NamedTuple):
    """The ordered groups of a task list. `depends`: task index → the indexes of the tasks that must be done before."""

    groups: tuple[Group, ...]
    overlaps: tuple[Overlap, ...]
    depends: Mapping[int, frozenset[int]]
