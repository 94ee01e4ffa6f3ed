"""Three-way merges of task lists."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ralph_hooks.tasklist.merge import Merged, merge
from ralph_hooks.tasklist.model import Dialect
from ralph_hooks.tasklist.parse import parse
from ralph_hooks.tasklist.units import units

BASE = (
    "# Tasks\n\n## Phase 1\n\n"
    "- [ ] 1.1 [P] One\n  - **Do**: one\n  - **Files**: a.py\n"
    "- [ ] 1.2 [P] Two\n  - **Do**: two\n"
    "\n## Phase 2\n\n"
    "- [ ] 2.1 Three\n  - **Do**: three\n"
)


def edited(*changes: tuple[str, str], text: str = BASE) -> str:
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


def ticked(task: str, text: str = BASE) -> str:
    return edited((f"- [ ] {task}", f"- [x] {task}"), text=text)


def added(task: str, before: str, text: str = BASE) -> str:
    return edited((before, task + before), text=text)


def ids(text: str) -> list[str]:
    return re.findall(r"^- \[.\] (\S+)", text, re.MULTILINE)


def test_ticks_of_both_sides() -> None:
    assert merge(BASE, ticked("1.1"), ticked("1.2")) == Merged(ticked("1.1", ticked("1.2")), clean=True)
    assert merge(BASE, ticked("1.1"), ticked("1.1")).text == ticked("1.1")
    assert merge(BASE, ticked("1.1"), ticked("1.1").replace("[x]", "[X]")) == Merged(ticked("1.1"), clean=True)


def test_a_tick_and_an_edit_of_the_same_task() -> None:
    other = edited(("**Do**: one", "**Do**: one more"))
    assert merge(BASE, ticked("1.1"), other) == Merged(ticked("1.1", other), clean=True)


def test_a_tick_that_one_side_takes_back_stays_taken_back() -> None:
    assert merge(ticked("1.1"), BASE, ticked("1.1", ticked("1.2"))) == Merged(ticked("1.2"), clean=True)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_different_tasks_that_both_sides_add_at_one_place_stand_in_the_order_of_their_ids(end: str) -> None:
    ours = added("- [ ] 1.10 [P] Ten\n  - **Do**: ten\n", "\n## Phase 2")
    theirs = added("- [ ] 1.3 [P] Third\n  - **Do**: third\n", "\n## Phase 2")
    both = added("- [ ] 1.3 [P] Third\n  - **Do**: third\n- [ ] 1.10 [P] Ten\n  - **Do**: ten\n", "\n## Phase 2")
    for sides in ((ours, theirs), (theirs, ours)):
        found = merge(*(text.replace("\n", end) for text in (BASE, *sides)))
        assert found == Merged(both.replace("\n", end), clean=True)


def test_a_task_at_the_end_and_a_new_phase_below_it() -> None:
    found = merge(BASE, BASE + "\n## Phase 3\n\n- [ ] 3.1 New\n", BASE + "- [ ] 2.2 New\n")
    assert found == Merged(BASE + "- [ ] 2.2 New\n\n## Phase 3\n\n- [ ] 3.1 New\n", clean=True)
    found = merge(BASE, BASE + "\n## Phase 4\n\n- [ ] 4.1 New\n", BASE + "\n## Phase 3\n\n- [ ] 3.1 New\n")
    assert found.clean
    assert ids(found.text) == ["1.1", "1.2", "2.1", "3.1", "4.1"]


def test_a_list_that_does_not_end_its_last_line() -> None:
    base = BASE.rstrip("\n")
    found = merge(base, base + "\n- [ ] 2.2 New", ticked("2.1", base))
    assert found == Merged(ticked("2.1") + "- [ ] 2.2 New", clean=True)


def test_one_side_moves_what_the_other_ticks() -> None:
    task = "- [ ] 1.2 [P] Two\n  - **Do**: two\n"
    moved = edited((task, "")) + task
    assert merge(BASE, moved, ticked("1.2")) == Merged(ticked("1.2", moved), clean=True)
    assert merge(BASE, ticked("1.2"), moved) == Merged(ticked("1.2", moved), clean=True)


def test_a_task_that_one_side_takes_out_and_the_other_leaves_alone_is_gone() -> None:
    less = edited(("- [ ] 1.2 [P] Two\n  - **Do**: two\n", ""))
    assert merge(BASE, less, ticked("1.1")) == Merged(ticked("1.1", less), clean=True)


def test_bytes_that_are_no_text_and_a_byte_order_mark_survive() -> None:
    base = "\ufeff" + edited(("One", "On\udcff"))
    assert merge(base, ticked("1.1", base), ticked("1.2", base)).text == ticked("1.1", ticked("1.2", base))


TASK = "- [ ] 1.2 [P] Two\n  - **Do**: two\n"
CONTRADICTIONS = {
    "one takes out what the other ticks": (edited((TASK, "")), ticked("1.2")),
    "two edits of one line": (edited(("**Do**: two", "**Do**: 2")), edited(("**Do**: two", "**Do**: II"))),
    "two states": (ticked("1.2"), edited(("- [ ] 1.2", "- [-] 1.2"))),
    "two tasks of one id": (BASE + "- [ ] 2.2 New\n", BASE + "- [ ] 2.2 Other\n"),
    "two tasks of one id in two places": (BASE + "- [ ] 2.2 New\n", added("- [ ] 2.2 Other\n", "\n## Phase 2")),
    "a tick, and another task under its id": (ticked("1.2"), edited(("Two", "Between"))),
    "moved to two places": (edited((TASK, "")) + TASK, edited((TASK, ""), ("# Tasks\n", "# Tasks\n\n" + TASK))),
    "moved and taken out": (edited((TASK, "")) + TASK, edited((TASK, ""))),
    "two texts at one place": (added("Hear this.\n", "\n## Phase 2"), added("Hear that.\n", "\n## Phase 2")),
    "one phase, two beginnings": (BASE + "\n## Phase 3\n\n- [ ] 3.1 A\n", BASE + "\n## Phase 3\n\n- [ ] 3.2 B\n"),
    "a fence that swallows tasks": (added("```\n", "\n## Phase 2"), ticked("2.1")),
    "a fence that swallows what the other adds": (added("```\n", "\n## Phase 2"), BASE + "- [ ] 2.2 New\n"),
}


@pytest.mark.parametrize("name", CONTRADICTIONS)
def test_a_contradiction_conflicts(name: str) -> None:
    ours, theirs = CONTRADICTIONS[name]
    for sides in ((ours, theirs), (theirs, ours)):
        found = merge(BASE, *sides)
        assert not found.clean, found.text
        assert lines(sides[0]) | lines(sides[1]) <= lines(found.text) | lines(BASE)


def lines(text: str) -> set[str]:
    """The lines of a text, whatever is in their boxes."""
    return {re.sub(r"^- \[.\]", "- [ ]", line) for line in text.split("\n")}


def test_a_conflict_is_where_the_contradiction_is() -> None:
    ours, theirs = CONTRADICTIONS["two edits of one line"]
    found = merge(BASE, ticked("1.1", ours), ticked("2.1", theirs), marker=9)
    between = "- [ ] 1.2 [P] Two\n  - **Do**: {}\n"
    conflict = f"{'<' * 9} ours\n{between.format('2')}{'=' * 9}\n{between.format('II')}{'>' * 9} theirs\n"
    assert found.text == ticked("1.1", ticked("2.1", edited((between.format("two"), conflict))))


def test_a_task_that_both_sides_move_is_a_conflict_in_the_second_place() -> None:
    ours, theirs = CONTRADICTIONS["moved to two places"]
    conflict = f"<<<<<<< ours\n{TASK}=======\n>>>>>>> theirs\n"
    assert merge(BASE, ours, theirs) == Merged(theirs + conflict, clean=False)


def test_two_tasks_of_one_id_are_one_conflict() -> None:
    found = merge(BASE, *CONTRADICTIONS["two tasks of one id in two places"])
    conflict = "<<<<<<< ours\n- [ ] 2.2 New\n=======\n- [ ] 2.2 Other\n>>>>>>> theirs\n"
    assert found.text == added(conflict, "\n## Phase 2")


# Random edits.

WORDS = st.sampled_from(["red", "green", "blue"])
EDITS = st.one_of(
    st.tuples(st.just("tick"), st.integers(0, 9)),
    st.tuples(st.just("open"), st.integers(0, 9)),
    st.tuples(st.just("drop"), st.integers(0, 9)),
    st.tuples(st.just("move"), st.integers(0, 9)),
    st.tuples(st.just("word"), st.integers(0, 9)),
    st.tuples(st.just("add"), st.integers(0, 9)),
    st.tuples(st.just("head"), st.integers(0, 9)),
    st.tuples(st.just("fence"), st.integers(0, 9)),
)


@st.composite
def bases(draw: st.DrawFn) -> list[str]:
    chunks = []
    for number in range(1, draw(st.integers(2, 8))):
        if draw(st.integers(0, 3)) == 0:
            chunks.append(f"\n## Phase {number}\n\n")
        chunks.append(f"- [{draw(st.sampled_from('  x'))}] 1.{number} [P] Task {number}\n  - **Do**: {draw(WORDS)}\n")
        if draw(st.booleans()):
            chunks.append("\n")
    return chunks


@st.composite
def edits_of(draw: st.DrawFn, chunks: list[str], fresh: int) -> str:
    """The text after some edits. New tasks are numbered from `fresh`, so two sides with the same one may collide."""
    chunks = list(chunks)
    for kind, pick in draw(st.lists(EDITS, max_size=5)):
        places = [at for at, chunk in enumerate(chunks) if chunk.startswith("- [")]
        if kind in {"add", "head", "fence"} or not places:
            new = {"head": f"\n## {draw(WORDS)}\n\n", "fence": "```\n"}.get(
                kind, f"- [ ] 2.{fresh} New\n  - **Do**: x\n"
            )
            fresh += 1
            chunks.insert(pick % (len(chunks) + 1), new)
            continue
        at = places[pick % len(places)]
        if kind in {"drop", "move"}:
            chunk = chunks.pop(at)
            if kind == "move":
                chunks.insert(draw(st.integers(0, len(chunks))), chunk)
        elif kind == "word":
            chunks[at] = re.sub(r"(?<=\*\*: ).*", draw(WORDS), chunks[at])
        else:
            chunks[at] = ("- [x]" if kind == "tick" else "- [ ]") + chunks[at][5:]
    return "".join(chunks)


@st.composite
def versions(draw: st.DrawFn) -> tuple[str, str, str]:
    chunks = draw(bases())
    return "".join(chunks), draw(edits_of(chunks, 0)), draw(edits_of(chunks, draw(st.sampled_from([0, 20]))))


def tasks(text: str) -> Counter[str]:
    return Counter(str(task.id) for task in parse(text, Dialect.RALPH).tasks)


def states(text: str) -> dict[str, bool]:
    return {str(task.id): task.done for task in parse(text, Dialect.RALPH).tasks}


@given(versions())
def test_no_task_is_lost_and_none_is_doubled(texts: tuple[str, str, str]) -> None:
    base, ours, theirs = texts
    found = merge(base, ours, theirs)
    was, mine, other = tasks(base), tasks(ours), tasks(theirs)
    wanted = {name for name in mine | other if (name in mine and name in other) or name not in was}
    assert lines(ours) | lines(theirs) <= lines(found.text) | lines(base)
    if not found.clean:
        assert wanted <= set(re.findall(r"^- \[.\] (\S+)", found.text, re.MULTILINE))
        return
    assert tasks(found.text) == Counter(wanted)
    for name, done in states(found.text).items():
        before, one, two = (states(text).get(name) for text in texts)
        assert done == (two if one in {before, None} else one)


@given(versions())
def test_sides_can_be_exchanged_and_nothing_happens_without_a_change(texts: tuple[str, str, str]) -> None:
    base, ours, theirs = texts
    assert merge(base, ours, base).text == merge(base, base, ours).text == merge(base, ours, ours).text == ours
    assert merge(base, ours, theirs).clean == merge(base, theirs, ours).clean


@given(st.text(st.sampled_from("- [x]1.\n\r `#\ufeff\udc80"), max_size=60), st.sampled_from(Dialect))
def test_the_units_of_a_list_are_its_text(text: str, dialect: Dialect) -> None:
    assert "".join(unit.body + unit.end for unit in units(parse(text, dialect))) == text
