"""RH209: a block that comes after something that is not there."""

from __future__ import annotations

from collections.abc import Iterator

from ralph_hooks.lint.model import Problem, Rule, Settings, Severity, Surroundings
from ralph_hooks.lint.spans import find, line_span, quoted
from ralph_hooks.tasklist.block_order import unknown
from ralph_hooks.tasklist.model import TaskList


def check(task_list: TaskList, settings: Settings, surroundings: Surroundings) -> Iterator[Problem]:  # noqa: ARG001
    for block, name in unknown(task_list):
        span = find(task_list, line_span(task_list, block.line), name)
        message = f'no block, heading or phase is named "{quoted(name)}"; correct the name or take it out'
        yield Problem(span, message)


RULE = Rule(
    code="RH209",
    name="unknown-block",
    severity=Severity.ERROR,
    summary="A block comes after one that is not there",
    why="""\
The list cannot be planned: `[PARALLEL after X]` has to name a block, a heading or a phase of the list.
""",
    bad="""\
## [PARALLEL after Screens] Parts

- [ ] Make codes
- [ ] Count visits

## [/PARALLEL]
""",
    good="""\
## [PARALLEL] Screens

- [ ] Draw them
- [ ] Test them

## [/PARALLEL]

## [PARALLEL after Screens] Parts

- [ ] Make codes
- [ ] Count visits

## [/PARALLEL]
""",
    check=check,
)
