"""RH903: a list that could be of either family."""

from __future__ import annotations

from collections.abc import Iterator

from ralph_hooks.lint.model import Problem, Rule, Settings, Severity, Surroundings
from ralph_hooks.lint.spans import line_span
from ralph_hooks.patterns import pattern
from ralph_hooks.tasklist.grammar import SPECKIT_ID, head
from ralph_hooks.tasklist.model import Dialect, TaskList

_SPECKIT = pattern(SPECKIT_ID)
_SHARE = 4  # from a quarter on it is no slip


def check(task_list: TaskList, settings: Settings, surroundings: Surroundings) -> Iterator[Problem]:  # noqa: ARG001
    speckit: list[int] = []
    others: list[int] = []
    for line, text in _texts(task_list):
        for name in head(text, Dialect.RALPH).ids[:1]:
            (speckit if _SPECKIT.fullmatch(name) else others).append(line)
    fewer = min(speckit, others, key=len)
    if len(fewer) * _SHARE >= len(speckit) + len(others) > 0:
        message = (
            f"{len(speckit)} ids are spec-kit's and {len(others)} are not, and this is read as {task_list.dialect}; "
            "say with `dialect` in the configuration what it is"
        )
        yield Problem(line_span(task_list, fewer[0]), message)


def _texts(task_list: TaskList) -> Iterator[tuple[int, str]]:
    """Line and text of each box at the top level. The titles of check items keep the ids that their dialect has not."""
    for task in task_list.tasks:
        yield task.line, task.id or task.title
    for item in task_list.checks:
        if item.top:
            yield item.line, item.title


RULE = Rule(
    code="RH903",
    name="unclear-dialect",
    severity=Severity.INFO,
    summary="The dialect of the list is unclear",
    why="""\
ralph-specum and spec-kit group tasks by different rules. A list with ids of both kinds is read as one of them, and
what that one does not know as a task is lost. Set `dialect` in the configuration, or keep the two in lists of their
own.
""",
    bad="""\
- [ ] T001 Make codes in src/codes.py
- [ ] T002 Count visits in src/visits.py
- [ ] T003 Let links expire in src/links.py
- [ ] 1.1 Write the manual
- [ ] 1.2 Draw the pictures
""",
    good="""\
- [ ] T001 Make codes in src/codes.py
- [ ] T002 Count visits in src/visits.py
- [ ] T003 Let links expire in src/links.py
- [ ] T004 Write the manual
- [ ] T005 Draw the pictures
""",
    check=check,
)
