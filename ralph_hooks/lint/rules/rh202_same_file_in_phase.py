"""RH202: one file in two [P] tasks of a phase."""

from __future__ import annotations

from collections.abc import Iterator

from ralph_hooks.lint.model import Problem, Rule, Settings, Severity, Surroundings
from ralph_hooks.lint.sharing import meetings
from ralph_hooks.lint.side_by_side import graph, groups
from ralph_hooks.lint.spans import named, path_span, quoted
from ralph_hooks.tasklist.model import Dialect, Task, TaskList


def check(task_list: TaskList, settings: Settings, surroundings: Surroundings) -> Iterator[Problem]:  # noqa: ARG001
    place = {task.index: number for number, group in enumerate(groups(task_list)) for task in group}
    phases: dict[str | None, list[Task]] = {}
    for task in task_list.tasks:
        if task.parallel and not task.done:
            phases.setdefault(task.phase, []).append(task)
    depends = graph(task_list) if phases else {}
    for phase in phases.values():
        for meeting in meetings(((task, place.get(task.index, ~task.index)) for task in phase), task_list.dialect):
            ordered = meeting.other.index in depends[meeting.task.index]
            if meeting.same and not ordered:
                message = (
                    f"{quoted(meeting.task.name)} and {named(meeting.other)} are both `[P]` in one phase and declare "
                    f"{quoted(meeting.path)}; take the `[P]` from one of them"
                )
                yield Problem(path_span(task_list, meeting.task, meeting.path), message, task=meeting.task.index)


RULE = Rule(
    code="RH202",
    name="same-file-in-phase",
    severity=Severity.WARNING,
    summary="Two [P] tasks of one phase declare the same file",
    why="""\
In spec-kit `[P]` holds for a whole phase: "different files, no dependencies". Two `[P]` tasks of a phase that share a
file are kept apart here by the task between them; an agent that starts all of the phase's `[P]` tasks at once does
not see that.
""",
    bad="""\
- [ ] T001 [P] Make codes in src/codes.py
- [ ] T002 Count visits in src/visits.py
- [ ] T003 [P] Let codes expire in src/codes.py
""",
    good="""\
- [ ] T001 [P] Make codes in src/codes.py
- [ ] T002 Count visits in src/visits.py
- [ ] T003 Let codes expire in src/codes.py
""",
    check=check,
    dialects=frozenset({Dialect.SPECKIT}),
)
