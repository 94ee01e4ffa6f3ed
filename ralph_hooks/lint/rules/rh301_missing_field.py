"""RH301: a task that lacks a field."""

from __future__ import annotations

from collections.abc import Iterator

from ralph_hooks.lint.model import Problem, Rule, Settings, Severity, Surroundings
from ralph_hooks.lint.spans import head_span, quoted
from ralph_hooks.tasklist.model import Dialect, TaskList

_REQUIRED = ("Do", "Files", "Done when", "Verify", "Commit")


def check(task_list: TaskList, settings: Settings, surroundings: Surroundings) -> Iterator[Problem]:  # noqa: ARG001
    required = settings.required_fields or _REQUIRED
    for task in task_list.tasks:
        there = {field.name.casefold() for field in task.fields}
        missing = [name for name in required if name.casefold() not in there and not (task.verify and name == "Files")]
        if missing and not task.done:
            message = (
                f"task {quoted(task.name)} has no {', '.join(missing)}; add {'them' if len(missing) > 1 else 'it'}"
            )
            yield Problem(head_span(task_list, task), message, task=task.index)


RULE = Rule(
    code="RH301",
    name="missing-field",
    severity=Severity.WARNING,
    summary="A task lacks a field",
    why="""\
An executor knows of the task what its fields say. Lists differ in what they need, so this rule is off until it is
selected.
""",
    bad="""\
- [ ] 1.1 Make codes
  - **Do**: Make them
  - **Files**: `src/codes.py`
  - **Done when**: They are made
  - **Commit**: `feat: make codes`
""",
    good="""\
- [ ] 1.1 Make codes
  - **Do**: Make them
  - **Files**: `src/codes.py`
  - **Done when**: They are made
  - **Verify**: `pytest`
  - **Commit**: `feat: make codes`
""",
    check=check,
    dialects=frozenset({Dialect.RALPH}),
    default=False,
    configure="`required_fields`: what every task needs; none: all five fields. A `[VERIFY]` needs no Files.",
)
