"""RH107: a closing that names another block."""

from __future__ import annotations

from collections.abc import Iterator

from ralph_hooks.lint.model import Edit, Fix, Problem, Rule, Settings, Severity, Surroundings
from ralph_hooks.lint.spans import find, line_span, quoted
from ralph_hooks.tasklist.blocks import name
from ralph_hooks.tasklist.model import TaskList


def check(task_list: TaskList, settings: Settings, surroundings: Surroundings) -> Iterator[Problem]:  # noqa: ARG001
    headings = {heading.line: heading.text for heading in task_list.headings}
    for block in task_list.blocks:
        said = name(headings.get(block.end, "")) if block.closed else ""
        if said and said.casefold() != block.name.casefold():
            span = find(task_list, line_span(task_list, block.end), said)
            message = (
                f'this closes the block "{quoted(block.name)}" of line {block.line}; name that one, or move the heading'
            )
            yield Problem(span, message, Fix((Edit(span, block.name),), "the heading may be in the wrong place"))


RULE = Rule(
    code="RH107",
    name="block-name",
    severity=Severity.WARNING,
    summary="A [/PARALLEL] has another name than its block",
    why="""\
A closing closes the last block that is open, whatever its name says. Where the names differ, one of the headings is
in the wrong place.
""",
    bad="""\
### [PARALLEL] Parts

- [ ] Make codes
- [ ] Count visits

### [/PARALLEL] Screens
""",
    good="""\
### [PARALLEL] Parts

- [ ] Make codes
- [ ] Count visits

### [/PARALLEL] Parts
""",
    check=check,
)
