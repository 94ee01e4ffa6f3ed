"""RH108: a checkpoint inside of a parallel block."""

from __future__ import annotations

from collections.abc import Iterator

from ralph_hooks.lint.model import Problem, Rule, Settings, Severity, Surroundings
from ralph_hooks.lint.spans import head_span, quoted
from ralph_hooks.tasklist.model import TaskList


def check(task_list: TaskList, settings: Settings, surroundings: Surroundings) -> Iterator[Problem]:  # noqa: ARG001
    for task in task_list.tasks:
        block = None if task.block is None else task_list.blocks[task.block]
        if block and block.kind == "PARALLEL" and block.closed and task.verify:
            message = (
                f"{quoted(task.name)} is a checkpoint and no part of the block of line {block.line}; move it below"
            )
            yield Problem(head_span(task_list, task), message, task=task.index)


RULE = Rule(
    code="RH108",
    name="checkpoint-in-block",
    severity=Severity.WARNING,
    summary="A [VERIFY] task stands inside a [PARALLEL] block",
    why="""\
A checkpoint is kept out of the group and runs alone, before or after the others of the block, so that it does not
check what its place seems to say.
""",
    bad="""\
### [PARALLEL] Parts

- [ ] Make codes
- [ ] Count visits
- [ ] [VERIFY] Run the tests

### [/PARALLEL]
""",
    good="""\
### [PARALLEL] Parts

- [ ] Make codes
- [ ] Count visits

### [/PARALLEL]

- [ ] [VERIFY] Run the tests
""",
    check=check,
)
