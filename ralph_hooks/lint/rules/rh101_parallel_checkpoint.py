"""RH101: a checkpoint that is marked [P]."""

from __future__ import annotations

from collections.abc import Iterator

from ralph_hooks.lint.marks import take_off
from ralph_hooks.lint.model import Fix, Problem, Rule, Settings, Severity, Surroundings
from ralph_hooks.lint.spans import quoted
from ralph_hooks.patterns import pattern
from ralph_hooks.tasklist.model import TaskList

_CHECKPOINT = pattern(r"V(?:[0-9]+[a-z]?|E[0-9]+|F)")


def check(task_list: TaskList, settings: Settings, surroundings: Surroundings) -> Iterator[Problem]:  # noqa: ARG001
    for task in task_list.tasks:
        final = any(_CHECKPOINT.fullmatch(name) for name in (task.id or "", *task.aliases))
        if "P" not in task.markers or not (task.verify or final):
            continue
        span = task.marker_spans[task.markers.index("P")]
        # Without [VERIFY] the [P] counts, and taking it away changes the plan.
        unsafe = None if task.verify else "the id alone does not make it a checkpoint"
        message = f"{quoted(task.name)} is a checkpoint, which runs alone; take its `[P]` away"
        yield Problem(span, message, Fix((take_off(task_list, span),), unsafe), task.index)


RULE = Rule(
    code="RH101",
    name="parallel-checkpoint",
    severity=Severity.WARNING,
    summary="A [VERIFY] task is marked [P]",
    why="""\
A checkpoint looks at what the tasks before it have done, so it runs alone: `[VERIFY]` beats `[P]`. stop-watcher.sh
does not know that and shows the checkpoint as one of the parallel tasks.
""",
    bad="""\
- [ ] 1.1 [P] [VERIFY] Run the tests
  - **Do**: Run them
""",
    good="""\
- [ ] 1.1 [VERIFY] Run the tests
  - **Do**: Run them
""",
    check=check,
)
