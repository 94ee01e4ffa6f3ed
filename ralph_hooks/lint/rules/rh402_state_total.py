"""RH402: a state file that counts other tasks."""

from __future__ import annotations

from collections.abc import Iterator

from ralph_hooks.lint.model import Problem, Rule, Settings, Severity, Surroundings
from ralph_hooks.spec.numbering import Handler, total
from ralph_hooks.tasklist.model import Span, TaskList


def check(task_list: TaskList, settings: Settings, surroundings: Surroundings) -> Iterator[Problem]:  # noqa: ARG001
    said = (surroundings.state or {}).get("totalTasks")
    if not isinstance(said, int) or isinstance(said, bool):
        return
    counted = {handler: total(task_list.text, handler) for handler in Handler}
    if said not in counted.values():
        yield Problem(
            Span(0, 0),
            f"the state file says {said} tasks; the list has {len(task_list.tasks)}, of which stop-watcher.sh counts "
            f"{counted[Handler.READS]} and stop-handler.sh {counted[Handler.INCREMENTS]}; correct totalTasks",
        )


RULE = Rule(
    code="RH402",
    name="state-total",
    severity=Severity.WARNING,
    summary="The state file has another number of tasks",
    why="""\
The loop ends when `taskIndex` has come to `totalTasks`. With another number than that of the boxes that the
stop-handler counts it ends too early, or never.
""",
    bad="""\
- [ ] 1.1 Make codes
  - **Do**: Make them

.ralph-state.json: {"phase": "execution", "taskIndex": 0, "totalTasks": 3}
""",
    good="""\
- [ ] 1.1 Make codes
  - **Do**: Make them

.ralph-state.json: {"phase": "execution", "taskIndex": 0, "totalTasks": 1}
""",
    check=check,
)
