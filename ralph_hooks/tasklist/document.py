"""A task list as a document that JSON can hold, and back for whoever has the same text: to parse it costs more."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ralph_hooks.tasklist.model import Block, CheckItem, Dialect, Field, Heading, Span, Task, TaskList
from ralph_hooks.tasklist.source import split


def as_document(listed: TaskList) -> dict[str, Any]:
    """All that was found in the text, without the text. Named tuples become arrays."""
    kept = {name: value for name, value in listed._asdict().items() if name not in {"text", "lines"}}
    return kept | {"opaque": listed.opaque.hex()}


def from_document(document: dict[str, Any], text: str) -> TaskList:
    """The list that `text` was read as. Raises ValueError, TypeError or KeyError where the two do not fit."""
    listed = TaskList(
        text,
        Dialect(document["dialect"]),
        tuple(map(_task, document["tasks"])),
        tuple(map(_check, document["checks"])),
        tuple(Heading(*row) for row in document["headings"]),
        tuple(map(_block, document["blocks"])),
        tuple(document["stray_closings"]),
        split(text),
        bytes.fromhex(document["opaque"]),
    )
    boxes = [*((task.box, task.state) for task in listed.tasks), *((item.box, item.state) for item in listed.checks)]
    for box, state in boxes:
        if text[box.start - 1 : box.end + 1] != f"[{state}]":
            raise ValueError(f"there is no box at {box.start}")
    return listed


def _task(row: list[Any]) -> Task:
    task = Task(*row)
    return task._replace(
        aliases=tuple(task.aliases),
        markers=tuple(task.markers),
        span=Span(*task.span),
        box=Span(*task.box),
        fields=tuple(Field(name, text, Span(*span)) for name, text, span in task.fields),
        files=tuple(task.files),
        depends=tuple(task.depends),
        id_spans=_spans(task.id_spans),
        marker_spans=_spans(task.marker_spans),
        title_span=Span(*task.title_span),
    )


def _check(row: list[Any]) -> CheckItem:
    item = CheckItem(*row)
    return item._replace(box=Span(*item.box))


def _block(row: list[Any]) -> Block:
    block = Block(*row)
    return block._replace(after=tuple(block.after))


def _spans(rows: Iterable[Iterable[int]]) -> tuple[Span, ...]:
    return tuple(Span(*row) for row in rows)
