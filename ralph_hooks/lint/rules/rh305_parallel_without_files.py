"""RH305: a [P] task that does not say what it changes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ralph_hooks.lint.model import Problem, Rule, Settings, Severity, Surroundings
from ralph_hooks.lint.side_by_side import groups
from ralph_hooks.lint.spans import fields, head_span, quoted
from ralph_hooks.patterns import pattern
from ralph_hooks.tasklist.model import Dialect, TaskList

_NONE = pattern(r"[(*_`]*(?:none|n/?a|nothing)\b", re.IGNORECASE)


def check(task_list: TaskList, settings: Settings, surroundings: Surroundings) -> Iterator[Problem]:  # noqa: ARG001
    for group in groups(task_list):
        for task in group:
            if task.done or task.files or any(_says_none(field.text) for field in fields(task, "Files")):
                continue
            message = f"{quoted(task.name)} runs beside others and does not say which files it changes; name them"
            yield Problem(head_span(task_list, task), message, task=task.index)


def _says_none(text: str) -> bool:
    return _NONE.match(text.strip()) is not None


RULE = Rule(
    code="RH305",
    name="parallel-without-files",
    severity=Severity.WARNING,
    summary="A parallel task declares no files",
    why="""\
Whether two tasks may run side by side is seen from their files. Of a task that names none nobody can tell, this
linter included.
""",
    bad="""\
- [ ] 1.1 [P] Make codes
  - **Files**: `src/codes.py`
- [ ] 1.2 [P] Count visits
  - **Do**: Count them
""",
    good="""\
- [ ] 1.1 [P] Make codes
  - **Files**: `src/codes.py`
- [ ] 1.2 [P] Count visits
  - **Files**: `src/visits.py`
""",
    check=check,
    dialects=frozenset({Dialect.RALPH, Dialect.SPECKIT}),
)
