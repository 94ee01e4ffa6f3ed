"""RH204: a task that needs what another of its group makes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ralph_hooks.lint.model import Problem, Rule, Settings, Severity, Surroundings
from ralph_hooks.lint.side_by_side import groups
from ralph_hooks.lint.spans import fields, find, named, quoted
from ralph_hooks.patterns import pattern
from ralph_hooks.tasklist.declared import files, named_files
from ralph_hooks.tasklist.model import Dialect, Span, Task, TaskList
from ralph_hooks.tasklist.overlap import footprint

_NEW = pattern(r"\(?\b(?:new|create|created|creates)\b", re.IGNORECASE)
_CREATES = pattern(r"(?:create|scaffold)\b", re.IGNORECASE)
_LEFT_ALONE = pattern(r"\b(?:do not|don't|never|without|not|unlike|no need|avoid)\b", re.IGNORECASE)


def check(task_list: TaskList, settings: Settings, surroundings: Surroundings) -> Iterator[Problem]:  # noqa: ARG001
    for group in groups(task_list):
        made: dict[str, Task] = {}
        for task in group:
            if task.done:
                continue
            own = set(footprint(task.files))
            for path, span in _used(task_list, task) if made else ():
                maker = None if path in own else made.get(path)
                if maker:
                    message = (
                        f"{quoted(task.name)} uses {quoted(path)}, which {named(maker)} creates beside it; "
                        "let it run after that task"
                    )
                    yield Problem(span, message, task=task.index)
            for path in _created(task):
                made.setdefault(path, task)


def _used(task_list: TaskList, task: Task) -> Iterator[tuple[str, Span]]:
    """The paths that the Do of a task names, but for those that a line tells to leave alone."""
    told: set[str] = set()
    for field in fields(task, "Do"):
        for line in field.text.split("\n"):
            for path in () if _LEFT_ALONE.search(line) else named_files(line):
                normal = footprint([path])[0]
                if normal not in told:
                    told.add(normal)
                    yield normal, find(task_list, field.span, path)


def _created(task: Task) -> Iterator[str]:
    """The paths of which the Files field says that they are new, and all of a task whose title says so."""
    for field in fields(task, "Files"):
        for part in re.split(r"[,\n]", field.text):
            if _NEW.search(part) or _CREATES.match(task.title):
                yield from footprint(files(part))


RULE = Rule(
    code="RH204",
    name="uses-created-file",
    severity=Severity.WARNING,
    summary="A task uses a file that another one of its group creates",
    why="""\
Side by side, each task works from the same tree: what one of them creates is not there for the other.
""",
    bad="""\
- [ ] 1.1 [P] Make codes
  - **Files**: `src/codes.py` (new)
- [ ] 1.2 [P] Count visits
  - **Do**: Call `make` from `src/codes.py`
  - **Files**: `src/visits.py`
""",
    good="""\
- [ ] 1.1 Make codes
  - **Files**: `src/codes.py` (new)
- [ ] 1.2 Count visits
  - **Do**: Call `make` from `src/codes.py`
  - **Files**: `src/visits.py`
""",
    check=check,
    dialects=frozenset({Dialect.RALPH, Dialect.PLAIN}),
)
