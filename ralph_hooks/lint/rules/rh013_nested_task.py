"""RH013: a box with an id inside of another list item."""

from __future__ import annotations

from collections.abc import Iterator

from ralph_hooks.lint.model import Problem, Rule, Settings, Severity, Surroundings
from ralph_hooks.lint.spans import line_span, quoted
from ralph_hooks.tasklist.grammar import head
from ralph_hooks.tasklist.model import Dialect, TaskList


def check(task_list: TaskList, settings: Settings, surroundings: Surroundings) -> Iterator[Problem]:  # noqa: ARG001
    for item in task_list.checks:
        ids = () if item.top else head(item.title, task_list.dialect).ids
        if ids:
            message = (
                f"{quoted(ids[0])} is inside another list item, so it is no task of its own; take its indentation away"
            )
            yield Problem(line_span(task_list, item.line), message)


RULE = Rule(
    code="RH013",
    name="nested-task",
    severity=Severity.WARNING,
    summary="A task is nested in another list item",
    why="""\
Tasks are the boxes at the top level. One that is indented below another is part of that task: it is not planned, and
nobody runs it on its own.
""",
    bad="""\
- [ ] T001 Make codes in src/codes.py
  - [ ] T002 Count visits in src/visits.py
""",
    good="""\
- [ ] T001 Make codes in src/codes.py
- [ ] T002 Count visits in src/visits.py
""",
    check=check,
    dialects=frozenset({Dialect.RALPH, Dialect.SPECKIT}),
)
