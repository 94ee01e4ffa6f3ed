"""RH010: a tick that the stop-handlers cannot see."""

from __future__ import annotations

from collections.abc import Iterator

from ralph_hooks.lint.model import Edit, Fix, Problem, Rule, Settings, Severity, Surroundings
from ralph_hooks.lint.spans import quoted
from ralph_hooks.tasklist.model import Dialect, TaskList


def check(task_list: TaskList, settings: Settings, surroundings: Surroundings) -> Iterator[Problem]:  # noqa: ARG001
    for task in task_list.tasks:
        if task.state == "X":
            message = (
                f"`[X]` hides task {quoted(task.name)} from the stop-handlers and shifts every index below; write `[x]`"
            )
            yield Problem(task.box, message, Fix((Edit(task.box, "x"),)), task.index)


RULE = Rule(
    code="RH010",
    name="upper-case-x",
    severity=Severity.WARNING,
    summary="A task is ticked with an upper-case X",
    why="""\
Both of ralph-specum's stop-handlers count `[ ]` and `[x]` alone. A task with `[X]` is invisible to them: every index
behind it is one less than it should be, and the next task that they show is the wrong one.
""",
    bad="""\
- [X] 1.1 Make codes
  - **Do**: Make them
""",
    good="""\
- [x] 1.1 Make codes
  - **Do**: Make them
""",
    check=check,
    dialects=frozenset({Dialect.RALPH}),
)
