"""RH001: a line that its author takes for a task and that Markdown does not."""

from __future__ import annotations

from collections.abc import Iterator

from ralph_hooks.lint.model import Edit, Fix, Problem, Rule, Settings, Severity, Surroundings
from ralph_hooks.lint.spans import line_span
from ralph_hooks.patterns import pattern
from ralph_hooks.tasklist.grammar import head
from ralph_hooks.tasklist.model import Span, TaskList

# A box with a space too few, or with one too many in its brackets.
_ALMOST = pattern(r"[ ]{0,3}(?P<box>(?P<bullet>[-*+])[ \t]*\[(?P<state>[ ]{0,2}[xX]?[ ]{0,2})\][ \t]*)(?P<rest>.*)")


def check(task_list: TaskList, settings: Settings, surroundings: Surroundings) -> Iterator[Problem]:  # noqa: ARG001
    boxes = {task.line for task in task_list.tasks} | {item.line for item in task_list.checks}
    for number, line in enumerate(task_list.lines, start=1):
        match = None if number in boxes or task_list.opaque[number - 1] else _ALMOST.match(line.text)
        if not match or not head(match["rest"], task_list.dialect).ids:
            continue
        box = Span(line.start + match.start("box"), line.start + match.end("box"))
        mended = f"{match['bullet']} [{match['state'].strip() or ' '}] "
        yield Problem(
            line_span(task_list, number),
            f"this is text and no task: nothing will run it; write it as `{mended}…`",
            Fix((Edit(box, mended),), "the list gets a task that it did not have"),
        )


RULE = Rule(
    code="RH001",
    name="not-a-task",
    severity=Severity.ERROR,
    summary="A line looks like a task but is none",
    why="""\
Without its spaces a checkbox is text: no plan has the task, and nothing ever runs it. Some stop-handlers count the
line all the same, so that the loop waits for a task that nobody is going to do.
""",
    bad="""\
- [ ] 1.1 Make codes
  - **Do**: Make them
- [ ]1.2 Count visits
""",
    good="""\
- [ ] 1.1 Make codes
  - **Do**: Make them
- [ ] 1.2 Count visits
""",
    check=check,
)
