"""RH205: a task that waits for a member of its own group."""

from __future__ import annotations

from collections.abc import Iterator

from ralph_hooks.lint.marks import take_off
from ralph_hooks.lint.model import Fix, Problem, Rule, Settings, Severity, Surroundings
from ralph_hooks.lint.side_by_side import declared_groups, named_dependencies
from ralph_hooks.lint.spans import dependency_span, head_span, named, quoted
from ralph_hooks.tasklist.model import Span, Task, TaskList


def check(task_list: TaskList, settings: Settings, surroundings: Surroundings) -> Iterator[Problem]:  # noqa: ARG001
    group_of = {task.index: number for number, group in enumerate(declared_groups(task_list)) for task in group}
    for task, name, other in named_dependencies(task_list):
        if other is None or other is task or task.done or other.done:
            continue
        if task.index in group_of and group_of[task.index] == group_of.get(other.index):
            message = f"{quoted(task.name)} depends on {named(other)}, which is marked to run beside it"
            yield Problem(*_told(task_list, task, name, message), task=task.index)


def _told(task_list: TaskList, task: Task, name: str, message: str) -> tuple[Span, str, Fix | None]:
    if "P" not in task.markers:
        return head_span(task_list, task), message + "; move it out of the block", None
    mark = task.marker_spans[task.markers.index("P")]
    fix = Fix((take_off(task_list, mark),), "the dependency may be what is wrong")
    return dependency_span(task_list, task, name), message + "; take its `[P]` away", fix


RULE = Rule(
    code="RH205",
    name="depends-in-group",
    severity=Severity.WARNING,
    summary="A task depends on one that is marked to run beside it",
    why="""\
`[P]` says that nothing has to be waited for, the dependency says the contrary. Here the dependent task is put into a
group of its own; orchestrators that go by the markers start both at once.
""",
    bad="""\
- [ ] 1.1 [P] Make codes
  - **Files**: `src/codes.py`
- [ ] 1.2 [P] Count visits
  - **Files**: `src/visits.py`
  - **Depends on**: 1.1
""",
    good="""\
- [ ] 1.1 [P] Make codes
  - **Files**: `src/codes.py`
- [ ] 1.2 Count visits
  - **Files**: `src/visits.py`
  - **Depends on**: 1.1
""",
    check=check,
)
