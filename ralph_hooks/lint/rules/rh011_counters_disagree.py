"""RH011: boxes that are counted and are no tasks, and tasks that are not counted."""

from __future__ import annotations

from collections.abc import Iterator

from ralph_hooks.lint.model import Problem, Rule, Settings, Severity, Surroundings
from ralph_hooks.lint.spans import line_span
from ralph_hooks.spec.numbering import Handler, counts, total
from ralph_hooks.tasklist.model import Dialect, TaskList


def check(task_list: TaskList, settings: Settings, surroundings: Surroundings) -> Iterator[Problem]:  # noqa: ARG001
    tasks = {task.line: task for task in task_list.tasks}
    extra: list[int] = []
    unseen: list[int] = []
    for number, line in enumerate(task_list.lines, start=1):
        if "[" not in line.text:
            continue
        counted = [counts(line.text, handler) for handler in Handler]
        if number not in tasks and any(counted):
            extra.append(number)
        elif number in tasks and not all(counted) and tasks[number].state != "X":  # which has its own rule
            unseen.append(number)
    if extra or unseen:
        first = min(extra + unseen)
        yield Problem(line_span(task_list, first), _message(task_list, extra, unseen))


def _message(task_list: TaskList, extra: list[int], unseen: list[int]) -> str:
    watcher, handler = (total(task_list.text, one) for one in (Handler.READS, Handler.INCREMENTS))
    parts = [f"of {len(task_list.tasks)} tasks stop-watcher.sh counts {watcher}, stop-handler.sh {handler}"]
    if extra:
        parts.append(f"{_lines(extra)} no task but counted: write it without a box, or with `*`")
    if unseen:
        parts.append(f"{_lines(unseen)} a task but not counted by both: begin it with `- [ ]`")
    return "; ".join(parts)


def _lines(numbers: list[int]) -> str:
    more = f" and {len(numbers) - 1} more" if len(numbers) > 1 else ""
    return f"line {numbers[0]}{more} {'are' if more else 'is'}"


RULE = Rule(
    code="RH011",
    name="counters-disagree",
    severity=Severity.WARNING,
    summary="The stop-handlers count other boxes than there are tasks",
    why="""\
stop-handler.sh counts every line that begins with `- [ ]` or `- [x]`, however far it is indented; stop-watcher.sh
those at the beginning of a line. Both look into fences and comments. Where that is not the number of tasks, their
`taskIndex` means another task than yours, and an open box that is no task keeps the loop from ever ending.
""",
    bad="""\
- [ ] 1.1 Write the report
  - **Do**: Write it like this

```markdown
- [ ] a box in the report
```

- [ ] 1.2 Send it
""",
    good="""\
- [ ] 1.1 Write the report
  - **Do**: Write it like this

```markdown
* [ ] a box in the report
```

- [ ] 1.2 Send it
""",
    check=check,
    dialects=frozenset({Dialect.RALPH}),
)
