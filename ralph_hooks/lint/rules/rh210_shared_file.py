"""RH210: a parallel task on a file that everything depends on."""

from __future__ import annotations

from collections.abc import Iterator

from ralph_hooks.lint.model import Problem, Rule, Settings, Severity, Surroundings
from ralph_hooks.lint.side_by_side import groups
from ralph_hooks.lint.spans import path_span, quoted
from ralph_hooks.tasklist.model import Dialect, Task, TaskList
from ralph_hooks.tasklist.overlap import footprint, is_glob, matches


def check(task_list: TaskList, settings: Settings, surroundings: Surroundings) -> Iterator[Problem]:  # noqa: ARG001
    globs = [one for one in settings.shared_files if is_glob(one)]
    names = frozenset(settings.shared_files).difference(globs)
    for task in _parallel(task_list):
        for path in task.files:
            (normal, *_) = footprint([path])
            last = normal.rpartition("/")[2]
            if names & {normal, last} or any(matches(normal if "/" in one else last, one) for one in globs):
                message = f"{quoted(path)} is everybody's, and {quoted(task.name)} runs beside others; let it run alone"
                yield Problem(path_span(task_list, task, path), message, task=task.index)


def _parallel(task_list: TaskList) -> Iterator[Task]:
    """The open tasks that run beside others; in spec-kit all with [P], which holds for a phase there."""
    if task_list.dialect is Dialect.SPECKIT:
        yield from (task for task in task_list.tasks if task.parallel and not task.done)
    else:
        yield from (task for group in groups(task_list) for task in group if not task.done)


RULE = Rule(
    code="RH210",
    name="shared-file",
    severity=Severity.WARNING,
    summary="A parallel task changes a file that all tasks share",
    why="""\
Manifests, lock files and compiler settings are changed by many tasks, also by those that do not say so: whatever adds
a dependency writes to them. A task that declares one runs alone.
""",
    bad="""\
- [ ] 1.1 [P] Make codes
  - **Files**: `src/codes.py`
- [ ] 1.2 [P] Count visits
  - **Files**: `src/visits.py`, `package.json`
""",
    good="""\
- [ ] 1.1 [P] Make codes
  - **Files**: `src/codes.py`
- [ ] 1.2 Count visits
  - **Files**: `src/visits.py`, `package.json`
""",
    check=check,
    configure="`shared_files`: names of files, or paths, with `*` for anything.",
)
