"""What is said after a landing, and what must not be said by accident."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stop_handlers import CONTRADICTIONS

from ralph_hooks.spec import verdict


@pytest.mark.parametrize(
    ("landed", "parked", "failed", "signal"),
    [
        (["a"], [], [], "BATCH_COMPLETE"),
        (["a", "b"], [], [], "BATCH_COMPLETE"),
        (["a"], ["b"], [], None),
        (["a"], [], ["b"], None),
        ([], ["b"], [], None),
        ([], [], [], None),
    ],
)
def test_the_batch_is_complete_when_everything_landed(
    landed: list[str], parked: list[str], failed: list[str], signal: str | None
) -> None:
    assert verdict.signal(landed, parked, failed) == signal


def test_a_full_landing_ends_with_both_signals_on_lines_of_their_own() -> None:
    report = ["landed 1.1 Explain TASK_COMPLETE", "landed 1.2 Skip the verification"]
    assert verdict.lines(report, full=True) == [
        "landed 1.1 Explain TASK_COMPLETE",
        "landed 1.2 [S]kip the verification",
        "TASK_COMPLETE",
        "BATCH_COMPLETE",
    ]


def test_an_empty_report_adds_no_line() -> None:
    assert verdict.lines([], full=True) == ["TASK_COMPLETE", "BATCH_COMPLETE"]
    assert verdict.lines([], full=False) == []


def test_a_partial_landing_says_neither() -> None:
    assert verdict.lines(["landed 1.1 Explain TASK_COMPLETE", "parked 1.2"], full=False) == [
        "landed 1.1 Explain TASK[_]COMPLETE",
        "parked 1.2",
    ]


@pytest.mark.parametrize(
    ("text", "hushed"),
    [
        ("TASK_COMPLETE", "TASK[_]COMPLETE"),
        ("docs/BATCH_COMPLETE.md", "docs/BATCH[_]COMPLETE.md"),
        ("ALL_TASKS_COMPLETE", "ALL[_]TASKS[_]COMPLETE"),
        ("no TASK_COMPLETE, not even TASK_COMPLETED", "no TASK[_]COMPLETE, not even TASK[_]COMPLETED"),
        ("skip verification", "skip verification"),
        ("task_complete", "task_complete"),
    ],
)
def test_no_signal_is_left_after_a_partial_landing(text: str, hushed: str) -> None:
    assert verdict.hush(text, full=False) == hushed


@pytest.mark.parametrize(
    ("text", "hushed"),
    [
        ("TASK_COMPLETE and BATCH_COMPLETE", "TASK_COMPLETE and BATCH_COMPLETE"),
        ("ALL_TASKS_COMPLETE", "ALL[_]TASKS[_]COMPLETE"),
        ("Manual testing required", "Manual [t]esting required"),
        ("requires manual work", "requires [m]anual work"),
        ("cannot be automated", "cannot [b]e automated"),
        ("manual verification needed", "manual [v]erification needed"),
        ("needs user interaction", "needs [u]ser interaction"),
        ("MANUAL ACTION REQUIRED", "MANUAL [A]CTION REQUIRED"),
        ("could not complete", "could not [c]omplete"),
        ("unable to complete", "unable to [c]omplete"),
        ("skipping verification", "[s]kipping verification"),
        ("skip a, skip b, then verification", "[s]kip a, [s]kip b, then verification"),
        ("verification, then skip", "verification, then skip"),
        ("requires manual testing required", "requires [m]anual [t]esting required"),
    ],
)
def test_no_contradiction_is_left_after_a_full_landing(text: str, hushed: str) -> None:
    assert verdict.hush(text, full=True) == hushed


@pytest.mark.parametrize("text", ["requires\nmanual", "skip a\nb verification", "manual  testing\n required"])
def test_lines_that_a_coordinator_may_join_are_broken_too(text: str) -> None:
    assert not CONTRADICTIONS.search(" ".join(verdict.hush(text, full=True).split()))


words = st.sampled_from(
    [
        *(
            "TASK",
            "ALL_TASKS",
            "BATCH",
            "_COMPLETE",
            "manual",
            "testing",
            "requires",
            "required",
            "cannot",
            "be automated",
        ),
        *(
            "verification",
            "needed",
            "needs",
            "user interaction",
            "action",
            "could not",
            "unable to",
            "complete",
            "Skip",
        ),
        *("skipping", "[", "]", "_", "\n"),
    ]
)
joined = st.lists(words | st.sampled_from([" ", ""]), max_size=14).map("".join)
texts = joined | st.lists(words, max_size=9).map(" ".join)


@given(texts)
def test_a_partial_text_never_holds_a_signal(text: str) -> None:
    hushed = verdict.hush(text, full=False)
    assert not any(word in hushed for word in ("TASK_COMPLETE", "BATCH_COMPLETE", "ALL_TASKS_COMPLETE"))


@given(texts)
def test_a_full_text_never_contradicts_itself(text: str) -> None:
    hushed = verdict.hush(text, full=True)
    assert "ALL_TASKS_COMPLETE" not in hushed
    assert not any(CONTRADICTIONS.search(line) for line in hushed.split("\n"))


@given(texts, st.booleans())
def test_only_brackets_are_added(text: str, full: bool) -> None:
    assert verdict.hush(text, full=full).replace("[", "").replace("]", "") == text.replace("[", "").replace("]", "")
