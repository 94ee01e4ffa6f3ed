"""RH005: a marker that nobody reads because of its spelling."""

from __future__ import annotations

from collections.abc import Iterator

from ralph_hooks.lint.model import Edit, Fix, Problem, Rule, Settings, Severity, Surroundings
from ralph_hooks.lint.spans import quoted
from ralph_hooks.patterns import pattern
from ralph_hooks.tasklist.model import Dialect, Span, Task, TaskList

_COLOURS = frozenset({"RED", "GREEN", "YELLOW"})
_KNOWN = frozenset({"P", "VERIFY", "SEQUENTIAL"}) | _COLOURS
_HEADING_P = "PARALLEL"  # marks headings
_SHORT = frozenset({"P", "RED"})  # `[READ]` is no `[RED]`
_WORD_END = pattern(r"[\s:/]")
_LEADING = pattern(r"[*_`~]{0,5}(?P<tag>\[[^\[\]\n]{1,40}\])(?![(\[])[*_`~]{0,5}[ \t]*")


def check(task_list: TaskList, settings: Settings, surroundings: Surroundings) -> Iterator[Problem]:  # noqa: ARG001
    known = _KNOWN if task_list.dialect is not Dialect.SPECKIT else _KNOWN - _COLOURS
    meant: dict[str, str | None] = {}  # a list has few different tags
    for task in task_list.tasks:
        for span in (*task.marker_spans, *_leading(task_list, task)):
            inner = task_list.text[span.start + 1 : span.end - 1]
            if task_list.text[span.start] != "[":
                continue
            if inner not in meant:
                meant[inner] = _meant(inner, known)
            right = meant[inner]
            if right is not None and right != inner:
                unsafe = _unsafe(inner, right)
                fix = Fix((Edit(span, f"[{right}]"),), unsafe)
                yield Problem(span, f"`[{quoted(inner)}]` has no meaning; write `[{right}]`", fix, task.index)


def _leading(task_list: TaskList, task: Task) -> Iterator[Span]:
    """The brackets that the title begins with: tags in lower case are none to the parser."""
    match = _LEADING.match(task_list.text, task.title_span.start, task.title_span.end)
    while match:
        yield Span(match.start("tag"), match.end("tag"))
        match = _LEADING.match(task_list.text, match.end(), task.title_span.end)


def _meant(inner: str, known: frozenset[str]) -> str | None:
    word = _WORD_END.split(inner.strip(), maxsplit=1)[0]
    rest, upper = inner.strip()[len(word) :], word.upper()
    known |= {_HEADING_P}
    name = upper if upper in known else _nearest(upper, known - _SHORT)
    return ("P" if name == _HEADING_P else name) + rest if name else None


def _nearest(word: str, known: frozenset[str]) -> str:
    import difflib  # noqa: PLC0415 - most lists have no tag that needs it, and it takes 8 ms

    return next(iter(difflib.get_close_matches(word, sorted(known), n=1, cutoff=0.8)), "")


def _unsafe(inner: str, right: str) -> str | None:
    if inner.split() == right.split():
        return None  # only the white space in the brackets
    return "the task would run beside others" if right == "P" else "it may be a tag of your own"


RULE = Rule(
    code="RH005",
    name="misspelt-marker",
    severity=Severity.WARNING,
    summary="A marker is misspelt",
    why="""\
`[PARALEL]`, `[p]` and `[Verify]` are tags without a meaning to whoever reads the list, so a task runs alone that was
meant to run beside others, or beside others although it was a checkpoint. Tags of your own are left alone; only near
misses are reported.
""",
    bad="""\
- [ ] 1.1 [VERFY] Run the tests
  - **Do**: Run them
""",
    good="""\
- [ ] 1.1 [VERIFY] Run the tests
  - **Do**: Run them
""",
    check=check,
)
