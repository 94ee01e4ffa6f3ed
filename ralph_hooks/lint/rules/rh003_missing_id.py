"""RH003: a box among tasks that has no id."""

from __future__ import annotations

from collections.abc import Iterator

from ralph_hooks.lint.model import Problem, Rule, Settings, Severity, Surroundings
from ralph_hooks.lint.spans import line_span, section_of
from ralph_hooks.patterns import pattern
from ralph_hooks.tasklist.model import Dialect, TaskList

_TEMPLATE = pattern(r"[*_`]*T(?:XXX|NNN|###)\b")  # an id that the template left open


def check(task_list: TaskList, settings: Settings, surroundings: Surroundings) -> Iterator[Problem]:  # noqa: ARG001
    first: dict[int, int] = {}
    last: dict[int, int] = {}
    for task in task_list.tasks:
        section = section_of(task_list, task.line)
        first.setdefault(section, task.line)
        last[section] = task.line
    for item in task_list.checks:
        if not item.top:
            continue
        template = _TEMPLATE.match(item.title) is not None
        section = section_of(task_list, item.line)
        # Criteria, and the boxes of a pull request's text, stand above or below the tasks of their section.
        if template or first.get(section, item.line) < item.line < last.get(section, 0):
            message = "this box has no id, so it is no task and nothing will run it; give it one, or take the box away"
            yield Problem(line_span(task_list, item.line), message)


RULE = Rule(
    code="RH003",
    name="missing-id",
    severity=Severity.WARNING,
    summary="A box among tasks has no id",
    why="""\
In these lists a task is a box with an id. One without is a note: it is neither planned nor run, while the tasks
around it are.
""",
    bad="""\
- [ ] T001 Make codes in src/codes.py
- [ ] Count visits in src/visits.py
- [ ] T002 Let links expire in src/links.py
""",
    good="""\
- [ ] T001 Make codes in src/codes.py
- [ ] T002 Count visits in src/visits.py
- [ ] T003 Let links expire in src/links.py
""",
    check=check,
    dialects=frozenset({Dialect.RALPH, Dialect.SPECKIT}),
)
