"""RH206: a dependency on a task that is not there."""

from __future__ import annotations

from collections.abc import Iterator

from ralph_hooks.lint.model import Problem, Rule, Settings, Severity, Surroundings
from ralph_hooks.lint.side_by_side import named_dependencies
from ralph_hooks.lint.spans import dependency_span, quoted
from ralph_hooks.tasklist.model import TaskList


def check(task_list: TaskList, settings: Settings, surroundings: Surroundings) -> Iterator[Problem]:  # noqa: ARG001
    for task, name, other in named_dependencies(task_list):
        if other is None:
            message = (
                f"{quoted(task.name)} depends on {quoted(name)}, and no task has this id; correct it or take it out"
            )
            yield Problem(dependency_span(task_list, task, name), message, task=task.index)


RULE = Rule(
    code="RH206",
    name="unknown-dependency",
    severity=Severity.ERROR,
    summary="A task depends on an id that no task has",
    why="""\
The list cannot be planned: what the task waits for is never done.
""",
    bad="""\
- [ ] 1.1 Make codes
  - **Do**: Make them
- [ ] 1.2 Count visits
  - **Depends on**: 7.7
""",
    good="""\
- [ ] 1.1 Make codes
  - **Do**: Make them
- [ ] 1.2 Count visits
  - **Depends on**: 1.1
""",
    check=check,
)
