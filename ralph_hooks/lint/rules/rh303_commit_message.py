"""RH303: a Commit that is no conventional commit."""

from __future__ import annotations

from collections.abc import Iterator

from ralph_hooks.lint.model import Problem, Rule, Settings, Severity, Surroundings
from ralph_hooks.lint.spans import fields, find, quoted
from ralph_hooks.patterns import pattern
from ralph_hooks.tasklist.model import Dialect, TaskList

_CONVENTIONAL = pattern(r"[a-z][a-z-]*(?:\([^()\n]+\))?!?: \S")


def check(task_list: TaskList, settings: Settings, surroundings: Surroundings) -> Iterator[Problem]:  # noqa: ARG001
    for task in task_list.tasks:
        if task.commit is None or task.done or _CONVENTIONAL.match(task.commit):
            continue
        (first, *_) = task.commit.split("\n")
        field = next(fields(task, "Commit"))
        message = f'"{quoted(first)}" is no conventional commit; write it as `type(scope): what`'
        yield Problem(find(task_list, field.span, first), message, task=task.index)


RULE = Rule(
    code="RH303",
    name="commit-message",
    severity=Severity.WARNING,
    summary="A Commit field is no conventional commit",
    why="""\
The field becomes the subject of the task's commit. Releases and change logs are made from subjects such as
`feat(codes): make codes`.
""",
    bad="""\
- [ ] 1.1 Make codes
  - **Do**: Make them
  - **Commit**: `Made codes`
""",
    good="""\
- [ ] 1.1 Make codes
  - **Do**: Make them
  - **Commit**: `feat(codes): make codes`
""",
    check=check,
    dialects=frozenset({Dialect.RALPH}),
)
