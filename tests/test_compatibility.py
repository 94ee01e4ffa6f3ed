"""The page of gits says what the suite runs on, and what this project uses of each."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

from every_git import BEGIN, END, KINDS, PAGE, TOPICS, filled, matrix, without_figures

TESTS = Path(__file__).parent


def test_the_page_is_what_a_run_would_write_but_for_figures() -> None:
    table = PAGE.read_text(encoding="utf-8").partition(f"{BEGIN}\n")[2].partition(f"\n{END}")[0]
    lines = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()[2:]]
    versions = {"-".join(line[1:4]): line[0] for line in lines}
    assert set(versions) == set(KINDS)
    assert without_figures(table) == without_figures(matrix(versions, Counter()))


def test_every_topic_has_tests_and_no_other_has() -> None:
    marked = [re.findall(r"mark\.compat\(\"(\w+)\"\)", path.read_text()) for path in TESTS.rglob("test_*.py")]
    assert {topic for topics in marked for topic in topics} == set(TOPICS)


def test_a_run_writes_the_kinds_that_passed_whole() -> None:
    versions = dict.fromkeys(KINDS, "2.47.3")
    before = matrix(versions, Counter())
    whole = {("sid-files-sha1", topic): 7 for topic in TOPICS}
    part = {("sid-reftable-sha1", "landing"): 7}
    after = filled(before, {**versions, "sid-files-sha1": "2.55.0"}, Counter(whole | part))
    changed = set(after.splitlines()) - set(before.splitlines())
    assert [line.split(" | ")[:4] for line in changed] == [["| 2.55.0", "sid", "files", "sha1"]]
    assert "7 passed | " * len(TOPICS) in changed.pop()
