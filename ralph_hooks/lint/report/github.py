"""Workflow commands that GitHub Actions turns into annotations of a pull request."""

from __future__ import annotations

from ralph_hooks.lint.model import Finding, Severity
from ralph_hooks.lint.report.model import Report

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def github(report: Report) -> str:
    """A command a line; nothing for no findings."""
    return "\n".join(_command(finding, report) for finding in report.findings)


def _command(finding: Finding, report: Report) -> str:
    places: dict[str, object] = {"file": finding.path, "line": finding.line, "endLine": finding.end_line}
    if finding.line == finding.end_line:  # columns of an annotation over several lines are refused
        places |= {"col": finding.column, "endColumn": finding.end_column}
    places["title"] = f"{finding.code} {finding.name}"
    properties = ",".join(f"{name}={_property(str(value))}" for name, value in places.items())
    message = f"{finding.path}:{finding.line}:{finding.column}: {finding.message} ({report.link(finding.code)})"
    return f"::{_COMMANDS[finding.severity]} {properties}::{_data(message)}"


def _data(value: str) -> str:
    return value.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(value: str) -> str:
    return _data(value).replace(":", "%3A").replace(",", "%2C")
