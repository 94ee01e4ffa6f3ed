"""RH102: [SEQUENTIAL] together with [P]."""

from __future__ import annotations

from collections.abc import Iterator

from ralph_hooks.lint.marks import take_off
from ralph_hooks.lint.model import Fix, Problem, Rule, Settings, Severity, Surroundings
from ralph_hooks.lint.spans import quoted
from ralph_hooks.tasklist.model import TaskList


def check(task_list: TaskList, settings: Settings, surroundings: Surroundings) -> Iterator[Problem]:  # noqa: ARG001
    for task in task_list.tasks:
        if "P" in task.markers and "SEQUENTIAL" in task.markers:
            span = task.marker_spans[task.markers.index("P")]
            message = f"{quoted(task.name)} is `[SEQUENTIAL]`, which beats `[P]`; take one of them away"
            yield Problem(span, message, Fix((take_off(task_list, span),)), task.index)


RULE = Rule(
    code="RH102",
    name="parallel-sequential",
    severity=Severity.WARNING,
    summary="A task is marked [SEQUENTIAL] and [P]",
    why="""\
The two contradict each other. `[SEQUENTIAL]` wins, and `[P]` only misleads whoever does not know that.
""",
    bad="""\
- [ ] 1.1 [SEQUENTIAL] [P] Move the tables
  - **Do**: Move them
""",
    good="""\
- [ ] 1.1 [SEQUENTIAL] Move the tables
  - **Do**: Move them
""",
    check=check,
)
