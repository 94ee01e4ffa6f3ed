"""Explain a rule of the linter: why it is there, a list that breaks it, the same list mended.

Without CODE all rules are listed.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import Any

from ralph_hooks.commands.printing import add_format, as_json, put, put_json
from ralph_hooks.lint.model import Rule
from ralph_hooks.lint.rules import RULES
from ralph_hooks.lint.selection import find
from ralph_hooks.tasklist.model import Dialect

EXAMPLE = "ralph-hooks rule RH201"


def arguments(parser: ArgumentParser) -> None:
    parser.add_argument("code", nargs="?", metavar="CODE", help="the code or the name of a rule")
    add_format(parser)


def run(args: Namespace) -> int:
    if args.code is None:
        _all(args)
        return 0
    rule = find(args.code, RULES)
    if as_json(args):
        put_json(_document(rule))
    else:
        put(_page(rule))
    return 0


def _all(args: Namespace) -> None:
    if as_json(args):
        put_json({"rules": [_document(rule) for rule in RULES]})
        return
    width = max((len(rule.name) for rule in RULES), default=0)
    for rule in RULES:
        off = "" if rule.default else "  (off unless selected)"
        put(f"{rule.code}  {rule.severity.value:7}  {rule.name:{width}}  {rule.summary}{off}")


def _document(rule: Rule) -> dict[str, Any]:
    return {
        "code": rule.code,
        "name": rule.name,
        "severity": rule.severity.value,
        "dialects": [dialect.value for dialect in Dialect if dialect in rule.dialects],
        "default": rule.default,
        "summary": rule.summary,
        "why": rule.why,
        "bad": rule.bad,
        "good": rule.good,
        "configure": rule.configure,
    }


def _page(rule: Rule) -> str:
    dialects = "" if rule.dialects == frozenset(Dialect) else f", {' and '.join(sorted(rule.dialects))} lists"
    default = "" if rule.default else ", off unless selected"
    parts = [
        f"{rule.code} {rule.name} ({rule.severity.value}{dialects}{default})",
        rule.summary,
        rule.why.strip(),
        f"Bad:\n\n{_indented(rule.bad)}",
        f"Good:\n\n{_indented(rule.good)}",
    ]
    if rule.configure:
        parts.append(rule.configure.strip())
    parts.append(f"Where it is meant so, on the line above: <!-- ralph-hooks: ignore[{rule.code}] reason -->")
    return "\n\n".join(parts)


def _indented(text: str) -> str:
    return "\n".join(f"    {line}".rstrip() for line in text.strip("\n").split("\n"))
