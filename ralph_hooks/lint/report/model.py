"""What every format is made from."""

from __future__ import annotations

from collections.abc import Mapping

from ralph_hooks.lint.model import Finding, Rule, Severity
from ralph_hooks.lint.places import Places
from ralph_hooks.records import NamedTuple

URL = "docs/rules/{code}.md"
_ORDER = (Severity.INFO, Severity.WARNING, Severity.ERROR)


class Report(NamedTuple):
    """The findings of one run. `paths`: all lists that were looked at; `places`: the lines of those with findings."""

    findings: tuple[Finding, ...]
    paths: tuple[str, ...]
    places: Mapping[str, Places]
    rules: tuple[Rule, ...]
    fixed: int = 0
    fail_on: Severity = Severity.ERROR
    url: str = URL

    def link(self, code: str) -> str:
        """Where the page of a rule is."""
        return self.url.replace("{code}", code)

    def fails(self, finding: Finding) -> bool:
        """Whether a finding is bad enough for exit code 1."""
        return at_least(finding.severity, self.fail_on)


def at_least(severity: Severity, other: Severity) -> bool:
    return _ORDER.index(severity) >= _ORDER.index(other)
