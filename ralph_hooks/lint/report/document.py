"""The JSON shapes: findings, and counts of them."""

from __future__ import annotations

from collections import Counter
from typing import Any

from ralph_hooks.lint.report.model import Report

VERSION = 1


def document(report: Report) -> dict[str, Any]:
    """Every finding, 1-based. Keys may be added, none is going to be renamed or dropped."""
    findings = [
        {
            "path": finding.path,
            "line": finding.line,
            "column": finding.column,
            "end_line": finding.end_line,
            "end_column": finding.end_column,
            "code": finding.code,
            "name": finding.name,
            "severity": finding.severity.value,
            "message": finding.message,
            "fixable": finding.fixable,
            "url": report.link(finding.code),
        }
        for finding in report.findings
    ]
    return {"version": VERSION, "findings": findings}


def statistics(report: Report) -> dict[str, Any]:
    """How many findings each rule has, most first."""
    counts = Counter((one.code, one.name, one.severity.value) for one in report.findings)
    fixable = Counter(one.code for one in report.findings if one.fixable)
    rows = [
        {
            "count": count,
            "code": code,
            "name": name,
            "severity": severity,
            "fixable": fixable[code],
            "url": report.link(code),
        }
        for (code, name, severity), count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    ]
    return {"version": VERSION, "statistics": rows}


def table(report: Report) -> str:
    """`statistics` as lines."""
    rows = statistics(report)["statistics"]
    width = max((len(str(row["count"])) for row in rows), default=1)
    return "\n".join(
        f"{row['count']:{width}}  {row['code']}  {row['severity']:7}  {row['name']}"
        + (f"  ({row['fixable']} fixable)" if row["fixable"] else "")
        for row in rows
    )
