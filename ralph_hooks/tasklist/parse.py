"""Text in, `TaskList` out. Never fails: a text without a task is a list of no tasks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ralph_hooks.tasklist import blocks, grammar, references
from ralph_hooks.tasklist.dialect import guess
from ralph_hooks.tasklist.fields import RALPH_FIELDS, fields
from ralph_hooks.tasklist.model import CheckItem, Dialect, Span, TaskList
from ralph_hooks.tasklist.structure import Outline, outline
from ralph_hooks.tasklist.task import Box, TaskReader


def parse(text: str, dialect: Dialect | None = None, *, has_state: bool = False) -> TaskList:
    """Read a task list. `text` is decoded with utf-8 and surrogateescape, byte order mark and line ends included.

    `has_state`: a `.ralph-state.json` lies beside the list, which is a sign of the ralph dialect where none is given.
    """
    shape = outline(text)
    boxes = tuple(_boxes(shape))
    heads = _heads(boxes, dialect or Dialect.RALPH)
    if dialect is None:
        dialect = _guess(shape, heads, has_state=has_state)
        heads = heads if dialect is Dialect.RALPH else _heads(boxes, dialect)
    found = blocks.blocks(shape.headings, len(shape.lines))
    chosen = [(box, head) for box, head in heads if _is_task(box, head, dialect)]
    checks = tuple(
        CheckItem(box.text.strip(), box.state, box.item.line + 1, box.span, box.item.top)
        for box, head in heads
        if not _is_task(box, head, dialect)
    )
    reader = TaskReader(shape, dialect, found.blocks, references.known(head.ids[0] for _, head in chosen if head.ids))
    tasks = tuple(reader.tasks(chosen))
    return TaskList(
        text,
        dialect,
        tasks,
        checks,
        shape.headings,
        found.blocks,
        found.stray_closings,
        lines=shape.lines,
        opaque=bytes(shape.opaque),
    )


def _boxes(shape: Outline) -> Iterator[Box]:
    for item in shape.items:
        line = shape.lines[item.line]
        match = grammar.box(line.text, item.column)
        if match:
            start = line.start + match.start("state")
            text = line.text[match.end() :]
            yield Box(item, match["state"], Span(start, start + 1), text, line.start + match.end())


def _is_task(box: Box, head: grammar.Head, dialect: Dialect) -> bool:
    if dialect is Dialect.PLAIN:
        return box.item.top or bool(head.ids)
    return box.item.top and bool(head.ids)


def _heads(boxes: Sequence[Box], dialect: Dialect) -> list[tuple[Box, grammar.Head]]:
    return [(box, grammar.head(box.text, dialect)) for box in boxes]


def _guess(shape: Outline, heads: Sequence[tuple[Box, grammar.Head]], *, has_state: bool) -> Dialect:
    top = [(box, head) for box, head in heads if box.item.top]
    has_fields = any(
        field.name in RALPH_FIELDS
        for box, _ in top
        for field in fields(shape.lines, shape.opaque, box.item.body, box.item.end)
    )
    return guess([name for _, head in top for name in head.ids], has_fields=has_fields, has_state=has_state)
