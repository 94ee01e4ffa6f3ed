"""RH004: ids that do not ascend."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from ralph_hooks.lint.model import Problem, Rule, Settings, Severity, Surroundings
from ralph_hooks.lint.spans import head_span, named, quoted
from ralph_hooks.patterns import pattern
from ralph_hooks.tasklist.model import Dialect, Task, TaskList

_NUMBERED = pattern(r"T?[0-9]{1,9}[A-Za-z]?(?:\.[0-9]{1,9}[a-z]?)*(?:-\w+)?", re.ASCII)
_PART = pattern(r"([0-9]+)([A-Za-z]?)")


def check(task_list: TaskList, settings: Settings, surroundings: Surroundings) -> Iterator[Problem]:  # noqa: ARG001
    numbered = [task for task in task_list.tasks if task.id and _NUMBERED.fullmatch(task.id)]
    for one, other in pairwise(numbered):
        if _key(other) < _key(one):
            message = (
                f"{quoted(other.name)} comes after {named(one)} and runs after it; number them in the order of the file"
            )
            yield Problem(head_span(task_list, other), message, task=other.index)


def _key(task: Task) -> tuple[tuple[int, str], ...]:
    return tuple((int(match[1]), match[2]) for match in _PART.finditer(task.id or ""))


RULE = Rule(
    code="RH004",
    name="id-order",
    severity=Severity.INFO,
    summary="Ids are not in ascending order",
    why="""\
Tasks run in the order of the file, not of their ids. Ids that go up and down make people read another order than the
one that is run.
""",
    bad="""\
- [ ] T002 Count visits in src/visits.py
- [ ] T001 Make codes in src/codes.py
""",
    good="""\
- [ ] T001 Make codes in src/codes.py
- [ ] T002 Count visits in src/visits.py
""",
    check=check,
    dialects=frozenset({Dialect.RALPH, Dialect.SPECKIT}),
)
