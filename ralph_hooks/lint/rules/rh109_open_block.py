"""RH109: a parallel block that is never closed."""

from __future__ import annotations

from collections.abc import Iterator

from ralph_hooks.lint.model import Problem, Rule, Settings, Severity, Surroundings
from ralph_hooks.lint.spans import line_span
from ralph_hooks.tasklist.model import TaskList


def check(task_list: TaskList, settings: Settings, surroundings: Surroundings) -> Iterator[Problem]:  # noqa: ARG001
    for block in task_list.blocks:
        if block.kind == "PARALLEL" and not block.closed:
            message = (
                "this block is never closed, so its tasks run one after another; close it with a heading `[/PARALLEL]`"
            )
            yield Problem(line_span(task_list, block.line), message + " if they may run at the same time")


RULE = Rule(
    code="RH109",
    name="open-block",
    severity=Severity.INFO,
    summary="A [PARALLEL] heading is never closed",
    why="""\
Without its `[/PARALLEL]` the heading is a lane: the boxes below it are steps, done one after another. That may be
what is meant.
""",
    bad="""\
### [PARALLEL] Parts

- [ ] Make codes
- [ ] Count visits
""",
    good="""\
### [PARALLEL] Parts

- [ ] Make codes
- [ ] Count visits

### [/PARALLEL]
""",
    check=check,
)
