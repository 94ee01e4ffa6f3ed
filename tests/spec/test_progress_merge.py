"""Three-way merges of progress logs."""

from __future__ import annotations

import pytest

from ralph_hooks.spec.progress_merge import merge_logs

BASE = """\
# Progress

## Completed Tasks
- [x] 1.1 One

## Learnings
- Known before
"""


def appended(*entries: str, learned: str = "", text: str = BASE) -> str:
    done = "".join(f"- [x] {entry}\n" for entry in entries)
    return text.replace("- [x] 1.1 One\n", "- [x] 1.1 One\n" + done) + learned


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_both_sides_append_and_the_tasks_stand_in_order(end: str) -> None:
    ours, theirs = appended("1.10 Ten", learned="- From ten\n"), appended("1.2 Two", "1.9 Nine", learned="- From two\n")
    for first, second, learned in ((ours, theirs, ("ten", "two")), (theirs, ours, ("two", "ten"))):
        wanted = appended("1.2 Two", "1.9 Nine", "1.10 Ten", learned="".join(f"- From {which}\n" for which in learned))
        texts = (text.replace("\n", end) for text in (BASE, first, second))
        assert merge_logs(*texts) == wanted.replace("\n", end)


def test_what_both_say_is_said_once() -> None:
    assert merge_logs(BASE, appended("1.2 Two"), appended("1.2 Two", "1.3 Three")) == appended("1.2 Two", "1.3 Three")


def test_nothing_happens_where_one_side_did_nothing() -> None:
    changed = BASE.replace("Known", "Not known")
    assert merge_logs(BASE, changed, BASE) == merge_logs(BASE, BASE, changed) == changed


def test_more_than_additions_is_for_git_to_merge() -> None:
    assert merge_logs(BASE, BASE.replace("Known", "Not known"), appended("1.2 Two")) is None
    assert merge_logs(BASE, appended("1.2 Two"), BASE.replace("- Known before\n", "")) is None


def test_additions_that_no_log_takes_are_not_dropped() -> None:
    """`## Current Task` describes one task at a time: its lines are no items of a merged log."""
    momentary = BASE + "\n## Current Task\n1.2 Two\n"
    assert merge_logs(BASE, appended("1.3 Three"), momentary) is None
