"""RH012: a marker that Markdown makes a link of."""

from __future__ import annotations

from collections.abc import Iterator

from ralph_hooks.lint.model import Edit, Fix, Problem, Rule, Settings, Severity, Surroundings
from ralph_hooks.patterns import pattern
from ralph_hooks.tasklist.model import Span, TaskList

_LABEL = r"(?P<label>\[(?:P|VERIFY|SEQUENTIAL|RED|GREEN|YELLOW|US[0-9]+)\])"
_DEFINITION = pattern(rf"[ ]{{0,3}}{_LABEL}:[ \t]*\S")
_LINK = pattern(rf"[*_`~]{{0,5}}{_LABEL}(?=\()")


def check(task_list: TaskList, settings: Settings, surroundings: Surroundings) -> Iterator[Problem]:  # noqa: ARG001
    for number, line in enumerate(task_list.lines):
        match = None if "]:" not in line.text or task_list.opaque[number] else _DEFINITION.match(line.text)
        if match:
            span = Span(line.start + match.start("label"), line.start + match.end("label"))
            yield Problem(
                span, f"this makes a link of every `{match['label']}` of the list; give the link another label"
            )
    for task in task_list.tasks:
        match = _LINK.match(task_list.text, task.title_span.start, task.title_span.end)
        if match:
            fix = Fix((Edit(Span(match.end(), match.end()), " "),), "it may be meant as a link")
            message = f"`{match['label']}(` is a link and no marker; put a space between them"
            yield Problem(Span(match.start("label"), match.end("label")), message, fix, task.index)


RULE = Rule(
    code="RH012",
    name="marker-link",
    severity=Severity.WARNING,
    summary="A marker is a link to Markdown",
    why="""\
With a link definition `[P]: …` somewhere in the text, every `[P]` is shown as a link; `[P](…)` is one always. Readers
no longer see a marker, and tools that read the rendered text do not either.
""",
    bad="""\
- [ ] 1.1 [P] Make codes
  - **Do**: Make them

[P]: https://example.org/priorities
""",
    good="""\
- [ ] 1.1 [P] Make codes
  - **Do**: Make them

[priorities]: https://example.org/priorities
""",
    check=check,
)
