"""Where a task stands: lines, offsets, headings, line ends, byte order marks."""

from __future__ import annotations

import pytest

from ralph_hooks.tasklist.model import Dialect
from ralph_hooks.tasklist.parse import parse

LINES = ["# List", "", "- [ ] 1.1 First", "  - **Do**: a", "", "- [x] 1.2 Second"]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("last", ["", "\n"])
def test_offsets_count_in_the_source_text(end: str, mark: str, last: str) -> None:
    text = mark + end.join(LINES) + (end if last else "")
    first, second = parse(text, Dialect.RALPH).tasks

    assert (first.line, first.end_line, second.line) == (3, 4, 6)
    assert text[first.box.start : first.box.end] == " "
    assert text[second.box.start : second.box.end] == "x"
    assert text[first.span.start : first.span.end] == end.join(LINES[2:4])


@pytest.mark.parametrize("text", ["> - <?x\n> ", "> - <!--\n> "])
def test_a_block_that_ends_with_the_text_needs_no_line_end(text: str) -> None:
    assert parse(f"- [ ] 1.1 Task\n\n{text}", Dialect.RALPH).tasks[0].id == "1.1"


def test_an_underlined_task_is_a_task() -> None:
    assert [task.id for task in parse("- [ ] 1.1 Task\n  ---\n", Dialect.RALPH).tasks] == ["1.1"]


def test_form_feeds_and_line_separators_end_no_line() -> None:
    (task,) = parse("a\x0cb\u2028c\x85d\n\n- [ ] 1.1 Task", Dialect.RALPH).tasks

    assert task.line == 3


def test_a_nul_character_moves_no_offset() -> None:
    text = "\0\n\n- [ ] 1.1 a\0b [x] c"
    (task,) = parse(text, Dialect.RALPH).tasks

    assert (task.box.start, task.title) == (6, "a\0b [x] c")


def test_bytes_that_are_no_utf8_pass_through() -> None:
    text = b"- [ ] 1.1 caf\xe9\n".decode("utf-8", "surrogateescape")
    (task,) = parse(text, Dialect.RALPH).tasks

    assert task.title.encode("utf-8", "surrogateescape") == b"caf\xe9"


@pytest.mark.parametrize("bullet", ["-", "*", "+", "1.", "1)", "-\t", "  -"])
def test_any_bullet_of_markdown_makes_an_item(bullet: str) -> None:
    text = f"{bullet} [ ] 1.1 Task"
    (task,) = parse(text, Dialect.RALPH).tasks

    assert task.box.start == text.index("[") + 1


def test_a_bullet_may_stand_alone_on_its_line() -> None:
    (task,) = parse("-\n  [ ] 1.1 Task", Dialect.RALPH).tasks

    assert (task.line, task.title) == (2, "Task")


@pytest.mark.parametrize(
    ("text", "headings"),
    [
        ("# One\n## Two ##\n", [(1, "One", 1), (2, "Two", 2)]),
        ("One\n===\n\nTwo\n---\n", [(1, "One", 1), (2, "Two", 4)]),
        ("```\n# bash comment\n```\n", []),
        ("<!--\n# comment\n-->\n", []),
        ("- [ ] 1.1 Task\n  # inside\n", []),
        ("---\ntitle: x\n---\n# One\n", [(1, "One", 4)]),
        ("#no heading\n", []),
        ("---\n\n# One\n\n---\n", [(1, "One", 3)]),
        ("---\nx: 1\n# One\n", [(1, "One", 3)]),
        ("[P]: x\n---\n", [(2, "[P]: x", 1)]),
    ],
)
def test_headings(text: str, headings: list[tuple[int, str, int]]) -> None:
    found = parse(text, Dialect.RALPH).headings

    assert [(heading.level, heading.text, heading.line) for heading in found] == headings


def test_a_task_knows_its_section_and_its_phase() -> None:
    text = "- [ ] 1.0 a\n\n## Phase 1\n- [ ] 1.1 b\n\n### Part\n- [ ] 1.2 c\n\n# Other\n- [ ] 1.3 d\n"
    tasks = parse(text, Dialect.RALPH).tasks

    assert [(task.section, task.phase) for task in tasks] == [
        (None, None),
        (0, "Phase 1"),
        (1, "Phase 1"),
        (2, None),
    ]


@pytest.mark.parametrize("opening", ["---\n\n", "---\n- [ ] 1.0 Task\n"])
def test_a_thematic_break_at_the_top_is_no_front_matter(opening: str) -> None:
    found = parse(f"{opening}- [ ] 1.1 Task\n\n---\n\n- [ ] 1.2 Task\n", Dialect.RALPH)

    assert [task.id for task in found.tasks][-2:] == ["1.1", "1.2"]


def test_front_matter_with_tasks_in_it_is_none() -> None:
    found = parse("---\nx: 1\n\n- [ ] 1.1 Task\n\n---\n", Dialect.RALPH)

    assert [task.id for task in found.tasks] == ["1.1"]


def test_the_index_counts_tasks_in_file_order() -> None:
    found = parse("- [ ] 2.1 b\n- [ ] no id\n- [ ] 1.1 a\n- [ ] 2.1 again\n", Dialect.RALPH)

    assert [(task.index, task.id) for task in found.tasks] == [(0, "2.1"), (1, "1.1"), (2, "2.1")]


@pytest.mark.parametrize("deep", ["- " * 10_000 + "[ ] 1.1 x", "> " * 10_000, "* - + " * 5_000])
def test_deep_nesting_is_no_recursion(deep: str) -> None:
    found = parse(f"- [ ] 1.1 Task\n\n{deep}\n\n# End\n", Dialect.RALPH)

    assert (found.tasks[0].id, found.headings[-1].text) == ("1.1", "End")
