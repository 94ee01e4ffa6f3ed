"""RH105: a closing that closes nothing."""

from __future__ import annotations

from collections.abc import Iterator

from ralph_hooks.lint.model import Problem, Rule, Settings, Severity, Surroundings
from ralph_hooks.lint.spans import line_span
from ralph_hooks.tasklist.model import TaskList


def check(task_list: TaskList, settings: Settings, surroundings: Surroundings) -> Iterator[Problem]:  # noqa: ARG001
    for line in task_list.stray_closings:
        span = line_span(task_list, line)
        mark = "[/SEQUENTIAL]" if "/SEQUENTIAL" in task_list.text[span.start : span.end] else "[/PARALLEL]"
        opening = mark.replace("/", "")
        yield Problem(span, f"`{mark}` closes nothing; put a heading `{opening} name` above the tasks, or take it away")


RULE = Rule(
    code="RH105",
    name="stray-closing",
    severity=Severity.ERROR,
    summary="A [/PARALLEL] closes nothing",
    why="""\
Without its opening, or with a misspelt one, the tasks above are no block: they run one after another, or as their own
markers say.
""",
    bad="""\
- [ ] Make codes

### [/PARALLEL]
""",
    good="""\
### [PARALLEL] Parts

- [ ] Make codes
- [ ] Count visits

### [/PARALLEL]
""",
    check=check,
)
