"""RH110: V4, V5 and V6 in another order."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from ralph_hooks.lint.model import Problem, Rule, Settings, Severity, Surroundings
from ralph_hooks.lint.spans import head_span, named, quoted
from ralph_hooks.tasklist.model import Task, TaskList

_ORDER = ("V4", "V5", "V6")


def check(task_list: TaskList, settings: Settings, surroundings: Surroundings) -> Iterator[Problem]:  # noqa: ARG001
    first: dict[str, Task] = {}
    for task in task_list.tasks:
        for name in (task.id, *task.aliases):
            if name in _ORDER:
                first.setdefault(name, task)
    there = [first[name] for name in _ORDER if name in first]
    for one, other in pairwise(there):
        if other.index < one.index:
            message = f"{quoted(other.name)} stands above {named(one)} and runs after it; put it below"
            yield Problem(head_span(task_list, other), message, task=other.index)


RULE = Rule(
    code="RH110",
    name="final-checks",
    severity=Severity.WARNING,
    summary="V4, V5 and V6 do not come in this order",
    why="""\
The final checks build on each other: V4 runs everything locally, V5 waits for the pipeline, V6 looks at the
acceptance criteria. They are run in this order wherever they stand.
""",
    bad="""\
- [ ] V5 [VERIFY] The pipeline passes
- [ ] V4 [VERIFY] Everything passes here
""",
    good="""\
- [ ] V4 [VERIFY] Everything passes here
- [ ] V5 [VERIFY] The pipeline passes
""",
    check=check,
)
