"""The progress log: what executors added, and how it gets into the log, once and without a loss."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ralph_hooks.spec.progress import Fragment, added, entry, mentions, merge

EXECUTOR = """\
# Progress: 1.2

## Completed Tasks
- [x] 1.2 Parse the file - abc1234

## Learnings
- The parser needs a tokenizer
  with two lines

  and a second paragraph
- Short one

A paragraph
of two lines.

## Current Task
1.2 Parse the file

## Next
1.3 Something
"""

LOG = """\
# Progress: demo

## Completed Tasks
- [x] 1.1 First - 1234567

## Current Task
Awaiting next task

## Learnings
- Known before

## Next
Nothing
"""


def items(fragment: Fragment) -> dict[str, tuple[str, ...]]:
    return {" > ".join(path): found for path, found in fragment.sections}


# --- what an executor added


def test_the_items_of_an_executors_own_log() -> None:
    assert items(added("", EXECUTOR)) == {
        "## Completed Tasks": ("- [x] 1.2 Parse the file - abc1234",),
        "## Learnings": (
            "- The parser needs a tokenizer\n  with two lines\n\n  and a second paragraph",
            "- Short one",
            "A paragraph\nof two lines.",
        ),
    }


def test_what_was_there_before_is_not_added() -> None:
    after = LOG.replace("- Known before\n", "- Known before\n- New one\n")
    assert items(added(LOG, after)) == {"## Learnings": ("- New one",)}
    assert added(LOG, LOG) == Fragment()


def test_the_same_item_in_another_section_is_added() -> None:
    after = LOG + "\n## Blockers\n- Known before\n"
    assert items(added(LOG, after)) == {"## Blockers": ("- Known before",)}


def test_a_changed_item_is_added_whole() -> None:
    after = LOG.replace("- Known before\n", "- Known before\n  and more\n")
    assert items(added(LOG, after)) == {"## Learnings": ("- Known before\n  and more",)}


def test_what_was_removed_is_nothing() -> None:
    assert added(LOG, "") == Fragment()


def test_an_entry_below_a_heading_of_its_own_stays_below_it() -> None:
    after = LOG.replace("- Known before\n", "- Known before\n\n### Verification: 1.2\n- Status: PASS\n")
    assert items(added(LOG, after)) == {"## Learnings > ### Verification: 1.2": ("- Status: PASS",)}


def test_a_heading_without_content_is_kept_when_it_is_new() -> None:
    assert items(added("", "## Learnings\n### All tests pass\n")) == {"## Learnings > ### All tests pass": ()}
    assert added("## Learnings\n### Old\n", "## Learnings\n### Old\n") == Fragment()


@pytest.mark.parametrize("heading", ["## Current Task", "## Next", "##  NEXT ##", "## Next Steps", "## Current Goal"])
def test_what_describes_one_task_at_a_time_is_left_out(heading: str) -> None:
    assert added("", f"{heading}\n- [ ] 1.2 Parse\n") == Fragment()


def test_an_entry_below_a_momentary_section_goes_to_the_learnings() -> None:
    after = "## Next\n1.3\n\n### Verification: 1.2\n- Status: PASS\n"
    assert items(added("", after)) == {"## Learnings > ### Verification: 1.2": ("- Status: PASS",)}


@pytest.mark.parametrize("above", ["", "# Progress of 1.2\n\n"])
def test_text_above_the_sections_goes_to_the_learnings(above: str) -> None:
    assert items(added("", f"{above}Found a bug.\n\n## Learnings\n- a\n"))["## Learnings"] == ("- a",)
    assert added("", f"{above}Found a bug.\n").sections == ((("## Learnings",), ("Found a bug.",)),)


def test_a_second_title_becomes_a_heading_of_the_learnings() -> None:
    assert items(added("", "# A\n## Learnings\n- a\n# B\n- b\n")) == {
        "## Learnings": ("- a",),
        "## Learnings > ### B": ("- b",),
    }


def test_the_front_matter_is_no_content() -> None:
    assert items(added("", "---\ntask: 3/7\n# note\n---\n\nText.\n")) == {"## Learnings": ("Text.",)}


@pytest.mark.parametrize("text", ["---\n- a\n---", "---", "---\n---\n- a", "---\nk: v\n- a"])
def test_text_below_a_thematic_break_is_no_front_matter(text: str) -> None:
    assert any("- a" in item for found in items(added("", f"{text}\n- a\n")).values() for item in found)


def test_levels_without_gaps_so_that_a_section_is_found_again() -> None:
    assert items(added("", "#### Deep\n- a\n")) == {"## Deep": ("- a",)}


def test_windows_line_ends_and_a_byte_order_mark_make_no_difference() -> None:
    assert added("", "\ufeff" + EXECUTOR.replace("\n", "\r\n")) == added("", EXECUTOR)


@pytest.mark.parametrize(
    "block",
    [
        "```\n## no heading\n\n- no item\n```",
        "~~~~ sh\n```\n## no heading\n~~~~",
        "<!-- a comment\n## no heading\n\n-->",
        "- item\n  ```\n  ## no heading\n\n  code\n  ```\n  more",
        "- ```\n  ## no heading\n  ```",
        "- item\n  - nested\n    1. deeper\n\n    text of the nested one",
        "1. first",
        "* star",
        "- lazy\ncontinuation",
        "Text\n```\ncode\n```",
        "- [ ] open box",
        "#no heading",
    ],
)
def test_what_belongs_together_is_one_item(block: str) -> None:
    assert added("", f"## Learnings\n{block}\n\n- after\n").sections == ((("## Learnings",), (block, "- after")),)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("- a\n\ntext\n  - b", ("- a", "text", "- b")),
        ("text\n    ```\n\n- b", ("text\n    ```", "- b")),
        ("text\n\n  more\n- b", ("text\n\n  more", "- b")),
        ("- a\n- b\n\n- c", ("- a", "- b", "- c")),
    ],
)
def test_where_one_item_ends(text: str, expected: tuple[str, ...]) -> None:
    assert items(added("", f"## Learnings\n{text}\n")) == {"## Learnings": expected}


def test_indented_items_are_moved_to_the_margin() -> None:
    text = "## Learnings\n\n  - a\n    - nested\n  - b\n"
    assert items(added("", text)) == {"## Learnings": ("- a\n  - nested", "- b")}


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        ("```sh\nmake", "````\n```sh\nmake\n````"),
        ("<!-- never closed\n## x", "```\n<!-- never closed\n## x\n```"),
        ("    code\n    more", "```\n    code\n    more\n```"),
        ("\t- tab", "```\n\t- tab\n```"),
        ("  ## indented", "```\n## indented\n```"),
    ],
)
def test_what_would_swallow_its_neighbours_is_put_between_fences(block: str, expected: str) -> None:
    fragment = added("", f"## Learnings\n{block}")
    assert items(fragment) == {"## Learnings": (expected,)}
    assert merge(merge("", [fragment]), [fragment]) == merge("", [fragment])


# --- the entry of a task


def test_a_task_without_a_word_gets_its_line() -> None:
    assert items(entry(None, "1.2", "Parse the file")) == {"## Completed Tasks": ("- [x] 1.2 Parse the file",)}


def test_other_items_are_kept() -> None:
    assert items(entry(added("", "## Learnings\n- a\n"), "1.2", "Parse")) == {
        "## Completed Tasks": ("- [x] 1.2 Parse",),
        "## Learnings": ("- a",),
    }


@pytest.mark.parametrize(
    "line",
    [
        "- [x] 1.2 Parse - abc",
        "- [X] 1.2: Parse",
        "* [x] **1.2** Parse",
        "- [x] Task 1.2: Parse",
        "- 1.2 Parse",
        "- [x] `1.2`",
        "- done today:\n  - [x] 1.2 Parse",
        "### Phase 1\n- [x] 1.2 Parse",
    ],
)
def test_a_line_that_names_the_task_counts(line: str) -> None:
    fragment = added("", f"## Completed Tasks\n{line}\n")
    assert entry(fragment, "1.2", "Parse") == fragment
    assert mentions(f"## Completed Tasks\n{line}\n", "1.2")


@pytest.mark.parametrize(
    "line",
    ["- [ ] 1.2 Parse", "- [x] 1.2.1 Fix", "- [x] 11.2 Other", "- [x] 1.20 Other", "- [x] 1.3 As 1.2 did", "1.2 Parse"],
)
def test_a_line_that_names_another_task_does_not(line: str) -> None:
    fragment = added("", f"## Completed Tasks\n{line}\n")
    assert len(entry(fragment, "1.2", "Parse").sections) == len(fragment.sections) + 1
    assert not mentions(f"## Completed Tasks\n{line}\n", "1.2")


def test_only_the_completed_tasks_name_a_completed_task() -> None:
    text = "## Learnings\n- [x] 1.2 Parse\n"
    assert not mentions(text, "1.2")
    assert "## Completed Tasks" in items(entry(added("", text), "1.2", "Parse"))


@pytest.mark.parametrize(
    ("title", "line"),
    [
        ("a\x1b[31mb\x07", "- [x] 1.2 a[31mb"),
        ("a\nb\tc", "- [x] 1.2 a b c"),
        ("a\u202eb\u2028c", "- [x] 1.2 abc"),
        ("é" * 300, "- [x] 1.2 " + "é" * 200),
        ("", "- [x] 1.2"),
        ("\udc80x", "- [x] 1.2 x"),
    ],
)
def test_a_title_is_one_clean_line(title: str, line: str) -> None:
    assert items(entry(None, "1.2", title)) == {"## Completed Tasks": (line,)}


# --- the merge


def test_items_go_to_the_end_of_their_sections() -> None:
    assert merge(LOG, [added("", EXECUTOR)]) == (
        LOG.replace("- 1234567\n", "- 1234567\n- [x] 1.2 Parse the file - abc1234\n").replace(
            "- Known before\n",
            "- Known before\n- The parser needs a tokenizer\n  with two lines\n\n  and a second paragraph\n"
            "- Short one\n\nA paragraph\nof two lines.\n",
        )
    )


def test_a_new_log_has_a_title_and_the_completed_tasks_first() -> None:
    fragments = [added("", "## Learnings\n- a\n"), entry(None, "1.2", "Parse")]
    assert merge("", fragments) == ("# Progress\n\n## Completed Tasks\n- [x] 1.2 Parse\n\n## Learnings\n- a\n")


def test_fragments_are_merged_in_their_order_each_item_once() -> None:
    one, two = added("", "## Learnings\n- b\n- same\n"), added("", "## Learnings\n- same\n- a\n")
    assert merge("## learnings\n", [one, two]) == "## learnings\n- b\n- same\n- a\n"


def test_a_missing_section_is_made_at_the_end() -> None:
    assert merge("# P\n\n## Notes\n\ntext\n\n", [added("", "## Blockers\n- a\n")]) == (
        "# P\n\n## Notes\n\ntext\n\n## Blockers\n- a\n\n"
    )


def test_a_missing_heading_is_made_at_the_end_of_its_section() -> None:
    text = "## Learnings\n- a\n\n### Old\n- b\n\n## Next\n"
    assert merge(text, [added("", "## Learnings\n### New\n- c\n")]) == (
        "## Learnings\n- a\n\n### Old\n- b\n\n### New\n- c\n\n## Next\n"
    )


def test_items_of_a_section_go_above_its_headings() -> None:
    text = "## Learnings\n- a\n\n### Old\n- b\n"
    assert merge(text, [added("", "## Learnings\n- c\n")]) == "## Learnings\n- a\n- c\n\n### Old\n- b\n"


def test_of_two_sections_of_one_name_the_last_grows() -> None:
    text = "## Learnings\n- a\n\n## Learnings\n- b\n"
    assert merge(text, [added("", "## Learnings\n- a\n- c\n")]) == text + "- c\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("## Learnings\n", "## Learnings\n- a\n"),
        ("## Learnings\n\n_none yet_\n", "## Learnings\n\n_none yet_\n\n- a\n"),
        ("## Learnings\n- b\n", "## Learnings\n- b\n- a\n"),
        ("## Learnings\n- b", "## Learnings\n- b\n- a\n"),
        ("## Learnings\r\n- b", "## Learnings\r\n- b\r\n- a\r\n"),
        ("\ufeff## Learnings\r\n- b\r\n", "\ufeff## Learnings\r\n- b\r\n- a\r\n"),
        ("## Learnings\n- b\n\n\n## Next\n", "## Learnings\n- b\n- a\n\n\n## Next\n"),
        ("## Learnings\n- b\n## Next\n", "## Learnings\n- b\n- a\n## Next\n"),
        ("## Learnings\n```\nb", "## Learnings\n```\nb\n```\n\n- a\n"),
        ("## Learnings\n- b\n\n## X\n```\nc", "## Learnings\n- b\n- a\n\n## X\n```\nc"),
        ("## Learnings\n<!-- b\n", "## Learnings\n<!-- b\n-->\n\n- a\n"),
        ("---\nx: 1\n---\n## Learnings\n", "---\nx: 1\n---\n## Learnings\n- a\n"),
        ("\n", "\n# Progress\n\n## Learnings\n- a\n"),
        ("\ufeff", "\ufeff# Progress\n\n## Learnings\n- a\n"),
        ("# T\n```\n## Learnings\n```\n", "# T\n```\n## Learnings\n```\n\n## Learnings\n- a\n"),
        ("# T\n<!--\n## Learnings\n-->\n", "# T\n<!--\n## Learnings\n-->\n\n## Learnings\n- a\n"),
        ("---\n## Learnings\n---\n", "---\n## Learnings\n---\n\n- a\n"),
    ],
)
def test_where_one_item_goes(text: str, expected: str) -> None:
    assert merge(text, [added("", "## Learnings\n- a\n")]) == expected


def test_nothing_to_merge_changes_nothing() -> None:
    assert [merge(text, []) for text in ("", LOG, "\r")] == ["", LOG, "\r"]
    assert merge(LOG, [Fragment()]) == LOG


def test_bytes_that_are_no_utf8_survive() -> None:
    text = b"## Learnings\n- \xff\n".decode("utf-8", "surrogateescape")
    assert merge(text, [entry(None, "1.2", "P")]).startswith(text)


# --- always

pieces = st.sampled_from(
    [
        "# T",
        "## Completed Tasks",
        "## Learnings",
        "### a",
        "#### b",
        "###### c",
        "## Next",
        "## next ##",
        "- a",
        "  - b",
        "- [x] 1.2 T",
        "text",
        " - c",
        "    code",
        "```",
        "~~~",
        "  ```",
        "    ```",
        "- ```",
        "-",
        "<!-- c",
        "-->",
        "  <!--",
        "---",
        "",
        "",
        "  ",
        "\t",
        "\t- t",
        "1. n",
        "   lazy",
        "\ufeff",
        "x\r",
        "## ",
        "#",
        "- ## h",
        "  ## h",
        "``",
        "\x0c",
        "\xa0",
        "k: v",
    ]
)
texts = st.builds(
    lambda lines, ends, last: ends.join(lines) + last,
    st.lists(pieces, max_size=12),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from(["", "\n", "\r\n"]),
)
fragments = st.lists(
    st.builds(added, texts, texts) | st.builds(lambda after: entry(added("", after), "1.2", "T"), texts),
    max_size=3,
)


@given(texts, fragments)
def test_merging_twice_always_equals_merging_once(text: str, fragments: list[Fragment]) -> None:
    once = merge(text, fragments)
    assert merge(once, fragments) == once


@given(texts, fragments)
def test_a_merge_always_keeps_every_line_and_adds_every_item(text: str, fragments: list[Fragment]) -> None:
    merged = merge(text, fragments)
    rest = iter(merged.split("\n"))
    assert all(any(line == other for other in rest) for line in text.split("\n")[:-1])
    for fragment in fragments:
        for _, found in fragment.sections:
            assert all(item in merged.replace("\r", "") for item in found)


@given(texts)
def test_a_log_that_nobody_touched_always_adds_nothing(text: str) -> None:
    assert added(text, text) == Fragment()


@given(texts)
def test_every_word_of_an_executor_arrives_unless_it_is_of_the_moment(text: str) -> None:
    written = "\n" + text.replace("## Next", "## Blockers").replace("## next ##", "## Blockers")
    merged = merge("", [added("", written)])
    for line in written.replace("\r", "").split("\n"):
        if line.strip("\ufeff").strip() and not line.startswith("#"):
            assert line.strip("\ufeff ") in merged
