"""RH304: a declared path that leaves the repository."""

from __future__ import annotations

from collections.abc import Iterator

from ralph_hooks.lint.model import Problem, Rule, Settings, Severity, Surroundings
from ralph_hooks.lint.spans import path_span, quoted
from ralph_hooks.patterns import pattern
from ralph_hooks.tasklist.model import Dialect, TaskList
from ralph_hooks.tasklist.overlap import footprint

_ABSOLUTE = pattern(r"[/~\\]|[A-Za-z]:[/\\]")


def check(task_list: TaskList, settings: Settings, surroundings: Surroundings) -> Iterator[Problem]:  # noqa: ARG001
    for task in task_list.tasks:
        for path in () if task.done else task.files:
            if _ABSOLUTE.match(path) or any(one.split("/")[0] == ".." for one in footprint([path])):
                message = f"{quoted(path)} lies outside of the worktree; write it relative to the top of the repository"
                yield Problem(path_span(task_list, task, path), message, task=task.index)


RULE = Rule(
    code="RH304",
    name="outside-path",
    severity=Severity.WARNING,
    summary="A declared path lies outside of the repository",
    why="""\
An executor works in a worktree of its own. An absolute path leads into another checkout, the main one for example,
where its change is neither committed nor landed.
""",
    bad="""\
- [ ] 1.1 Make codes
  - **Files**: `/srv/shortlink/src/codes.py`
""",
    good="""\
- [ ] 1.1 Make codes
  - **Files**: `src/codes.py`
""",
    check=check,
    dialects=frozenset({Dialect.RALPH, Dialect.PLAIN}),
)
