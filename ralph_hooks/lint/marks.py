"""Edits that take markers off a task line and put them on, and leave the rest of the line as it is."""

from __future__ import annotations

from ralph_hooks.lint.model import Edit
from ralph_hooks.lint.spans import DECORATION, decorated
from ralph_hooks.tasklist.model import Span, Task, TaskList

_BLANK = " \t"


def take_off(task_list: TaskList, span: Span) -> Edit:
    """Take away the marker at `span`, with its decoration and the white space that only it needs."""
    whole, text = decorated(task_list, span), task_list.text
    start, end, after = whole.start, whole.end, whole.end
    while text[after : after + 1] in {" ", "\t"}:
        after += 1
    if text[after : after + 1] in {"", "\r", "\n"}:
        while text[start - 1] in _BLANK:
            start -= 1
        return Edit(Span(start, end), "")
    # `[US1][P] Title` needs the white space still, `**[P] Title**` must not keep it.
    return Edit(Span(start, after if text[start - 1] in _BLANK + DECORATION else end), "")


def put_on(task_list: TaskList, task: Task, marker: str) -> Edit:
    """Put a marker where the first one stands or would stand: after the ids, before the title."""
    after_ids = max((span.end for span in task.id_spans), default=0)
    first = next((span for span in task.marker_spans if span.start >= after_ids), None)
    place = decorated(task_list, first).start if first else task.title_span.start
    if place < task.title_span.end:
        return Edit(Span(place, place), f"{marker} ")
    before = task_list.text[place - 1 : place]
    return Edit(Span(place, place), marker if before in _BLANK else f" {marker}")
