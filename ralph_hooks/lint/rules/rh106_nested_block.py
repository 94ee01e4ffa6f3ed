"""RH106: a parallel block inside of another one."""

from __future__ import annotations

from collections.abc import Iterator

from ralph_hooks.lint.model import Problem, Rule, Settings, Severity, Surroundings
from ralph_hooks.lint.spans import line_span
from ralph_hooks.tasklist.model import Block, TaskList


def check(task_list: TaskList, settings: Settings, surroundings: Surroundings) -> Iterator[Problem]:  # noqa: ARG001
    outer: list[Block] = []
    for block in task_list.blocks:
        while outer and outer[-1].end <= block.line:
            outer.pop()
        if block.kind == "PARALLEL" and block.closed:
            if outer:
                message = (
                    f"this block inside the one of line {outer[-1].line} is a group of its own; close that one first"
                )
                yield Problem(line_span(task_list, block.line), message)
            outer.append(block)


RULE = Rule(
    code="RH106",
    name="nested-block",
    severity=Severity.WARNING,
    summary="A [PARALLEL] block stands inside another one",
    why="""\
The inner block is a group of its own: its tasks do not run beside those of the outer one, which is not what nesting
looks like.
""",
    bad="""\
### [PARALLEL] Parts

- [ ] Make codes
- [ ] Count visits

#### [PARALLEL] Inner parts

- [ ] Let links expire
- [ ] Write the manual

#### [/PARALLEL]

### [/PARALLEL]
""",
    good="""\
### [PARALLEL] Parts

- [ ] Make codes
- [ ] Count visits

### [/PARALLEL]

### [PARALLEL] More parts

- [ ] Let links expire
- [ ] Write the manual

### [/PARALLEL]
""",
    check=check,
)
