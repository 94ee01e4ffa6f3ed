"""RH203: a directory or glob of one task that covers a file of another."""

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
            if not meeting.same:
                message = (
                    f"{quoted(meeting.path)} of {quoted(meeting.task.name)} meets {quoted(meeting.other_path)} of "
                    f"{named(meeting.other)}, which runs beside it; name the files, or let them run one after another"
                )
                yield Problem(path_span(task_list, meeting.task, meeting.path), message, task=meeting.task.index)


RULE = Rule(
    code="RH203",
    name="covered-path",
    severity=Severity.WARNING,
    summary="A directory or glob of one task covers a file of another that runs beside it",
    why="""\
A task that declares `src/` may change every file in it, the ones of the tasks that run beside it included.
""",
    bad="""\
- [ ] 1.1 [P] Make codes
  - **Files**: `src/codes.py`
- [ ] 1.2 [P] Tidy up
  - **Files**: `src/`
""",
    good="""\
- [ ] 1.1 [P] Make codes
  - **Files**: `src/codes.py`
- [ ] 1.2 [P] Tidy up
  - **Files**: `src/visits.py`, `src/links.py`
""",
    check=check,
)
