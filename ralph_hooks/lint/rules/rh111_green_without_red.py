"""RH111: a [GREEN] without its [RED]."""

from __future__ import annotations

from collections.abc import Iterator

from ralph_hooks.lint.model import Problem, Rule, Settings, Severity, Surroundings
from ralph_hooks.lint.spans import head_span, quoted
from ralph_hooks.tasklist.model import Dialect, TaskList


def check(task_list: TaskList, settings: Settings, surroundings: Surroundings) -> Iterator[Problem]:  # noqa: ARG001
    waiting = 0
    for task in task_list.tasks:
        if "RED" in task.markers:
            waiting += 1
        elif "GREEN" in task.markers:
            if not waiting and not task.done:
                message = (
                    f"there is no `[RED]` task for {quoted(task.name)} to make pass; put the failing test before it"
                )
                yield Problem(head_span(task_list, task), message, task=task.index)
            waiting = max(0, waiting - 1)


RULE = Rule(
    code="RH111",
    name="green-without-red",
    severity=Severity.WARNING,
    summary="A [GREEN] task has no [RED] task before it",
    why="""\
Test first: a `[RED]` task writes a test that fails, the `[GREEN]` task after it makes it pass. Without the first
there is nothing to make pass.
""",
    bad="""\
- [ ] 1.1 [GREEN] Make codes
  - **Do**: Make them
""",
    good="""\
- [ ] 1.1 [RED] Test that codes are made
  - **Do**: Test it
- [ ] 1.2 [GREEN] Make codes
""",
    check=check,
    dialects=frozenset({Dialect.RALPH}),
)
