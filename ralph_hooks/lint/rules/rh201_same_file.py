"""RH201: one file in two tasks of a group."""

from __future__ import annotations

from collections.abc import Iterator

from ralph_hooks.lint.model import Problem, Rule, Settings, Severity, Surroundings
from ralph_hooks.lint.sharing import meetings
from ralph_hooks.lint.side_by_side import groups
from ralph_hooks.lint.spans import named, path_span, quoted
from ralph_hooks.tasklist.model import TaskList


def check(task_list: TaskList, settings: Settings, surroundings: Surroundings) -> Iterator[Problem]:  # noqa: ARG001
    for group in groups(task_list):
        open_tasks = ((task, task.index) for task in group if not task.done)
        for meeting in meetings(open_tasks, task_list.dialect):
            if meeting.same:
                message = (
                    f"{quoted(meeting.task.name)} and {named(meeting.other)} run side by side and both declare "
                    f"{quoted(meeting.path)}; let them run one after another, or take the file out of one"
                )
                yield Problem(path_span(task_list, meeting.task, meeting.path), message, task=meeting.task.index)


RULE = Rule(
    code="RH201",
    name="same-file",
    severity=Severity.ERROR,
    summary="Two tasks that run side by side declare the same file",
    why="""\
`[P]` promises different files. Two tasks that change one file at the same time end in a conflict, or in the work of
one of them being lost. Only pairs are reported of which neither is done.
""",
    bad="""\
- [ ] 1.1 [P] Make codes
  - **Files**: `src/codes.py`
- [ ] 1.2 [P] Count visits
  - **Files**: `src/visits.py`, `src/codes.py`
""",
    good="""\
- [ ] 1.1 [P] Make codes
  - **Files**: `src/codes.py`
- [ ] 1.2 [P] Count visits
  - **Files**: `src/visits.py`
""",
    check=check,
)
