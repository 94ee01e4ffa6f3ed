"""RH009: a number of tasks that is not theirs."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ralph_hooks.lint.model import Edit, Fix, Problem, Rule, Settings, Severity, Surroundings
from ralph_hooks.patterns import pattern
from ralph_hooks.spec.numbering import Handler, total
from ralph_hooks.tasklist.model import Span, TaskList

_STATED = pattern(
    r"[ ]?(?:[-*|>][ \t]+)?[*_]{0,3}total[ _](?:number of )?tasks?(?: count)?[*_]{0,3}[ \t]*[:=|][*_ \t]{0,9}"
    r"(?P<number>[0-9]{1,6})(?![\w.])",
    re.IGNORECASE,
)


def check(task_list: TaskList, settings: Settings, surroundings: Surroundings) -> Iterator[Problem]:  # noqa: ARG001
    if "total" not in task_list.text.casefold():
        return
    count = len(task_list.tasks)
    right = {count, *(total(task_list.text, handler) for handler in Handler)}
    for number, line in enumerate(task_list.lines):
        match = None if task_list.opaque[number] or not count else _STATED.match(line.text)
        if match and int(match["number"]) not in right:
            span = Span(line.start + match.start("number"), line.start + match.end("number"))
            fix = Fix((Edit(span, str(count)),), "the number may count something else")
            yield Problem(span, f"the list has {count} tasks and says {match['number']}; correct the number", fix)


RULE = Rule(
    code="RH009",
    name="stated-total",
    severity=Severity.WARNING,
    summary="The number of tasks that the list states is wrong",
    why="""\
A coordinator that believes "Total tasks: 12" ends too early or waits for tasks that are not there.
""",
    bad="""\
# Tasks

Total tasks: 3

- [ ] T001 Make codes in src/codes.py
- [ ] T002 Count visits in src/visits.py
""",
    good="""\
# Tasks

Total tasks: 2

- [ ] T001 Make codes in src/codes.py
- [ ] T002 Count visits in src/visits.py
""",
    check=check,
)
