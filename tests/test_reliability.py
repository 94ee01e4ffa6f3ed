"""The page of figures: every row is counted by its test, and what a run adds up is what the page gets."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import reliability
from reliability import BEGIN, END, PAGE, Row, filled, rows

ROOT = PAGE.parents[1]
A_PAGE = f"""| of another table | 1 | held | `tests/a.py` |
{BEGIN}
| what | how many | what held each time | by |
|---|---|---|---|
| kills | 0 | whole | `tests/a.py` |
| races | 1,200 | one won | `tests/b.py` |
{END}
"""
A_TEST = """
import pytest

@pytest.mark.parametrize("count", [1000, 2000])
def test_kills(proved, count):
    proved("kills", count)

def test_no_row(proved):
    with pytest.raises(AssertionError, match="wants a row"):
        proved("no such thing", 1)
"""
A_FAILURE = """
def test_races(proved):
    proved("races", 5)
    assert False
"""


def test_every_row_is_counted_by_the_test_that_it_names() -> None:
    figures = rows(PAGE.read_text(encoding="utf-8"))
    assert figures
    assert len({row.subject for row in figures}) == len(figures)
    for row in figures:
        text = (ROOT / row.test).read_text(encoding="utf-8")
        assert "proved(" in text, row
        assert re.search(rf"[\"']{re.escape(row.subject)}[\"']", text), row


def test_every_line_between_the_marks_is_a_figure() -> None:
    table = PAGE.read_text(encoding="utf-8").partition(BEGIN)[2].partition(END)[0].strip().splitlines()
    assert len(rows(PAGE.read_text(encoding="utf-8"))) == len(table) - len(["head", "rule"])


def test_numbers_are_filled_in_and_nothing_else() -> None:
    page = filled(A_PAGE, {"kills": 4321, "unheard of": 3})
    assert page == A_PAGE.replace("0 | whole", "4,321 | whole")
    assert rows(page)[0] == Row("kills", "4,321", "whole", "tests/a.py")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project that has our plugin, a page and a test."""
    for folder in ("docs", "tests"):
        (tmp_path / folder).mkdir()
    (tmp_path / "docs" / PAGE.name).write_text(A_PAGE, encoding="utf-8")
    shutil.copy(reliability.__file__, tmp_path / "tests")
    (tmp_path / "tests" / "test_a.py").write_text(A_TEST)
    return tmp_path


def run(project: Path, *options: str) -> str:
    own = ["-p", "reliability", "--rootdir", ".", "--basetemp", "scratch"]
    env = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    env |= {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONPATH": "tests"}
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", *own, *options, "tests"],
        cwd=project,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return ran.stdout


def test_a_run_adds_up_over_its_workers_and_fills_the_page(project: Path) -> None:
    told = run(project, "-p", "xdist", "-n", "2", "--reliability")
    assert "3 passed" in told
    assert "    3,000  kills\n" in told
    assert (project / "docs" / PAGE.name).read_text(encoding="utf-8") == A_PAGE.replace("0 | whole", "3,000 | whole")


@pytest.mark.parametrize("processes", [(), ("-p", "xdist", "-n", "2")], ids=["one process", "two"])
def test_what_failed_is_not_counted_and_nothing_is_written(project: Path, processes: tuple[str, ...]) -> None:
    """Nor by the process of the two in which all has passed."""
    (project / "tests" / "test_b.py").write_text(A_FAILURE)
    told = run(project, *processes, "--reliability")
    assert "1 failed, 3 passed" in told
    assert "3,000  kills\n" in told
    assert "races\n" not in told
    assert (project / "docs" / PAGE.name).read_text(encoding="utf-8") == A_PAGE
