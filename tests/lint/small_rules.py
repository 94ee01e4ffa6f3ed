"""Rules that are simple enough to see what the engine makes of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from ralph_hooks.lint.engine import lint
from ralph_hooks.lint.model import Edit, Finding, Fix, Problem, Rule, Settings, Severity, Surroundings
from ralph_hooks.tasklist.model import Dialect, Span, TaskList


def words(word: str, becomes: str | None = None, unsafe: str | None = None) -> Callable[..., Iterator[Problem]]:
    """A check that finds a word, in tasks and elsewhere, and may replace it."""

    def check(listed: TaskList, _settings: Settings, _surroundings: Surroundings) -> Iterator[Problem]:
        for match in re.finditer(word, listed.text):
            span = Span(match.start(), match.end())
            owner = next((task for task in listed.tasks if task.span.start <= span.start < task.span.end), None)
            fix = None if becomes is None else Fix((Edit(span, becomes),), unsafe)
            yield Problem(span, f"says {match[0]!r}", fix, None if owner is None else owner.index)

    return check


def rule(
    code: str,
    name: str,
    check: Callable[..., Iterator[Problem]],
    severity: Severity = Severity.ERROR,
    *,
    default: bool = True,
    dialects: frozenset[Dialect] = frozenset(Dialect),
) -> Rule:
    return Rule(code, name, severity, "One line.", "Why so.", "bad\n", "good\n", check, dialects, default)


TODO = rule("RH981", "todo", words("TODO", "DONE"))
FIXME = rule("RH982", "fixme", words("FIXME", "", "nobody knows what it means"), Severity.WARNING)
HACK = rule("RH983", "hack", words("HACK"), Severity.INFO, default=False)
RALPH = rule("RH984", "ralph-alone", words("loop"), dialects=frozenset({Dialect.RALPH}))
UNUSED = rule("RH901", "unused-suppression", words("(?!)"), Severity.WARNING)
UNREADABLE = rule("RH902", "undecodable-file", words("(?!)"))
SMALL = (TODO, FIXME, HACK, RALPH, UNUSED, UNREADABLE)


def found(text: str, *rules: Rule, dialect: Dialect | None = None) -> tuple[Finding, ...]:
    return lint(text, Surroundings(), Settings(), dialect, rules or SMALL, SMALL)


def places(text: str, *rules: Rule, dialect: Dialect | None = None) -> list[str]:
    """`line:column code` of each finding."""
    return [f"{one.line}:{one.column} {one.code}" for one in found(text, *rules, dialect=dialect)]
