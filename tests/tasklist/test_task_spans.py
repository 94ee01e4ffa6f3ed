"""Where ids, markers and titles stand, and what else of the structure a list tells."""

from __future__ import annotations

import pytest

from ralph_hooks.tasklist.model import Dialect, Span
from ralph_hooks.tasklist.parse import parse


@pytest.mark.parametrize(
    ("line", "ids", "markers", "title"),
    [
        ("- [ ] 1.1 [P] Make it", ["1.1"], ["[P]"], "Make it"),
        ("- [x] 4.5 V1 [VERIFY] Check", ["4.5", "V1"], ["[VERIFY]"], "Check"),
        ("- [ ] **1.1** **[P]** [FIX  1.2] Mend", ["1.1"], ["[P]", "[FIX  1.2]"], "Mend"),
        ("- [ ] [P] 1.1 (P) Twice  ", ["1.1"], ["[P]", "(P)"], "Twice"),
        ("- [ ] 1.1", ["1.1"], [], ""),
        ("- [ ] **1.1 Bold**", ["1.1"], [], "Bold**"),
    ],
)
def test_the_places_on_a_task_line(line: str, ids: list[str], markers: list[str], title: str) -> None:
    found = parse(f"\ufeff# List\r\n\r\n{line}\r\n", Dialect.RALPH)
    (task,) = found.tasks

    def text(span: Span) -> str:
        return found.text[span.start : span.end]

    assert [text(span) for span in task.id_spans] == ids
    assert [text(span) for span in task.marker_spans] == markers
    assert text(task.title_span) == title


def test_lines_and_which_of_them_are_code() -> None:
    found = parse("# a\n\n```\n- [ ] 1.1 x\n```\n", Dialect.RALPH)

    assert [line.text for line in found.lines] == ["# a", "", "```", "- [ ] 1.1 x", "```", ""]
    assert list(found.opaque) == [0, 0, 1, 1, 1, 0]


def test_check_items_know_whether_they_are_nested() -> None:
    found = parse("- [ ] 1.1 a\n  - [ ] nested\n- [ ] top\n", Dialect.RALPH)

    assert [check.top for check in found.checks] == [False, True]
