"""How the stop-handlers count, line by line."""

from __future__ import annotations

import pytest

from ralph_hooks.spec.numbering import Handler, number, total

INCREMENTS, READS = Handler.INCREMENTS, Handler.READS


@pytest.mark.parametrize(
    ("line", "increments", "reads"),
    [
        ("- [ ] 1.1 A", 1, 1),
        ("- [x] 1.1 A", 1, 1),
        ("- [x]1.1 A", 1, 1),
        ("- [X] 1.1 A", 0, 0),
        ("- [~] 1.1 A", 0, 0),
        ("* [ ] 1.1 A", 0, 0),
        ("  - [ ] nested", 1, 0),
        ("\t- [ ] nested", 1, 0),
        ("-[ ] 1.1", 1, 0),
        ("-  [ ] 1.1", 1, 0),
        ("- [ ]\r", 1, 1),
        ("\u00a0- [ ] 1.1", 0, 0),
        ("\ufeff- [ ] 1.1", 0, 0),
        ("prose - [ ] 1.1", 0, 0),
        ("```\n- [ ] in a fence\n```", 1, 1),
        ("\n  \n- [ ] 1.1", 1, 1),
        ("a\r- [ ] 1.1", 0, 0),
    ],
)
def test_what_counts_as_a_box(line: str, increments: int, reads: int) -> None:
    assert (total(line, INCREMENTS), total(line, READS)) == (increments, reads)


LIST = "# T\n- [x] 1.1 A\n  - [ ] box\n- [X] 1.2 B\n- [ ] 1.3 C\n"


@pytest.mark.parametrize(
    ("line", "increments", "reads"), [(1, 0, 0), (2, 0, 0), (3, 1, 1), (4, 2, 1), (5, 2, 1), (6, 3, 2)]
)
def test_a_number_is_the_count_of_boxes_above(line: int, increments: int, reads: int) -> None:
    assert (number(LIST, line, INCREMENTS), number(LIST, line, READS)) == (increments, reads)


def test_windows_line_ends_change_nothing() -> None:
    assert number(LIST.replace("\n", "\r\n"), 5, INCREMENTS) == 2


def test_a_lone_carriage_return_ends_a_line_of_the_list_but_none_of_grep() -> None:
    text = "- [ ] 1.1 A\r  more\n- [ ] 1.2 B\n"
    assert number(text, 3, READS) == 1
    assert number("- [x] a\r- [ ] b\n", 2, READS) == 0
