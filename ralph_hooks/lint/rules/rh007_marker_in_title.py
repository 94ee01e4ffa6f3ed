"""RH007: a marker that stands inside the title."""

from __future__ import annotations

from collections.abc import Iterator

from ralph_hooks.lint.marks import put_on, take_off
from ralph_hooks.lint.model import Fix, Problem, Rule, Settings, Severity, Surroundings
from ralph_hooks.patterns import pattern
from ralph_hooks.tasklist.model import Span, TaskList

_CODE = pattern(r"(`+)[^`\n]+\1")
_MARKER = pattern(r"\[(?P<name>P|VERIFY|SEQUENTIAL)\](?!\()")


def check(task_list: TaskList, settings: Settings, surroundings: Surroundings) -> Iterator[Problem]:  # noqa: ARG001
    for task in task_list.tasks:
        if "[" not in task.title:
            continue
        start, end = task.title_span.start, task.title_span.end
        code = [match.span() for match in _CODE.finditer(task_list.text, start, end)]
        for match in _MARKER.finditer(task_list.text, start, end):
            name = match["name"]
            quote = any(one < match.start() < other for one, other in code)
            if quote or name in task.markers or match.start() == start:
                continue
            span = Span(match.start(), match.end())
            fix = Fix(
                (put_on(task_list, task, f"[{name}]"), take_off(task_list, span)), "the title may be about the marker"
            )
            message = f"`[{name}]` in a title is a marker to some tools and text to others; put it behind the id"
            yield Problem(span, message + ", or into backticks", fix, task.index)
            break


RULE = Rule(
    code="RH007",
    name="marker-in-title",
    severity=Severity.WARNING,
    summary="A marker stands inside the title",
    why="""\
Inside a title `[P]` is text to this tool, and a marker to tools that search the whole line for it, ralph-specum's
stop-watcher for one. So the task runs beside others or alone, depending on who reads the list. In backticks it is
text to this rule.
""",
    bad="""\
- [ ] 1.1 Make codes [P]
  - **Do**: Make them
""",
    good="""\
- [ ] 1.1 [P] Make codes
  - **Do**: Make them
""",
    check=check,
)
