"""What lint newly finds about markers and groups in a list that an executor commits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from ralph_hooks.integrations.git_hooks.checks.commit import Found
from ralph_hooks.lint.engine import lint
from ralph_hooks.lint.model import Finding, Rule, Settings, Severity, Surroundings
from ralph_hooks.lint.rules import RULES
from ralph_hooks.lint.selection import select
from ralph_hooks.tasklist.model import Dialect

_RULES = ("RH005", "RH006", "RH007", "RH008", "RH012", "RH1")
_SEVERITIES = tuple(Severity)  # the gravest first


def new_findings(path: str, texts: tuple[str, str], dialect: Dialect, ignored: Sequence[str], fail_on: str) -> Found:
    """Compare the list before and after. `ignored` and `fail_on` are those of the configuration."""
    rules = select(RULES, _RULES, ignored)
    before, after = (_found(path, text, dialect, rules) for text in texts)
    known = Counter(_key(finding) for finding in before)
    new = [finding for finding in after if (known.subtract([_key(finding)]) or known[_key(finding)] < 0)]
    grave = _SEVERITIES[: _SEVERITIES.index(Severity(fail_on)) + 1]
    said = [(finding.severity in grave, _line(finding)) for finding in new]
    return Found(tuple(line for bad, line in said if bad), tuple(line for bad, line in said if not bad))


def _found(path: str, text: str, dialect: Dialect, rules: Sequence[Rule]) -> tuple[Finding, ...]:
    return lint(text, Surroundings(path), Settings(), dialect, rules, RULES)


def _key(finding: Finding) -> tuple[str, str | None, str]:
    return finding.code, finding.task, finding.message


def _line(finding: Finding) -> str:
    return f"{finding.path}:{finding.line}: {finding.code} {finding.name}: {finding.message}"
