"""RH404: progress files of single tasks that git has."""

from __future__ import annotations

from collections.abc import Iterator

from ralph_hooks.lint.model import Problem, Rule, Settings, Severity, Surroundings
from ralph_hooks.lint.spans import quoted
from ralph_hooks.patterns import pattern
from ralph_hooks.tasklist.model import Span, TaskList

_PROGRESS = pattern(r"\.progress-task-[0-9]+\.md")


def check(task_list: TaskList, settings: Settings, surroundings: Surroundings) -> Iterator[Problem]:  # noqa: ARG001
    left = sorted(name for name in surroundings.committed or () if _PROGRESS.fullmatch(name))
    if left:
        more = f" and {len(left) - 1} more" if len(left) > 1 else ""
        yield Problem(
            Span(0, 0), f"{quoted(left[0])}{more} beside this list is in git; move its content to .progress.md"
        )


RULE = Rule(
    code="RH404",
    name="leftover-progress",
    severity=Severity.WARNING,
    summary="Progress files of single tasks are left over",
    why="""\
`.progress-task-N.md` is what one executor writes while it works; a landing takes it into `.progress.md`. One that is
committed belongs to a landing that did not happen, or happened elsewhere, and is taken in a second time by the next
task with that number.
""",
    bad="""\
- [ ] 1.1 Make codes
  - **Do**: Make them

git ls-files: .progress-task-3.md tasks.md
""",
    good="""\
- [ ] 1.1 Make codes
  - **Do**: Make them

git ls-files: tasks.md
""",
    check=check,
)
