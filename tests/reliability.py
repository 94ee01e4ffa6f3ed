"""What the tests have shown, in figures: `proved` counts, a run adds up and tells, `--reliability` writes the page.

A figure has a row in docs/reliability.md, written by hand, that says what was counted and what held each time. Only the
numbers are the run's.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

import pytest

PAGE = Path(__file__).resolve().parents[1] / "docs" / "reliability.md"
BEGIN, END = "<!-- figures: begin -->", "<!-- figures: end -->"
PROPERTY = "proved"
_CELLS = re.compile(r"^\| ([^|]+) \| ([\d,]+) \| ([^|]+) \| `([^|`]+)` \|$")

Proved = Callable[[str, int], None]
FIGURES = pytest.StashKey[Counter[str]]()


class Row(NamedTuple):
    """A figure of the page. `shown`: its number as written there, 0 until a run comes to it; `test`: who shows it."""

    subject: str
    shown: str
    held: str
    test: str

    def line(self) -> str:
        return f"| {self.subject} | {self.shown} | {self.held} | `{self.test}` |"


def rows(page: str) -> list[Row]:
    """The figures of the page."""
    table = page.partition(BEGIN)[2].partition(END)[0]
    return [Row(*found.groups()) for line in table.splitlines() if (found := _CELLS.match(line))]


def filled(page: str, figures: Mapping[str, int]) -> str:
    """The page with these numbers; those of subjects that this run did not reach stay."""
    for row in rows(page):
        if row.subject in figures:
            page = page.replace(row.line(), row._replace(shown=f"{figures[row.subject]:,}").line())
    return page


@pytest.fixture
def proved(request: pytest.FixtureRequest) -> Proved:
    """`proved(subject, count)`: so much of this has been shown. Counts of a subject add up over tests and workers."""

    def count(subject: str, number: int) -> None:
        known = {row.subject for row in rows(PAGE.read_text(encoding="utf-8"))}
        assert subject in known, f"{subject!r} wants a row in {PAGE.name} that says what is counted; its number: 0"
        request.node.user_properties.append((PROPERTY, (subject, number)))

    return count


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--reliability", action="store_true", help=f"write what this run shows into docs/{PAGE.name}")


def pytest_configure(config: pytest.Config) -> None:
    config.stash[FIGURES] = Counter()
    config.pluginmanager.register(_Tally(config))


class _Tally:
    """Hears every test's report, those of other workers too. What a failed test counted has not been shown."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" and report.passed:
            counted = [value for name, value in report.user_properties if name == PROPERTY]
            for subject, number in counted:
                self.config.stash[FIGURES][subject] += number


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, exitstatus: int, config: pytest.Config) -> None:
    if hasattr(config, "workerinput"):
        return  # a process of many, which has heard of its own tests alone
    figures = config.stash[FIGURES]
    if figures:
        terminalreporter.section("shown")
        for subject, number in sorted(figures.items()):
            terminalreporter.line(f"{number:>9,}  {subject}")
    if not config.getoption("--reliability"):
        return
    if exitstatus:  # also of a run that was broken off
        terminalreporter.line(f"{PAGE.name} is as it was: not everything has passed")
    else:
        PAGE.write_text(filled(PAGE.read_text(encoding="utf-8"), figures), encoding="utf-8")
