"""RH902: a file that is no text. Reported by the engine, which reads it."""

from __future__ import annotations

from collections.abc import Iterator

from ralph_hooks.lint.model import Problem, Rule, Settings, Severity, Surroundings
from ralph_hooks.tasklist.model import TaskList


def check(task_list: TaskList, settings: Settings, surroundings: Surroundings) -> Iterator[Problem]:  # noqa: ARG001
    yield from ()


RULE = Rule(
    code="RH902",
    name="undecodable-file",
    severity=Severity.ERROR,
    summary="A task list is not UTF-8 text",
    why="""\
Whoever runs the list reads other characters than its author wrote, or nothing at all. Save it as UTF-8.
""",
    bad="""\
a file in UTF-16, or a picture
""",
    good="""\
- [ ] T001 Make codes in src/codes.py
""",
    check=check,
)
