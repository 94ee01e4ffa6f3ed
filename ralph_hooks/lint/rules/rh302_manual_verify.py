"""RH302: a Verify that no machine can run."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ralph_hooks.lint.model import Problem, Rule, Settings, Severity, Surroundings
from ralph_hooks.lint.spans import fields, quoted
from ralph_hooks.patterns import pattern
from ralph_hooks.tasklist.model import Dialect, Span, TaskList

_MANUAL = pattern(
    r"(?<![\w-])(?:manual(?:ly)?|visual(?:ly)?|eyeball|by hand|ask (?:the )?user|human review)(?![\w-])", re.IGNORECASE
)
_NEGATION = pattern(
    r"(?:\b(?:no|not|never|without|non|avoid|instead of|rather than|replaces?|zero|nothing)|n't)\b[^.;]{0,30}\Z",
    re.IGNORECASE,
)


def check(task_list: TaskList, settings: Settings, surroundings: Surroundings) -> Iterator[Problem]:  # noqa: ARG001
    for task in task_list.tasks:
        for field in () if task.done else fields(task, "Verify"):
            text = task_list.text[field.span.start : field.span.end]
            match = next((match for match in _MANUAL.finditer(text) if not _negated(text, match)), None)
            if match:
                span = Span(field.span.start + match.start(), field.span.start + match.end())
                message = f'no machine can do this: "{quoted(match[0])}"; give a command whose exit code tells'
                yield Problem(span, message, task=task.index)


def _negated(text: str, match: re.Match[str]) -> bool:
    """Whether it is said that nothing manual is needed, or the words are part of a command or of a file name."""
    before = text[max(0, match.start() - 40) : match.start()].rpartition("\n")[2]
    quoted_code = text.count("`", 0, match.start()) % 2 == 1
    return quoted_code or _NEGATION.search(before) is not None


RULE = Rule(
    code="RH302",
    name="manual-verify",
    severity=Severity.WARNING,
    summary="A Verify field asks for a person",
    why="""\
Nobody is watching the loop. What has to be looked at is not checked, or the executor says that it could not be done,
which the stop-handler takes for a failure.
""",
    bad="""\
- [ ] 1.1 Make codes
  - **Do**: Make them
  - **Verify**: Check visually that the codes look right
""",
    good="""\
- [ ] 1.1 Make codes
  - **Do**: Make them
  - **Verify**: `pytest tests/test_codes.py`
""",
    check=check,
    dialects=frozenset({Dialect.RALPH}),
)
