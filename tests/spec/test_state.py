"""The hold, the verdict and the way back, as tables of documents."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ralph_hooks.spec import state
from ralph_hooks.spec.numbering import Handler
from ralph_hooks.spec.state import Change
from ralph_hooks.tasklist.model import Dialect, Span, Task, TaskList

INCREMENTS, READS = Handler.INCREMENTS, Handler.READS

BEFORE: dict[str, Any] = {
    "name": "demo",
    "phase": "execution",
    "taskIndex": 1,
    "totalTasks": 4,
    "taskIteration": 2,
    "awaitingApproval": False,
    "nativeTaskMap": {"0": "a"},
}


def listed(*boxes: str) -> TaskList:
    """A list whose lines are the boxes; a line that starts with `- [` and an id is a task."""
    text = "".join(f"{box}\n" for box in boxes)
    tasks = tuple(
        Task(
            index=index,
            id=box[6:9],
            aliases=(),
            title="T",
            markers=(),
            state=box[3],
            line=line,
            end_line=line,
            span=Span(0, 0),
            box=Span(0, 0),
            fields=(),
            files=(),
            depends=(),
            commit=None,
            section=None,
            phase=None,
            block=None,
        )
        for index, (line, box) in enumerate(
            [(line, box) for line, box in enumerate(boxes, 1) if box.startswith("- [") and len(box) > 8]
        )
    )
    return TaskList(text, Dialect.RALPH, tasks, (), (), (), ())


LANDED = listed("- [x] 1.1", "- [x] 1.2", "- [x] 1.3", "- [ ] 1.4")
PARTLY = listed("- [x] 1.1", "- [x] 1.2", "- [ ] 1.3", "- [ ] 1.4")
ALL = listed("- [x] 1.1", "- [x] 1.2", "- [x] 1.3", "- [x] 1.4")
NUMBERS = {1: 1, 2: 2}


def held(document: dict[str, Any] = BEFORE, batch: str = "b1") -> dict[str, Any]:
    return state.hold(document, batch=batch, numbers=NUMBERS)


def landing(
    document: dict[str, Any], handler: Handler, tasks: TaskList, errors: dict[int, str] | None = None, batch: str = "b1"
) -> Change:
    change = state.land(document, batch=batch, numbers=NUMBERS, errors=errors or {}, tasks=tasks, handler=handler)
    assert change is not None
    return change


# --- the hold


def test_hold_stops_the_handler_and_remembers() -> None:
    assert held() == BEFORE | {
        "awaitingApproval": True,
        "parallelGroup": {"startIndex": 1, "endIndex": 2, "taskIndices": [1, 2]},
        "taskResults": {"1": {"status": "pending"}, "2": {"status": "pending"}},
        "ralphHold": {
            "batch": "b1",
            "before": {
                "awaitingApproval": [False],
                "parallelGroup": [],
                "taskResults": [],
                "taskIndex": [1],
                "taskIteration": [2],
            },
        },
    }


def test_the_group_is_in_the_handlers_numbering_in_its_order() -> None:
    document = state.hold({}, batch="b1", numbers={5: 9, 4: 7, 6: 12})
    assert document["parallelGroup"] == {"startIndex": 7, "endIndex": 12, "taskIndices": [7, 9, 12]}


def test_results_of_an_earlier_batch_are_gone_while_one_is_open() -> None:
    assert set(held(BEFORE | {"taskResults": {"0": {"status": "success"}}})["taskResults"]) == {"1", "2"}


def test_holding_twice_is_holding_once() -> None:
    assert state.hold(held(), batch="b1", numbers={3: 3}) == held()


def test_a_hold_goes_over_to_other_tasks_and_remembers_the_same() -> None:
    wider = state.regroup(held(), batch="b1", numbers={1: 1, 2: 2, 7: 5})
    assert wider == held() | {
        "parallelGroup": {"startIndex": 1, "endIndex": 5, "taskIndices": [1, 2, 5]},
        "taskResults": {str(number): {"status": "pending"} for number in (1, 2, 5)},
    }
    assert state.release(wider, "b1") == BEFORE


@pytest.mark.parametrize("document", [BEFORE, held(batch="b2"), BEFORE | {"ralphHold": 3}])
def test_no_other_hold_goes_over(document: dict[str, Any]) -> None:
    assert state.regroup(document, batch="b1", numbers={3: 3}) is document


def test_a_hold_left_behind_is_taken_over_with_what_it_remembers() -> None:
    later = held(held(batch="b0"))
    assert later["ralphHold"]["batch"] == "b1"
    assert later["ralphHold"]["before"]["awaitingApproval"] == [False]
    assert state.release(later, "b1") == BEFORE


@pytest.mark.parametrize("damage", [True, [], {}, {"batch": 1}, {"before": 1}, {"before": {"awaitingApproval": 1}}])
def test_a_damaged_hold_does_not_keep_the_handler_waiting_for_ever(damage: Any) -> None:
    later = held(BEFORE | {"awaitingApproval": True, "ralphHold": damage})
    assert "awaitingApproval" not in state.release(later, "b1")


@pytest.mark.parametrize("before", [True, [], {}, {"awaitingApproval": True}])
def test_a_damaged_memory_is_taken_for_none(before: Any) -> None:
    document = held() | {"ralphHold": {"batch": "b1", "before": before}}
    assert "awaitingApproval" not in state.release(document, "b1")
    assert state.apply(document, landing(document, READS, LANDED))["taskIndex"] == 3


def test_who_holds() -> None:
    assert state.held_by(held()) == "b1"
    assert [state.held_by(document) for document in ({}, {"ralphHold": 1}, {"ralphHold": {"batch": 1}})] == [None] * 3


# --- the release


def test_release_is_as_before_in_the_same_order() -> None:
    document = BEFORE | {"parallelGroup": None, "taskResults": {"0": {"status": "failed"}}}
    assert list(state.release(held(document), "b1").items()) == list(document.items())


def test_release_leaves_what_the_hold_did_not_write() -> None:
    moved = held() | {"taskIndex": 7, "note": 1}
    assert state.release(moved, "b1") == BEFORE | {"taskIndex": 7, "note": 1}


@pytest.mark.parametrize("document", [BEFORE, held(batch="b2"), BEFORE | {"ralphHold": 3}])
def test_release_without_that_hold_changes_nothing(document: dict[str, Any]) -> None:
    assert state.release(document, "b1") is document


# --- the landing


@pytest.mark.parametrize(
    ("handler", "tasks", "errors", "index", "iteration"),
    [
        (READS, LANDED, {}, 3, 1),
        (READS, ALL, {}, 4, 1),
        (READS, PARTLY, {2: "conflict"}, 2, 3),
        (INCREMENTS, LANDED, {}, 2, 2),
        (INCREMENTS, ALL, {}, 3, 2),
        (INCREMENTS, PARTLY, {2: "conflict"}, 2, 2),
    ],
)
def test_where_each_generation_goes_on(
    handler: Handler, tasks: TaskList, errors: dict[int, str], index: int, iteration: int
) -> None:
    after = state.apply(held(), landing(held(), handler, tasks, errors))
    assert (after["taskIndex"], after["taskIteration"]) == (index, iteration)


def test_a_full_landing_leaves_the_results_and_lifts_the_hold() -> None:
    after = state.apply(held(), landing(held(), READS, LANDED))
    assert after == BEFORE | {
        "taskIndex": 3,
        "taskIteration": 1,
        "taskResults": {"1": {"status": "success"}, "2": {"status": "success"}},
    }


def test_a_failed_or_parked_task_is_failed_with_one_clean_line() -> None:
    change = landing(held(), READS, PARTLY, {2: "conflict in\na.py\x1b[31m"})
    assert change.after["taskResults"] == [
        {"1": {"status": "success"}, "2": {"status": "failed", "error": "conflict in a.py�[31m"}}
    ]


@pytest.mark.parametrize("failed", [1, 2])
def test_a_failure_shows_where_two_tasks_share_a_number(failed: int) -> None:
    document = state.hold(BEFORE, batch="b1", numbers={1: 1, 2: 1})
    change = state.land(document, batch="b1", numbers={1: 1, 2: 1}, errors={failed: "no"}, tasks=PARTLY, handler=READS)
    assert change is not None
    assert change.after["taskResults"] == [{"1": {"status": "failed", "error": "no"}}]


@pytest.mark.parametrize(("total", "index"), [(4, 4), (9, 9), (None, 3), ("9", 3), (True, 3)])
def test_after_the_last_task_the_index_is_the_total_the_handler_compares_with(total: Any, index: int) -> None:
    document = held({key: value for key, value in BEFORE.items() if key != "totalTasks"})
    if total is not None:
        document["totalTasks"] = total
    tasks = listed("- [x] 1.1", "- [X] 1.2", "- [x] 1.3", "- [x] 1.4")
    assert landing(document, READS, tasks).after["taskIndex"] == [index]


def test_total_tasks_is_never_written() -> None:
    assert "totalTasks" not in landing(held(), READS, ALL).after


@pytest.mark.parametrize(("handler", "index"), [(READS, 1), (INCREMENTS, 2)])
def test_the_index_counts_the_boxes_of_the_handler_in_use(handler: Handler, index: int) -> None:
    tasks = listed("- [x] 1.1", "  - [ ] nested", "- [X] 1.2", "- [ ] 1.3")
    assert landing(held(), handler, tasks, {2: "no"}).after["taskIndex"] == [index]


@pytest.mark.parametrize(("iteration", "expected"), [(2, 3), (None, 2), ("4", 2)])
def test_a_partial_landing_raises_the_iteration_by_one(iteration: Any, expected: int) -> None:
    document = held(BEFORE | {"taskIteration": iteration})
    assert landing(document, READS, PARTLY, {2: "no"}).after["taskIteration"] == [expected]


def test_the_incrementing_handler_counts_iterations_itself() -> None:
    assert "taskIteration" not in landing(held(), INCREMENTS, PARTLY, {2: "no"}).after


def test_approval_that_was_awaited_before_is_awaited_after() -> None:
    document = held(BEFORE | {"awaitingApproval": True})
    assert state.apply(document, landing(document, READS, LANDED))["awaitingApproval"] is True


def test_a_key_that_was_not_there_is_not_there_after() -> None:
    document = held({"taskIndex": 1})
    assert "awaitingApproval" not in state.apply(document, landing(document, READS, LANDED))


@pytest.mark.parametrize("document", [BEFORE, held(batch="b2")])
def test_without_its_hold_there_is_no_verdict(document: dict[str, Any]) -> None:
    verdict = state.land(document, batch="b1", numbers=NUMBERS, errors={}, tasks=LANDED, handler=READS)
    assert verdict is None


@pytest.mark.parametrize("document", [BEFORE, held(batch="b2"), BEFORE | {"taskIndex": 9}])
def test_a_verdict_is_not_written_once_the_hold_is_gone(document: dict[str, Any]) -> None:
    assert state.apply(document, landing(held(), READS, LANDED)) is document


def test_a_change_survives_the_journal() -> None:
    change = landing(held(), READS, PARTLY, {2: "no"})
    assert Change.from_json(json.loads(json.dumps(change.to_json()))) == change


# --- the way back


@pytest.mark.parametrize("handler", [INCREMENTS, READS])
def test_undo_is_as_before_the_start(handler: Handler) -> None:
    document = BEFORE | {"parallelGroup": {"startIndex": 0}, "taskResults": {"0": {"status": "success"}}}
    change = landing(held(document), handler, LANDED)
    assert state.revert(state.apply(held(document), change), change) == document


@pytest.mark.parametrize("key", ["taskIndex", "taskIteration", "taskResults", "awaitingApproval", "parallelGroup"])
def test_undo_leaves_a_key_that_somebody_changed_since(key: str) -> None:
    change = landing(held(), READS, LANDED)
    moved = state.apply(held(), change) | {key: "other"}
    assert state.revert(moved, change) == BEFORE | {key: "other"}


def test_undo_leaves_a_key_that_somebody_removed() -> None:
    change = landing(held(), READS, LANDED)
    moved = {key: value for key, value in state.apply(held(), change).items() if key != "taskResults"}
    assert "taskResults" not in state.revert(moved, change)
    assert "taskIndex" not in state.revert({}, change)


def test_undo_knows_a_value_that_was_rewritten_in_another_order() -> None:
    change = landing(held(), READS, LANDED)
    moved = state.apply(held(), change)
    moved["taskResults"] = dict(reversed(moved["taskResults"].items()))
    assert state.revert(moved, change) == BEFORE


def test_undo_does_not_take_a_number_for_a_boolean() -> None:
    document = held(BEFORE | {"awaitingApproval": True})
    change = landing(document, READS, LANDED)
    moved = state.apply(document, change) | {"awaitingApproval": 1}
    assert state.revert(moved, change)["awaitingApproval"] == 1
    assert type(state.revert(moved, change)["awaitingApproval"]) is int


# --- always

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=4,
)
ours = ["awaitingApproval", "parallelGroup", "taskResults", "taskIndex", "taskIteration", "totalTasks"]
documents = st.dictionaries(st.sampled_from(ours) | st.text(max_size=3), values, max_size=8)
handlers = st.sampled_from([INCREMENTS, READS])
lists = st.lists(st.sampled_from(["- [x] 1.1", "- [ ] 1.2", "  - [x] box", "- [X] 1.3", "prose"]), max_size=6)
errors = st.dictionaries(st.sampled_from([1, 2]), st.text(max_size=5))


@given(documents)
def test_hold_and_release_always_give_the_document_back(document: dict[str, Any]) -> None:
    released = state.release(held(document), "b1")
    assert list(released.items()) == list(document.items())


@given(documents, handlers, lists, errors)
def test_applying_twice_always_equals_applying_once(
    document: dict[str, Any], handler: Handler, boxes: list[str], errors: dict[int, str]
) -> None:
    change = landing(held(document), handler, listed(*boxes), errors)
    once = state.apply(held(document), change)
    assert state.apply(once, change) == once
    assert state.held_by(once) is None


@given(documents, handlers, lists, errors)
def test_other_fields_always_survive_in_their_order(
    document: dict[str, Any], handler: Handler, boxes: list[str], errors: dict[int, str]
) -> None:
    after = state.apply(held(document), landing(held(document), handler, listed(*boxes), errors))
    written = {*ours} - {"totalTasks"}
    assert [pair for pair in after.items() if pair[0] not in written] == [
        pair for pair in document.items() if pair[0] not in written
    ]


@given(documents, handlers, lists, errors)
def test_undo_always_gives_the_document_back(
    document: dict[str, Any], handler: Handler, boxes: list[str], errors: dict[int, str]
) -> None:
    change = landing(held(document), handler, listed(*boxes), errors)
    back = state.revert(state.apply(held(document), change), change)
    assert back == document
    assert state.revert(back, change) == back
