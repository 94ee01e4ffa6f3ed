"""SARIF 2.1.0, which code scanners and editors read. Lines and columns are 1-based, the end column exclusive."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from ralph_hooks import __version__
from ralph_hooks.errors import printable
from ralph_hooks.lint.baseline import key
from ralph_hooks.lint.model import Finding, Rule, Severity
from ralph_hooks.lint.report.model import Report

_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}


def sarif(report: Report) -> dict[str, Any]:
    """One run with the rules that were used and the findings."""
    driver = {
        "name": "ralph-hooks",
        "version": __version__,
        "rules": [_rule(rule, report) for rule in report.rules],
    }
    positions = {rule.code: at for at, rule in enumerate(report.rules)}
    results = [_result(finding, positions, report) for finding in report.findings]
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return {"version": "2.1.0", "runs": [run]}


def _rule(rule: Rule, report: Report) -> dict[str, Any]:
    url = report.link(rule.code)
    return {
        "id": rule.code,
        "name": rule.name,
        "shortDescription": {"text": rule.summary},
        "fullDescription": {"text": rule.why},
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        **({"helpUri": url} if "://" in url else {"help": {"text": f"See {url}"}}),
    }


def _result(finding: Finding, positions: dict[str, int], report: Report) -> dict[str, Any]:
    places = report.places.get(finding.path)
    line = places.text(finding.line) if places else ""
    region = {
        "startLine": finding.line,
        "startColumn": finding.column,
        "endLine": finding.end_line,
        "endColumn": finding.end_column,
    }
    location = {"artifactLocation": {"uri": _uri(finding.path)}, "region": region}
    return {
        "ruleId": finding.code,
        **({"ruleIndex": positions[finding.code]} if finding.code in positions else {}),
        "level": _LEVELS[finding.severity],
        "message": {"text": printable(finding.message)},
        "locations": [{"physicalLocation": location}],
        # Lets a scanner know a finding again when lines have moved.
        "partialFingerprints": {"ralphHooks/v1": " ".join(key(finding.path, finding, line))},
    }


def _uri(path: str) -> str:
    return quote(path.encode("utf-8", "surrogateescape"), safe="/")
