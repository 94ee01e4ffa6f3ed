"""Findings that were there before: hidden by count, whatever moves, and missed when they are gone."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_rules import SMALL, UNUSED, found

from ralph_hooks.errors import UsageError
from ralph_hooks.lint.baseline import Key, key, read, write
from ralph_hooks.lint.model import Finding
from ralph_hooks.lint.places import Places

OLD = "intro TODO\n\n- [ ] 1.1 TODO one\n- [ ] 1.2 Two TODO\n"


def keyed(text: str, path: str = "tasks.md") -> list[tuple[Key, Finding]]:
    places = Places.of(text)
    return [(key(path, one, places.text(one.line)), one) for one in found(text)]


def known(text: str) -> str:
    counts: dict[Key, int] = {}
    for one, _ in keyed(text):
        counts[one] = counts.get(one, 0) + 1
    return write(counts)


def new(before: str, after: str) -> list[str]:
    return [f"{one.line} {one.code}" for one in read("base.json", known(before)).new(keyed(after))]


def stale(before: str, after: str) -> list[str]:
    made = read("base.json", known(before)).stale(
        [key for key, _ in keyed(after)], frozenset({"tasks.md"}), SMALL, UNUSED
    )
    return [f"{one.path}:{one.line} {one.code} {one.message}" for one in made]


@pytest.mark.parametrize(
    ("after", "left"),
    [
        (OLD, []),
        ("\n\n\n" + OLD, []),
        ("# New\n\n  intro   TODO \n\n- [ ] 1.2 Two TODO, changed\n- [ ] 1.1 TODO one\n", []),
        (OLD + "- [ ] 1.3 TODO\n", ["5 RH981"]),
        (OLD.replace("TODO one", "TODO TODO one"), ["3 RH981"]),
        (OLD.replace("intro", "changed"), ["1 RH981"]),
        (OLD.replace("1.1 TODO", "1.1 FIXME"), ["3 RH982"]),
    ],
)
def test_only_what_is_new_is_reported(after: str, left: list[str]) -> None:
    assert new(OLD, after) == left


def test_what_is_gone_is_missed_in_the_line_of_its_entry() -> None:
    assert stale(OLD, OLD) == []
    assert stale(OLD, OLD.replace("TODO one", "one")) == [
        "base.json:5 RH901 the baseline expects 1 more RH981 in tasks.md (task 1.1): write it anew"
    ]


def test_what_was_not_looked_for_is_not_missed() -> None:
    base = read("base.json", known(OLD))
    assert base.stale([], frozenset({"other.md"}), SMALL, UNUSED) == []
    assert base.stale([], frozenset({"tasks.md"}), [UNUSED], UNUSED) == []
    assert len(base.stale([], frozenset({"tasks.md"}), SMALL, UNUSED)) == 3


def test_the_file_is_json_with_an_entry_a_line() -> None:
    text = known("TODO TODO\n\n- [ ] 1.1 TODO\n")
    document = json.loads(text)
    assert document["version"] == 1
    assert [(one["about"][:5], one["count"]) for one in document["findings"]] == [("line ", 2), ("task ", 1)]
    assert len(text.splitlines()) == 7
    assert json.loads(write({})) == {"version": 1, "findings": []}


@given(st.dictionaries(st.tuples(st.text(), st.text(), st.text()), st.integers(1, 9), max_size=5))
def test_what_is_written_is_read(counts: dict[Key, int]) -> None:
    assert read("base.json", write(counts)).counts == counts


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "1",
        '{"version": 2, "findings": []}',
        "{}",
        '{"version": 1}',
        '{"version": 1, "findings": [1]}',
        '{"version": 1, "findings": [{"path": "a", "code": "b", "about": "c", "count": "many"}]}',
        "[" * 10_000,
    ],
)
def test_anything_else_is_one_clear_line(text: str) -> None:
    with pytest.raises(UsageError, match=r"base\.json (is no baseline|has version)"):
        read("base.json", text)
