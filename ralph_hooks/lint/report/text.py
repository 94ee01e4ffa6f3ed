"""For people: the place, the line with a caret, the rule and its page; at the end one line that sums it up."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterator

from ralph_hooks.errors import printable
from ralph_hooks.lint.model import Finding, Severity
from ralph_hooks.lint.report.model import Report

_COLOURS = {Severity.ERROR: "31", Severity.WARNING: "33", Severity.INFO: "36"}
_WIDTH = 120  # columns of a line that are shown


def text(report: Report, *, colour: bool, links: bool) -> str:
    """The findings with their lines, and the summary. `links`: the rule's code is a link, where its page has a URL."""
    shown = [_finding(finding, report, colour=colour, links=links) for finding in report.findings]
    return "\n".join([*shown, summary(report)])


def summary(report: Report) -> str:
    """One line: how many of what, in how many lists, and what can be fixed."""
    lists = _count(len(report.paths), "list")
    fixed = f"; {report.fixed} fixed" if report.fixed else ""
    if not report.findings:
        return f"{lists}, nothing found{fixed}"
    severities = Counter(finding.severity for finding in report.findings)
    counts = [_count(severities[severity], severity.value) for severity in Severity if severities[severity]]
    return f"{', '.join(counts)} in {lists}{fixed}{_fixable(report)}"


def _fixable(report: Report) -> str:
    safe = sum(finding.fix is not None and finding.fix.unsafe is None for finding in report.findings)
    unsafe = sum(finding.fixable for finding in report.findings) - safe
    ways = [(safe, "--fix"), (unsafe, "--fix --unsafe-fixes")]
    return "".join(f"; {number} can be fixed with {way}" for number, way in ways if number)


def _finding(finding: Finding, report: Report, *, colour: bool, links: bool) -> str:
    def painted(code: str, words: str) -> str:
        return f"\x1b[{code}m{words}\x1b[0m" if colour else words

    url = report.link(finding.code)
    code = painted("1", finding.code)
    if links and "://" in url:
        code = f"\x1b]8;;{url}\x1b\\{code}\x1b]8;;\x1b\\"
    place = painted("1", f"{printable(finding.path)}:{finding.line}:{finding.column}")
    severity = painted(_COLOURS[finding.severity], finding.severity.value)
    lines = [f"{place}: {severity} {code} {finding.name}: {printable(finding.message)}"]
    lines += _snippet(finding, report, painted(_COLOURS[finding.severity], "{}"))
    margin = " " * len(str(finding.line))
    if finding.fix:
        kind = f"unsafe fix, {finding.fix.unsafe}" if finding.fix.unsafe else "fix"
        lines.append(f"{margin} = {kind}: {_change(finding, report)}")
    return "\n".join([*lines, f"{margin} = {url}", ""])


def _snippet(finding: Finding, report: Report, caret: str) -> Iterator[str]:
    places = report.places.get(finding.path)
    if places is None or finding.line > len(places.lines):
        return
    source = places.text(finding.line)
    begin = finding.column - 1
    end = finding.end_column - 1 if finding.end_line == finding.line else len(source.rstrip())
    # A long line is shown from somewhat before the finding on.
    cut = max(0, begin - _WIDTH // 2) if len(source) > _WIDTH else 0
    shown = printable(source[cut : cut + _WIDTH])
    margin = " " * len(str(finding.line))
    under = _width(source[cut:begin])
    marks = "^" * max(_width(source[begin : min(end, cut + _WIDTH)]), 1)
    yield f"{margin} |"
    yield f"{finding.line} | {shown}".rstrip()
    yield f"{margin} | {' ' * under}{caret.format(marks)}"


def _width(piece: str) -> int:
    """Columns of a terminal: wide characters take two, combining ones none."""
    wide = sum(unicodedata.east_asian_width(char) in "WF" for char in piece)
    return len(piece) + wide - sum(unicodedata.combining(char) > 0 for char in piece)


def _change(finding: Finding, report: Report) -> str:
    edits = finding.fix.edits if finding.fix else ()
    if len(edits) != 1 or finding.path not in report.places:
        return f"{len(edits)} edits"
    edit = edits[0]
    line, column = report.places[finding.path].place(edit.span.start)
    old = report.places[finding.path].text(line)[column - 1 :][: edit.span.end - edit.span.start]
    new = edit.text.strip()
    if not old:
        return f"insert `{printable(new)}`"
    return f"`{printable(old, 60)}` becomes `{printable(new, 60)}`" if new else f"remove `{printable(old.strip(), 60)}`"


def _count(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 or word == "info" else f"{number} {word}s"
