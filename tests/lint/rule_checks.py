"""Running one rule over a text: where it finds something and what it says, and what its fixes make of the text."""

from __future__ import annotations

import json
import re
from typing import Any

from ralph_hooks.lint.model import Problem, Rule, Settings, Surroundings
from ralph_hooks.lint.rules import RULES
from ralph_hooks.tasklist.model import Dialect, TaskList
from ralph_hooks.tasklist.parse import parse

BY_CODE = {rule.code: rule for rule in RULES}


def problems(
    code: str,
    text: str,
    dialect: Dialect | None = None,
    settings: Settings = Settings(),  # noqa: B008 - frozen
    surroundings: Surroundings = Surroundings(),  # noqa: B008 - frozen
) -> list[Problem]:
    """What the rule finds; nothing in a list of a dialect that it is not for, as in the engine."""
    listed = parse(text, dialect)
    return list(of_list(BY_CODE[code], listed, settings, surroundings))


def of_list(rule: Rule, listed: TaskList, settings: Settings, surroundings: Surroundings) -> list[Problem]:
    return list(rule.check(listed, settings, surroundings)) if listed.dialect in rule.dialects else []


def found(code: str, text: str, dialect: Dialect | None = None, **given: Any) -> list[tuple[int, int, str]]:
    """Line and column, from 1, and the marked text."""
    listed = []
    for problem in problems(code, text, dialect, **given):
        line = text.count("\n", 0, problem.span.start) + 1
        column = problem.span.start - (text.rfind("\n", 0, problem.span.start) + 1) + 1
        listed.append((line, column, text[problem.span.start : problem.span.end]))
    return listed


def messages(code: str, text: str, dialect: Dialect | None = None, **given: Any) -> list[str]:
    return [problem.message for problem in problems(code, text, dialect, **given)]


def fixed(code: str, text: str, dialect: Dialect | None = None) -> str:
    """The text with the first fix applied, again and again, until there is none."""
    for _ in range(20):
        fixes = [problem.fix for problem in problems(code, text, dialect) if problem.fix]
        if not fixes:
            return text
        for edit in sorted(fixes[0].edits, key=lambda edit: (edit.span.start, edit.span.end), reverse=True):
            text = text[: edit.span.start] + edit.text + text[edit.span.end :]
    raise AssertionError(f"{code} goes on fixing")


def safe(code: str, text: str, dialect: Dialect | None = None) -> bool:
    return all(problem.fix.unsafe is None for problem in problems(code, text, dialect) if problem.fix)


def beside(example: str) -> tuple[str, Surroundings]:
    """An example of a rule about what lies beside a list: the list, and what its last line says about the rest."""
    state = re.search(r"^\.ralph-state\.json: (.*)\n", example, re.MULTILINE)
    git = re.search(r"^git ls-files: (.*)\n", example, re.MULTILINE)
    text = example.replace(state[0] if state else "", "").replace(git[0] if git else "", "")
    return text, Surroundings(
        state=json.loads(state[1]) if state else None, committed=frozenset(git[1].split()) if git else None
    )
