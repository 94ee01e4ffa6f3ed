"""RH103: a [P] that has nothing to run beside."""

from __future__ import annotations

from collections.abc import Iterator

from ralph_hooks.lint.marks import take_off
from ralph_hooks.lint.model import Fix, Problem, Rule, Settings, Severity, Surroundings
from ralph_hooks.lint.spans import quoted
from ralph_hooks.tasklist.grouping import side_by_side
from ralph_hooks.tasklist.model import Dialect, TaskList


def check(task_list: TaskList, settings: Settings, surroundings: Surroundings) -> Iterator[Problem]:  # noqa: ARG001
    for run in side_by_side(task_list):
        task = task_list.tasks[run[0]]
        if len(run) == 1 and task.parallel and task.block is None and not task.done:
            span = task.marker_spans[task.markers.index("P")]
            fix = Fix((take_off(task_list, span),), "a neighbour may lack its [P] instead")
            message = f"no task next to {quoted(task.name)} is marked `[P]`, so it runs alone; take the marker away"
            yield Problem(span, message, fix, task.index)


RULE = Rule(
    code="RH103",
    name="lonely-parallel",
    severity=Severity.WARNING,
    summary="A [P] task has no neighbour to run beside",
    why="""\
Neighbours that are both marked `[P]` run at the same time. One alone runs as if it had no marker: either the marker
is left over, or the task next to it lacks one, or a heading stands between them.
""",
    bad="""\
- [ ] 1.1 [P] Make codes
  - **Do**: Make them
- [ ] 1.2 Count visits
""",
    good="""\
- [ ] 1.1 Make codes
  - **Do**: Make them
- [ ] 1.2 Count visits
""",
    check=check,
    dialects=frozenset({Dialect.RALPH, Dialect.PLAIN}),
)
