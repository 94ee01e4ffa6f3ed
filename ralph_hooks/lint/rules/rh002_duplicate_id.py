"""RH002: two tasks with one id."""

from __future__ import annotations

from collections.abc import Iterator

from ralph_hooks.lint.model import Problem, Rule, Settings, Severity, Surroundings
from ralph_hooks.lint.spans import quoted
from ralph_hooks.tasklist.model import Task, TaskList


def check(task_list: TaskList, settings: Settings, surroundings: Surroundings) -> Iterator[Problem]:  # noqa: ARG001
    first: dict[str, Task] = {}
    for task in task_list.tasks:
        for name, span in zip(dict.fromkeys((task.id, *task.aliases)), task.id_spans, strict=False):
            if name is None:
                continue
            other = first.setdefault(name, task)
            if other is not task:
                message = (
                    f"the id {quoted(name)} is taken by the task in line {other.line}; give one of them another id"
                )
                yield Problem(span, message, task=task.index)


RULE = Rule(
    code="RH002",
    name="duplicate-id",
    severity=Severity.WARNING,
    summary="Two tasks have the same id",
    why="""\
An id names a task to people, in commits, in `Depends on` and on the command line. Where two have it, `ralph-hooks
start 1.2` is refused until it is told which one is meant, and a dependency means the nearest one above.
""",
    bad="""\
- [ ] 1.1 Make codes
  - **Do**: Make them
- [ ] 1.1 Count visits
""",
    good="""\
- [ ] 1.1 Make codes
  - **Do**: Make them
- [ ] 1.2 Count visits
""",
    check=check,
)
