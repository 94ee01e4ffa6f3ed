"""The pages of `docs/rules/`, from the rules themselves."""

from __future__ import annotations

from ralph_hooks.lint.model import Rule
from ralph_hooks.lint.rules import RULES
from ralph_hooks.tasklist.model import Dialect

_FAMILIES = {
    "RH0": "Structure",
    "RH1": "Markers",
    "RH2": "Conflicts",
    "RH3": "Fields",
    "RH4": "State",
    "RH9": "The linter itself",
}


def page(rule: Rule) -> str:
    """The page of one rule."""
    facts = [f"**{rule.severity}**", _dialects(rule), "on by default" if rule.default else "off until it is selected"]
    parts = [f"# {rule.code}: {rule.name}", f"{rule.summary}.", "; ".join(facts) + ".", rule.why.strip()]
    parts += ["## Bad", _fence(rule.bad), "## Good", _fence(rule.good)]
    if rule.configure:
        parts += ["## Settings", rule.configure]
    ignore = f"`<!-- ralph-hooks: ignore[{rule.code}] why -->` behind a line, or on the line above it, hides it there."
    return "\n\n".join([*parts, ignore, "[All rules](README.md)"]) + "\n"


def index() -> str:
    """The page that lists them all."""
    lines = ["# Rules", "", "Made from the rules: `python tests/rule_pages.py` writes them."]
    for family, title in _FAMILIES.items():
        lines += ["", f"## {title}", "", "| code | name | severity | |", "|---|---|---|---|"]
        lines += [_row(rule) for rule in RULES if rule.code.startswith(family)]
    return "\n".join(lines) + "\n"


def pages() -> dict[str, str]:
    """File name → content, of all that `docs/rules/` holds."""
    return {"README.md": index(), **{f"{rule.code}.md": page(rule) for rule in RULES}}


def _row(rule: Rule) -> str:
    off = "" if rule.default else " (off by default)"
    return f"| [{rule.code}]({rule.code}.md) | {rule.name} | {rule.severity} | {rule.summary}{off} |"


def _dialects(rule: Rule) -> str:
    if rule.dialects == frozenset(Dialect):
        return "lists of every dialect"
    return " and ".join(dialect for dialect in Dialect if dialect in rule.dialects) + " lists"


def _fence(text: str) -> str:
    # An example may hold a fence of its own.
    mark = "````" if "```" in text else "```"
    return f"{mark}markdown\n{text.rstrip()}\n{mark}"
