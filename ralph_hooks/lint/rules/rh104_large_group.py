"""RH104: a group with more members than a coordinator is shown."""

from __future__ import annotations

from collections.abc import Iterator

from ralph_hooks.lint.model import Problem, Rule, Settings, Severity, Surroundings
from ralph_hooks.lint.side_by_side import declared_groups
from ralph_hooks.lint.spans import head_span, named
from ralph_hooks.tasklist.model import Dialect, TaskList


def check(task_list: TaskList, settings: Settings, surroundings: Surroundings) -> Iterator[Problem]:  # noqa: ARG001
    for group in declared_groups(task_list):
        members = [task for task in group if not task.done]
        if len(members) > settings.max_group:
            first, beyond = members[0], members[settings.max_group]
            message = (
                f"the group of {named(first)} has {len(members)} open tasks, more than {settings.max_group}; "
                "put a checkpoint or a heading before this one"
            )
            yield Problem(head_span(task_list, beyond), message, task=beyond.index)


RULE = Rule(
    code="RH104",
    name="large-group",
    severity=Severity.WARNING,
    summary="A parallel group is too large",
    why="""\
ralph-specum allows five tasks in a group, and its stop-watcher shows a coordinator no more. The rest is left behind:
a second group made of it, with a heading or a checkpoint between them, is not.
""",
    bad="""\
- [ ] 1.1 [P] Part 1
  - **Files**: `src/part1.py`
- [ ] 1.2 [P] Part 2
  - **Files**: `src/part2.py`
- [ ] 1.3 [P] Part 3
  - **Files**: `src/part3.py`
- [ ] 1.4 [P] Part 4
  - **Files**: `src/part4.py`
- [ ] 1.5 [P] Part 5
  - **Files**: `src/part5.py`
- [ ] 1.6 [P] Part 6
  - **Files**: `src/part6.py`
""",
    good="""\
- [ ] 1.1 [P] Part 1
  - **Files**: `src/part1.py`
- [ ] 1.2 [P] Part 2
  - **Files**: `src/part2.py`
- [ ] 1.3 [P] Part 3
  - **Files**: `src/part3.py`
- [ ] 1.4 [P] Part 4
  - **Files**: `src/part4.py`
- [ ] 1.5 [P] Part 5
  - **Files**: `src/part5.py`
- [ ] 1.6 [VERIFY] Run the tests
- [ ] 1.7 Part 6
  - **Files**: `src/part6.py`
""",
    check=check,
    dialects=frozenset({Dialect.RALPH}),
    configure="`max_group`: how many members a group may have (default: 5).",
)
