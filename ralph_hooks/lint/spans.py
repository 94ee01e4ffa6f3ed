"""Where things stand in a list, and how messages name them. Offsets into the text, as everywhere."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator

from ralph_hooks.errors import printable
from ralph_hooks.tasklist.model import CheckItem, Field, Span, Task, TaskList

DECORATION = "*_`~"


def line_span(task_list: TaskList, line: int) -> Span:
    """The text of the 1-based `line`, without the white space around it."""
    found = task_list.lines[line - 1]
    start = found.start + len(found.text) - len(found.text.lstrip())
    return Span(start, max(start, found.start + len(found.text.rstrip())))


def head_span(task_list: TaskList, task: Task) -> Span:
    """The id of a task; its title, or its line, where it has none."""
    if task.id_spans:
        return task.id_spans[0]
    return task.title_span if task.title else line_span(task_list, task.line)


def check_span(task_list: TaskList, check: CheckItem) -> Span:
    return line_span(task_list, check.line)


def section_of(task_list: TaskList, line: int) -> int:
    """The position of the nearest heading above `line`, -1 where there is none."""
    return bisect_right(task_list.headings, line, key=lambda heading: heading.line) - 1


def fields(task: Task, name: str) -> Iterator[Field]:
    return (field for field in task.fields if field.name == name)


def find(task_list: TaskList, within: Span, wanted: str) -> Span:
    """The first place of `wanted` in a span; the first line of the span where it is spelt otherwise."""
    start = task_list.text.find(wanted, within.start, within.end)
    if start >= 0 and wanted:
        return Span(start, start + len(wanted))
    first = task_list.text[within.start : within.end].splitlines()[:1]
    return Span(within.start, within.start + len(first[0] if first else ""))


def path_span(task_list: TaskList, task: Task, path: str) -> Span:
    """Where the task declares `path`."""
    for field in fields(task, "Files"):
        found = find(task_list, field.span, path)
        if task_list.text[found.start : found.end] == path:
            return found
    return find(task_list, Span(task.title_span.start, task.span.end), path)


def dependency_span(task_list: TaskList, task: Task, name: str) -> Span:
    """Where a task names the id that it depends on; of a range only the ends are there."""
    for field in fields(task, "Depends on"):
        return find(task_list, field.span, name)
    return find(task_list, Span(task.title_span.start, task.span.end), name)


def named(task: Task) -> str:
    """A task in a message about another one."""
    return f"{printable(task.name, 40)} (line {task.line})"


def quoted(text: str) -> str:
    """A piece of the list in a message: one line, no control characters, not too long."""
    return printable(text, 80)


def decorated(task_list: TaskList, span: Span) -> Span:
    """A marker with the bold, code or italic marks right around it, where both sides have the same ones."""
    start, end, text = span.start, span.end, task_list.text
    while start > 0 and end < len(text) and text[start - 1] == text[end] and text[end] in DECORATION:
        start, end = start - 1, end + 1
    return Span(start, end)
