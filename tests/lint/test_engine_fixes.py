"""Fixes: what is applied, what is left, and that it ends."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_rules import FIXME, HACK, SMALL, TODO, found, rule, words

from ralph_hooks.lint.fixes import Fixed, diff, edited, fix
from ralph_hooks.lint.model import Edit, Finding, Fix, Rule
from ralph_hooks.tasklist.model import Span


def fixed(text: str, *rules: Rule, unsafe: bool = False) -> Fixed:
    return fix(text, lambda text: found(text, *rules), unsafe=unsafe)


def many(*edits: tuple[int, int, str]) -> Fix:
    return Fix(tuple(Edit(Span(start, end), text) for start, end, text in edits))


@pytest.mark.parametrize(
    ("text", "unsafe", "after", "count"),
    [
        ("a TODO b TODO", False, "a DONE b DONE", 2),
        ("a FIXME b", False, "a FIXME b", 0),
        ("a FIXME b TODO", True, "a  b DONE", 2),
        ("HACK", True, "HACK", 0),
        ("\ufeffTODO\r\n\udcff\r", False, "\ufeffDONE\r\n\udcff\r", 1),
    ],
)
def test_safe_fixes_are_applied_and_others_on_demand(text: str, unsafe: bool, after: str, count: int) -> None:
    done = fixed(text, *SMALL, HACK, unsafe=unsafe)
    assert (done.text, done.fixes) == (after, count)
    assert done.findings == found(after, *SMALL, HACK)


def test_fixing_goes_on_until_nothing_gets_better() -> None:
    chain = [rule(f"RH97{at}", f"chain-{at}", words(f"w{at}.", f"w{at + 1}.")) for at in range(6)]
    last = rule("RH979", "last", words("w6.", "end"))
    # Each step leaves as many findings as before and as many to fix, until the last.
    assert fixed("w6. ", last).text == "end "
    assert fixed("w0. ", *chain, last).text == "w0. "


def test_a_fix_that_lays_open_more_than_it_mends_is_left_out() -> None:
    opens = rule("RH971", "opens", words("one", "two two"))
    two = rule("RH972", "two", words("two"))
    done = fixed("one TODO", opens, two, TODO)
    assert (done.text, done.fixes) == ("one DONE", 1)


def test_fixes_that_overlap_take_turns() -> None:
    first = rule("RH971", "first", words("ab", "x"))
    other = rule("RH972", "other", words("bc", "y"))
    assert fixed("abc", first, other).text == "xc"
    both = rule("RH973", "both", words("b", ""))
    assert fixed("ab", first, both).text == "x"


def test_two_insertions_at_one_place_do_not_go_in_together() -> None:
    looks = []

    def insert(text: str) -> tuple[Finding, ...]:
        looks.append(text)
        missing = [word for word in "AB" if word not in text]
        finding = found("TODO", TODO)[0]
        return tuple(finding._replace(fix=many((0, 0, word))) for word in missing)

    assert fix("", insert, unsafe=False).text == "BA"
    assert looks == ["", "A", "BA"]


def test_a_fix_whose_own_edits_overlap_is_not_applied() -> None:
    def lint(text: str) -> tuple[Finding, ...]:
        finding = found("TODO", TODO)[0]
        broken = many((0, 2, ""), (1, 3, ""))
        return (finding._replace(fix=broken),) if text == "abcd" else ()

    assert fix("abcd", lint, unsafe=False).text == "abcd"


def test_edits_are_made_from_behind() -> None:
    assert edited("abcdef", [Edit(Span(1, 2), "BBB"), Edit(Span(4, 5), ""), Edit(Span(6, 6), "!")]) == "aBBBcdf!"


@given(st.text(alphabet="TODOFIXMEHACK -[]x1.\r\n\ufeff"), st.booleans())
def test_fixing_is_idempotent_and_never_makes_it_worse(text: str, unsafe: bool) -> None:
    once = fixed(text, *SMALL, HACK, unsafe=unsafe)
    assert fixed(once.text, *SMALL, HACK, unsafe=unsafe).text == once.text
    assert len(once.findings) <= len(found(text, *SMALL, HACK))
    assert (once.fixes == 0) == (once.text == text)


@given(st.data())
def test_whatever_rules_do_to_each_other_it_ends(data: st.DataObject) -> None:
    letters = st.sampled_from("abc")
    pairs = data.draw(st.lists(st.tuples(letters, st.text(alphabet="abc", max_size=2)), max_size=4))
    rules = [rule(f"RH97{at}", f"r{at}", words(old, new)) for at, (old, new) in enumerate(pairs)] or [HACK]
    text = data.draw(st.text(alphabet="abc", max_size=8))
    once = fixed(text, *rules)
    assert fixed(once.text, *rules).text == once.text
    assert len(once.findings) <= len(found(text, *rules))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("a\nb\nc\n", "a\nB\nc\n"),
        ("a\nb", "a\nB"),
        ("a\nb", "a\nb\n"),
        ("a\r\nb\r\n", "a\r\nB\r\n"),
        ("a\u2028b\n", "a\u2028c\n"),
        ("", "a\n"),
        ("a\n", ""),
        ("a\rb\nc\fd\n", "a\rB\nc\fd\n"),
    ],
)
def test_git_applies_the_diff(tmp_path: Path, old: str, new: str) -> None:
    (tmp_path / "tasks.md").write_bytes(old.encode())
    patch = diff("tasks.md", old, new).encode()
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    subprocess.run(["git", "apply", "--whitespace=nowarn", "-"], cwd=tmp_path, input=patch, check=True)
    assert (tmp_path / "tasks.md").read_bytes() == new.encode()


def test_no_change_is_no_diff() -> None:
    assert diff("tasks.md", "a\n", "a\n") == ""


def test_an_unsafe_fix_alone_is_not_applied() -> None:
    assert fixed("FIXME", FIXME).text == "FIXME"


def test_one_harmful_fix_among_many_costs_few_looks() -> None:
    opens = rule("RH971", "opens", words("one", "two two"))
    two = rule("RH972", "two", words("two"))
    looks = []

    def lint(text: str) -> tuple[Finding, ...]:
        looks.append(text)
        return found(text, opens, two, TODO)

    done = fix("TODO " * 60 + "one" + " TODO" * 67, lint, unsafe=False)
    assert done.text == "DONE " * 60 + "one" + " DONE" * 67
    assert len(looks) < 60
