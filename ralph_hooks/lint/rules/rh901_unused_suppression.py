"""RH901: a comment that hides nothing. Reported by the engine, which knows what was hidden."""

from __future__ import annotations

from collections.abc import Iterator

from ralph_hooks.lint.model import Problem, Rule, Settings, Severity, Surroundings
from ralph_hooks.tasklist.model import TaskList


def check(task_list: TaskList, settings: Settings, surroundings: Surroundings) -> Iterator[Problem]:  # noqa: ARG001
    yield from ()


RULE = Rule(
    code="RH901",
    name="unused-suppression",
    severity=Severity.WARNING,
    summary="A suppression hides nothing",
    why="""\
The finding that the comment was written for is gone. Left in place, it hides the next one, which nobody has looked
at.
""",
    bad="""\
- [ ] T001 Make codes in src/codes.py <!-- ralph-hooks: ignore[RH201] both append -->
""",
    good="""\
- [ ] T001 Make codes in src/codes.py
""",
    check=check,
)
