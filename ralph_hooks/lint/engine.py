"""One text, the rules that hold for it, and what they find: in order, placed, without what the text suppresses."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ralph_hooks.lint.model import Finding, Problem, Rule, Settings, Surroundings
from ralph_hooks.lint.places import Places
from ralph_hooks.lint.suppress import UNUSED, Suppressions, unused
from ralph_hooks.tasklist.model import Dialect, TaskList
from ralph_hooks.tasklist.parse import parse


def lint(
    text: str,
    surroundings: Surroundings,
    settings: Settings,
    dialect: Dialect | None,
    rules: Sequence[Rule],
    known: Sequence[Rule] | None = None,
) -> tuple[Finding, ...]:
    """What `rules` find in `text`, ordered by place and code. Rules of other dialects are passed over.

    `known`: all rules there are, so that a suppression of one that is switched off here is not called unknown.
    """
    listed = parse(text, dialect, has_state=surroundings.state is not None)
    places = Places(listed.lines)
    suppressions = Suppressions.of(text, places)
    kept = [
        _finding(rule, problem, listed, places, surroundings.path)
        for rule in rules
        if listed.dialect in rule.dialects
        for problem in rule.check(listed, settings, surroundings)
        if not suppressions.hide(rule, _lines(problem, listed, places))
    ]
    kept += _unused(suppressions, listed, places, rules, rules if known is None else known, surroundings.path)
    return tuple(sorted(kept, key=order))


def order(finding: Finding) -> tuple[object, ...]:
    """Findings are shown in this order, whatever the order of the rules."""
    places = (finding.line, finding.column, finding.code, finding.end_line, finding.end_column)
    return (finding.path, *places, finding.message)


def _lines(problem: Problem, listed: TaskList, places: Places) -> frozenset[int]:
    """The lines where a comment can hide it: its own, and that of the task that it is about."""
    own = places.place(problem.span.start)[0]
    return frozenset({own} if problem.task is None else {own, listed.tasks[problem.task].line})


def _finding(rule: Rule, problem: Problem, listed: TaskList, places: Places, path: str) -> Finding:
    line, column = places.place(problem.span.start)
    end_line, end_column = places.place(max(problem.span.end, problem.span.start))
    task = None if problem.task is None else listed.tasks[problem.task].id
    return Finding(
        path,
        line,
        column,
        end_line,
        end_column,
        rule.code,
        rule.name,
        rule.severity,
        problem.message,
        task,
        problem.fix,
    )


def _unused(
    suppressions: Suppressions,
    listed: TaskList,
    places: Places,
    rules: Sequence[Rule],
    known: Sequence[Rule],
    path: str,
) -> Iterator[Finding]:
    rule = next((rule for rule in rules if rule.code == UNUSED), None)
    for line, problem in unused(suppressions, rules, known) if rule else ():
        if rule and not suppressions.hide(rule, frozenset({line})):
            yield _finding(rule, problem, listed, places, path)
