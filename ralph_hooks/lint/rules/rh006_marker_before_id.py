"""RH006: a marker that stands before the id."""

from __future__ import annotations

from collections.abc import Iterator

from ralph_hooks.lint.marks import put_on, take_off
from ralph_hooks.lint.model import Fix, Problem, Rule, Settings, Severity, Surroundings
from ralph_hooks.lint.spans import quoted
from ralph_hooks.tasklist.model import TaskList


def check(task_list: TaskList, settings: Settings, surroundings: Surroundings) -> Iterator[Problem]:  # noqa: ARG001
    for task in task_list.tasks:
        for span in task.marker_spans:
            if task.id_spans and span.start < task.id_spans[0].start:
                marker = task_list.text[span.start : span.end]
                yield Problem(
                    span,
                    f"`{quoted(marker)}` stands before the id {quoted(task.name)}; put it behind the id",
                    Fix((take_off(task_list, span), put_on(task_list, task, marker))),
                    task.index,
                )


RULE = Rule(
    code="RH006",
    name="marker-before-id",
    severity=Severity.WARNING,
    summary="A marker stands before the id",
    why="""\
Markers belong between the id and the title: `- [ ] 1.2 [P] Title`. Tools that look for the id right behind the box
find none, and the task is lost to them.
""",
    bad="""\
- [ ] [P] 1.1 Make codes
  - **Do**: Make them
""",
    good="""\
- [ ] 1.1 [P] Make codes
  - **Do**: Make them
""",
    check=check,
)
