"""RH207: a dependency on a task further down."""

from __future__ import annotations

from collections.abc import Iterator

from ralph_hooks.lint.model import Problem, Rule, Settings, Severity, Surroundings
from ralph_hooks.lint.side_by_side import named_dependencies
from ralph_hooks.lint.spans import dependency_span, named, quoted
from ralph_hooks.tasklist.model import TaskList


def check(task_list: TaskList, settings: Settings, surroundings: Surroundings) -> Iterator[Problem]:  # noqa: ARG001
    for task, name, other in named_dependencies(task_list):
        if other is not None and other.index > task.index and not task.done:
            message = f"{quoted(task.name)} depends on {named(other)}, which comes after it; move it below that task"
            yield Problem(dependency_span(task_list, task, name), message, task=task.index)


RULE = Rule(
    code="RH207",
    name="later-dependency",
    severity=Severity.WARNING,
    summary="A task depends on one that comes later",
    why="""\
The task is moved behind the one that it waits for, so that the list is not run in the order in which it is written.
Orchestrators that go line by line start it too early.
""",
    bad="""\
- [ ] 1.1 Make codes
  - **Depends on**: 1.2
- [ ] 1.2 Count visits
""",
    good="""\
- [ ] 1.2 Count visits
- [ ] 1.1 Make codes
  - **Depends on**: 1.2
""",
    check=check,
)
