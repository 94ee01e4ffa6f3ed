"""RH403: a state file that is at another task."""

from __future__ import annotations

from collections.abc import Iterator

from ralph_hooks.lint.model import Problem, Rule, Settings, Severity, Surroundings
from ralph_hooks.lint.spans import head_span, named
from ralph_hooks.spec.numbering import Handler, number, total
from ralph_hooks.tasklist.model import Span, TaskList


def check(task_list: TaskList, settings: Settings, surroundings: Surroundings) -> Iterator[Problem]:  # noqa: ARG001
    state = surroundings.state or {}
    said = state.get("taskIndex")
    # A batch that runs, or a phase before the execution, has its own numbers.
    busy = state.get("phase") != "execution" or "ralphHold" in state or "parallelGroup" in state
    if busy or not isinstance(said, int) or isinstance(said, bool) or not task_list.tasks:
        return
    task = next((task for task in task_list.tasks if not task.done), None)
    right = {
        handler: total(task_list.text, handler) if task is None else number(task_list.text, task.line, handler)
        for handler in Handler
    }
    if said not in right.values():
        what = f"the first open task is {named(task)}" if task else "every task is done"
        yield Problem(
            Span(0, 0) if task is None else head_span(task_list, task),
            f"the state file is at index {said}, but {what}: {right[Handler.READS]} to stop-watcher.sh, "
            f"{right[Handler.INCREMENTS]} to stop-handler.sh; correct taskIndex or the ticks",
            task=task.index if task else None,
        )


RULE = Rule(
    code="RH403",
    name="state-index",
    severity=Severity.WARNING,
    summary="The state file is at another task than the list",
    why="""\
The next task is the one at `taskIndex`, counted as the stop-handler counts. When that is not the first open one, a
task is done again or never done at all.
""",
    bad="""\
- [ ] 1.1 Make codes
  - **Do**: Make them

.ralph-state.json: {"phase": "execution", "taskIndex": 1, "totalTasks": 1}
""",
    good="""\
- [ ] 1.1 Make codes
  - **Do**: Make them

.ralph-state.json: {"phase": "execution", "taskIndex": 0, "totalTasks": 1}
""",
    check=check,
)
