"""RH008: one marker twice."""

from __future__ import annotations

from collections.abc import Iterator

from ralph_hooks.lint.marks import take_off
from ralph_hooks.lint.model import Fix, Problem, Rule, Settings, Severity, Surroundings
from ralph_hooks.lint.spans import quoted
from ralph_hooks.tasklist.model import TaskList


def check(task_list: TaskList, settings: Settings, surroundings: Surroundings) -> Iterator[Problem]:  # noqa: ARG001
    for task in task_list.tasks:
        if len(set(task.markers)) == len(task.markers):
            continue
        seen: set[str] = set()
        for marker, span in zip(task.markers, task.marker_spans, strict=True):
            if marker in seen:
                message = f"task {quoted(task.name)} has `[{quoted(marker)}]` twice; take one away"
                yield Problem(span, message, Fix((take_off(task_list, span),)), task.index)
            seen.add(marker)


RULE = Rule(
    code="RH008",
    name="repeated-marker",
    severity=Severity.WARNING,
    summary="A task has the same marker twice",
    why="""\
The second one says nothing. Usually another marker was meant, or another task.
""",
    bad="""\
- [ ] 1.1 [P] [P] Make codes
  - **Do**: Make them
""",
    good="""\
- [ ] 1.1 [P] Make codes
  - **Do**: Make them
""",
    check=check,
)
