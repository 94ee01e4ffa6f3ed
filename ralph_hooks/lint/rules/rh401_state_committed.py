"""RH401: a state file that git has."""

from __future__ import annotations

from collections.abc import Iterator

from ralph_hooks.lint.model import Problem, Rule, Settings, Severity, Surroundings
from ralph_hooks.tasklist.model import Span, TaskList

STATE = ".ralph-state.json"


def check(task_list: TaskList, settings: Settings, surroundings: Surroundings) -> Iterator[Problem]:  # noqa: ARG001
    if STATE in (surroundings.committed or ()):
        yield Problem(
            Span(0, 0), f"{STATE} beside this list is in git; take it out with `git rm --cached` and ignore it"
        )


RULE = Rule(
    code="RH401",
    name="state-committed",
    severity=Severity.ERROR,
    summary="The state file is committed",
    why="""\
`.ralph-state.json` says where one loop stands on one machine. Committed, it comes along into every worktree and every
clone, and a checkout takes a running loop back to another task. `git rm --cached` it and add it to `.gitignore`.
""",
    bad="""\
- [ ] 1.1 Make codes
  - **Do**: Make them

git ls-files: .ralph-state.json tasks.md
""",
    good="""\
- [ ] 1.1 Make codes
  - **Do**: Make them

git ls-files: tasks.md
""",
    check=check,
)
