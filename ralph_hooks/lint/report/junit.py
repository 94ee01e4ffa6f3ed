"""JUnit XML, which build servers show as test results: a suite per list, a failed case per finding."""

from __future__ import annotations

from html import escape

from ralph_hooks.errors import printable
from ralph_hooks.lint.model import Finding
from ralph_hooks.lint.report.model import Report


def junit(report: Report) -> str:
    """Findings below `fail_on` are cases that pass and say something, so that the colour is that of the exit code."""
    paths = dict.fromkeys([*report.paths, *(finding.path for finding in report.findings)])
    suites = [_suite(path, [one for one in report.findings if one.path == path], report) for path in paths]
    failures = sum(report.fails(finding) for finding in report.findings)
    tests = sum(max(1, sum(one.path == path for one in report.findings)) for path in paths)
    head = f'<testsuites name="ralph-hooks" tests="{tests}" failures="{failures}" errors="0">'
    return "\n".join(['<?xml version="1.0" encoding="UTF-8"?>', head, *suites, "</testsuites>"])


def _suite(path: str, findings: list[Finding], report: Report) -> str:
    failures = sum(report.fails(finding) for finding in findings)
    cases = [_case(finding, report) for finding in findings]
    if not findings:
        cases = [f'    <testcase classname="{_quoted(path)}" name="lint"/>']
    head = f'  <testsuite name="{_quoted(path)}" tests="{len(cases)}" failures="{failures}" errors="0">'
    return "\n".join([head, *cases, "  </testsuite>"])


def _case(finding: Finding, report: Report) -> str:
    name = f"{finding.code} {finding.name} ({finding.line}:{finding.column})"
    place = f"{finding.path}:{finding.line}:{finding.column}"
    said = _quoted(f"{place}: {finding.severity.value}: {finding.message} ({report.link(finding.code)})")
    tag = "failure" if report.fails(finding) else "system-out"
    message = f' message="{_quoted(finding.message)}" type="{finding.severity.value}"' if tag == "failure" else ""
    return (
        f'    <testcase classname="{_quoted(finding.path)}" name="{_quoted(name)}">\n'
        f"      <{tag}{message}>{said}</{tag}>\n    </testcase>"
    )


def _quoted(text: str) -> str:
    # XML 1.0 has no way to write most control characters, escaped or not.
    return escape(printable(text, limit=10_000).replace("\ufffe", "\ufffd").replace("\uffff", "\ufffd"))
