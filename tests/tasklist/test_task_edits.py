"""Ticking changes one character; finding a task by name, and again after the list has changed."""

from __future__ import annotations

import pytest

from ralph_hooks.errors import UsageError
from ralph_hooks.tasklist.edit import tick, untick
from ralph_hooks.tasklist.lookup import find, same_task
from ralph_hooks.tasklist.model import Dialect, TaskList
from ralph_hooks.tasklist.parse import parse

RALPH = Dialect.RALPH


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("- [ ] 1.1 a\n", "- [x] 1.1 a\n"),
        ("\ufeff- [ ] 1.1 a\r\n\r\n", "\ufeff- [x] 1.1 a\r\n\r\n"),
        ("-\t[ ]\t1.1 a", "-\t[x]\t1.1 a"),
        ("- [~] 1.1 [ ] a", "- [x] 1.1 [ ] a"),
        ("- [X] 1.1 a", "- [x] 1.1 a"),
        ("- [x] 1.1 a", "- [x] 1.1 a"),
        ("[ ]\n\n- [ ] 1.1 a", "[ ]\n\n- [x] 1.1 a"),
    ],
)
def test_tick(before: str, after: str) -> None:
    found = parse(before, RALPH)

    assert tick(found, found.tasks[0]) == after


@pytest.mark.parametrize(("before", "after"), [("- [x] 1.1 a", "- [ ] 1.1 a"), ("- [X] 1.1 a", "- [ ] 1.1 a")])
def test_untick(before: str, after: str) -> None:
    found = parse(before, RALPH)

    assert untick(found, found.tasks[0]) == after


def test_tick_reaches_only_its_own_task() -> None:
    found = parse("- [ ] 1.1 a\n- [ ] 1.1 a\n", RALPH)

    assert tick(found, found.tasks[1]) == "- [ ] 1.1 a\n- [x] 1.1 a\n"


@pytest.fixture
def tasks() -> TaskList:
    return parse("- [ ] 1.1 a\n- [ ] 4.5 V1 [VERIFY] b\n- [ ] 1.3 c\n- [ ] 1.3 d\n- [ ] V1b [VERIFY] e\n", RALPH)


@pytest.mark.parametrize(
    ("name", "index"), [("1.1", 0), ("4.5", 1), ("V1", 1), ("@2", 2), ("#3", 3), ("0", 0), ("V1b", 4)]
)
def test_find(tasks: TaskList, name: str, index: int) -> None:
    assert find(tasks, name).index == index


def test_a_number_that_is_an_id_is_no_index() -> None:
    found = parse("- [ ] 1. a\n- [ ] 0. b\n", Dialect.PLAIN)

    assert (find(found, "1").index, find(found, "@1").index) == (0, 1)


def test_an_id_comes_before_an_alias() -> None:
    found = parse("- [ ] 4.5 V1 [VERIFY] a\n- [ ] V1 [VERIFY] b\n", RALPH)

    assert find(found, "V1").index == 1


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("1.3", "2 tasks are named 1.3; name one by its index: @2 (line 3), @3 (line 4)"),
        ("1.4", "no task is named 1.4; did you mean 1.3 or 1.1 or V1?"),
        ("zzz", "no task is named zzz; `ralph-hooks plan` lists the tasks"),
        ("@5", "there is no task @5; the list has 5 tasks, counted from @0"),
        ("9" * 5000, "no task is named"),
        ("@٣", "no task is named"),
    ],
)
def test_find_says_what_is_there(tasks: TaskList, name: str, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        find(tasks, name)
    assert str(caught.value).startswith(message)


def test_find_in_a_list_without_ids() -> None:
    with pytest.raises(UsageError, match="name a task by its index"):
        find(parse("- [ ] a\n"), "b")


@pytest.mark.parametrize(
    ("now", "index", "name", "title", "same"),
    [
        ("- [ ] 1.0 new\n- [ ] 1.1 renamed\n", 0, "1.1", "a", 1),
        ("- [ ] 1.1 b\n- [ ] 1.1 a\n", 0, "1.1", "a", 1),
        ("- [ ] 1.1 a\n- [ ] 1.1 a\n", 1, "1.1", "a", 1),
        ("- [ ] 1.1 x\n- [ ] 1.1 y\n", 1, "1.1", "a", 1),
        ("- [ ] 1.1 x\n- [ ] 1.1 y\n", 7, "1.1", "a", None),
        ("- [ ] 1.2 a\n", 0, "1.1", "a", None),
        ("- [ ] new\n- [ ] a\n", 0, None, "a", 1),
        ("- [ ] a\n- [ ] a\n", 1, None, "a", 1),
        ("- [ ] 1.1 a\n", 0, None, "a", None),
        ("- [ ] b\n", 0, None, "a", None),
    ],
)
def test_a_task_is_found_again(now: str, index: int, name: str | None, title: str, same: int | None) -> None:
    found = same_task(parse(now, Dialect.PLAIN), index, name, title)

    assert (None if found is None else found.index) == same
