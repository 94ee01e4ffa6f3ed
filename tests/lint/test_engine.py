"""What a rule finds, placed and in order."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_rules import FIXME, RALPH, SMALL, TODO, found, places, rule, words

from ralph_hooks.lint.model import Settings, Surroundings
from ralph_hooks.lint.places import Places
from ralph_hooks.tasklist.model import Dialect

LIST = "# Tasks\n\n- [ ] 1.1 TODO one\n  - **Do**: FIXME\n- [ ] 1.2 TODO\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("TODO", ["1:1 RH981"]),
        ("a\nTODO", ["2:1 RH981"]),
        ("a\r\n TODO\r\n", ["2:2 RH981"]),
        ("a\rTODO", ["2:1 RH981"]),
        ("a\u2028TODO", ["1:3 RH981"]),
        ("\ufeffTODO", ["1:1 RH981"]),
        ("\ufeffa\nTODO", ["2:1 RH981"]),
        ("ä😀 TODO", ["1:4 RH981"]),
        ("\udcff TODO", ["1:3 RH981"]),
        ("\tTODO", ["1:2 RH981"]),
        ("FIXME TODO\nTODO", ["1:1 RH982", "1:7 RH981", "2:1 RH981"]),
        ("", []),
    ],
)
def test_places_count_from_one_and_in_characters(text: str, expected: list[str]) -> None:
    assert places(text) == expected


def test_the_end_is_exclusive() -> None:
    [finding] = found("a TODO b\n", TODO)
    assert (finding.line, finding.column, finding.end_line, finding.end_column) == (1, 3, 1, 7)


def test_a_finding_has_the_path_the_task_and_the_rule() -> None:
    finding = found(LIST)[0]
    assert (finding.path, finding.task, finding.code, finding.name) == ("tasks.md", "1.1", "RH981", "todo")
    assert finding.fixable
    assert found("TODO\n")[0].task is None


def test_findings_are_ordered_whatever_the_order_of_the_rules() -> None:
    assert places(LIST, TODO, FIXME) == places(LIST, FIXME, TODO) == ["3:11 RH981", "4:13 RH982", "5:11 RH981"]


def test_two_rules_at_one_place_are_ordered_by_code() -> None:
    other = rule("RH001", "same", words("TODO"))
    assert places("TODO", TODO, other) == ["1:1 RH001", "1:1 RH981"]


@pytest.mark.parametrize(("dialect", "count"), [(Dialect.RALPH, 1), (Dialect.SPECKIT, 0), (Dialect.PLAIN, 0)])
def test_a_rule_looks_at_lists_of_its_dialects_only(dialect: Dialect, count: int) -> None:
    assert len(found("loop\n", RALPH, dialect=dialect)) == count


def test_a_state_file_is_a_sign_of_the_dialect() -> None:
    from ralph_hooks.lint.engine import lint  # noqa: PLC0415

    text = "- [ ] 1.1 loop\n"
    assert lint(text, Surroundings(state={}), Settings(), None, [RALPH])
    assert not lint(text, Surroundings(), Settings(), None, [RALPH])


@given(st.text(), st.integers(-2, 300))
def test_every_offset_has_a_place_inside_the_text(text: str, offset: int) -> None:
    made = Places.of(text)
    line, column = made.place(offset)
    assert 1 <= line <= len(made.lines)
    assert 1 <= column <= len(made.text(line)) + 1


@given(st.text(alphabet="a\r\n\ufeff"))
def test_a_place_leads_back_to_its_offset(text: str) -> None:
    made = Places.of(text)
    for line in made.lines:
        for offset in range(line.start, line.end + 1):
            number, column = made.place(offset)
            assert made.lines[number - 1].start + column - 1 == offset


@given(st.text(alphabet="TODOFIXME -[]x1.\n#`<!-ralph-hooks: ignore[RH981]>"))
def test_any_text_can_be_linted(text: str) -> None:
    assert list(found(text)) == sorted(found(text), key=lambda one: (one.line, one.column, one.code))
    assert {one.code for one in found(text)} <= {one.code for one in SMALL}
