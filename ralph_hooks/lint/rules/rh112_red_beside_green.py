"""RH112: a [RED] and a [GREEN] task in one group."""

from __future__ import annotations

from collections.abc import Iterator

from ralph_hooks.lint.model import Problem, Rule, Settings, Severity, Surroundings
from ralph_hooks.lint.side_by_side import groups
from ralph_hooks.lint.spans import head_span, named, quoted
from ralph_hooks.tasklist.model import TaskList


def check(task_list: TaskList, settings: Settings, surroundings: Surroundings) -> Iterator[Problem]:  # noqa: ARG001
    for group in groups(task_list):
        red = next((task for task in group if "RED" in task.markers and not task.done), None)
        for task in group:
            if red and "GREEN" in task.markers and not task.done:
                message = (
                    f"{quoted(task.name)} runs beside {named(red)}, whose test it makes pass; take the `[P]` from it"
                )
                yield Problem(head_span(task_list, task), message, task=task.index)


RULE = Rule(
    code="RH112",
    name="red-beside-green",
    severity=Severity.ERROR,
    summary="A [RED] and a [GREEN] task run side by side",
    why="""\
The test has to be there before what makes it pass. Side by side, each works from a tree that has neither, and the one
that makes the test pass has no test to run.
""",
    bad="""\
- [ ] 1.1 [P] [RED] Test that codes are made
  - **Files**: `tests/test_codes.py`
- [ ] 1.2 [P] [GREEN] Make codes
  - **Files**: `src/codes.py`
""",
    good="""\
- [ ] 1.1 [RED] Test that codes are made
  - **Files**: `tests/test_codes.py`
- [ ] 1.2 [GREEN] Make codes
  - **Files**: `src/codes.py`
""",
    check=check,
)
