"""The conservation check on random trees: an honest merge passes, every kind of dishonesty is caught at its path."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from ralph_hooks.batch.conserve import Evidence, ThreeWay, needs_renames, renamed_content, violations
from ralph_hooks.git.diff import Change, Diff, Rename
from ralph_hooks.git.objects import Entry

Tree = dict[str, Entry]

MODES = st.sampled_from(["100644", "100755", "120000"])
PATHS, ENTRIES = st.sampled_from("abcdefgh"), st.builds(Entry, MODES, st.sampled_from("1234"))
TREES = st.dictionaries(PATHS, ENTRIES, min_size=4, max_size=8)
EDITS = st.dictionaries(PATHS, st.one_of(st.none(), ENTRIES, ENTRIES), max_size=6)  # None deletes
PAGE, FOREIGN, MERGED = "tasks.md", Entry("100644", "foreign"), Entry("100644", "merged")


@dataclass(frozen=True, slots=True)
class Merge:
    """A three-way merge: base, the target's tip, the attempt, and an honest outcome with a stamped page."""

    base: Tree
    tip: Tree
    attempt: Tree
    honest: Tree


@st.composite
def merges(draw: st.DrawFn) -> Merge:
    base = draw(TREES)
    tip, attempt = edited(base, draw(EDITS)), edited(base, draw(EDITS))
    honest = dict(tip)
    for path, change in diff(base, attempt).items():
        if base.get(path) == tip.get(path) or tip.get(path) == change.new:
            put(honest, path, change.new)
        elif path in tip and path in attempt:
            honest[path] = MERGED
        else:  # one deletes what the other edits: git calls that a conflict, so it does not happen here
            put(attempt, path, base.get(path))
    return Merge(base, tip, attempt, {**honest, PAGE: FOREIGN})


def edited(tree: Tree, edits: Mapping[str, Entry | None]) -> Tree:
    changed = dict(tree)
    for path, entry in edits.items():
        put(changed, path, entry)
    return changed


def diff(old: Tree, new: Tree) -> Diff:
    changed = {path for path in {*old, *new} if old.get(path) != new.get(path)}
    return {path: Change(path, old.get(path), new.get(path)) for path in changed}


def put(tree: Tree, path: str, entry: Entry | None) -> None:
    tree.pop(path, None)
    if entry is not None:
        tree[path] = entry


def evidence(merge: Merge, landed: Tree) -> Evidence:
    return Evidence(diff(merge.base, merge.attempt), diff(merge.base, merge.tip), diff(merge.tip, landed), {PAGE})


@given(merges())
def test_an_honest_merge_is_conserved(merge: Merge) -> None:
    assert violations(evidence(merge, merge.honest)) == ()


# What a wrong merge may do: which paths it can do it to, and what stands there then.

Entries = Callable[[Merge, str], Entry | None]


def untouched(merge: Merge, path: str) -> bool:
    return merge.base.get(path) == merge.attempt.get(path)


def touched_by_target(merge: Merge, path: str) -> bool:
    return merge.base.get(path) != merge.tip.get(path)


def only_mine(merge: Merge, path: str) -> bool:
    return not untouched(merge, path) and not touched_by_target(merge, path)


WRONGS: dict[str, tuple[Callable[[Merge, str], bool], Entries]] = {
    "foreign change": (lambda m, p: untouched(m, p) and p in m.tip, lambda m, p: FOREIGN),
    "foreign file": (lambda m, p: untouched(m, p) and p not in m.tip, lambda m, p: FOREIGN),
    "foreign delete": (lambda m, p: untouched(m, p) and p in m.tip, lambda m, p: None),
    "silent revert of the target": (
        lambda m, p: untouched(m, p) and touched_by_target(m, p),
        lambda m, p: m.base.get(p),
    ),
    "altered blob": (lambda m, p: only_mine(m, p) and p in m.attempt, lambda m, p: Entry(m.attempt[p].mode, "altered")),
    "altered mode": (lambda m, p: only_mine(m, p) and p in m.attempt, lambda m, p: Entry("160000", m.attempt[p].oid)),
    "dropped change": (only_mine, lambda m, p: m.tip.get(p)),
    "delete of what both edited": (
        lambda m, p: not untouched(m, p) and touched_by_target(m, p) and p in m.tip and p in m.attempt,
        lambda m, p: None,
    ),
}


@pytest.mark.parametrize("wrong", WRONGS)
@settings(
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)  # not every merge has a path for every wrong
@given(merge=merges(), data=st.data())
def test_a_dishonest_merge_is_caught_at_its_path(wrong: str, merge: Merge, data: st.DataObject) -> None:
    fits, entry = WRONGS[wrong]
    paths = [path for path in "abcdefgh" if fits(merge, path)]
    assume(paths)
    path = data.draw(st.sampled_from(paths))
    landed = dict(merge.honest)
    put(landed, path, entry(merge, path))
    found = evidence(merge, landed)
    assert [violation.path for violation in violations(found)] == [path]
    assert needs_renames(found)


@given(st.sampled_from(["target", "attempt"]), *[st.sampled_from("12345")] * 4)
def test_content_at_the_new_end_of_a_rename_is_asked_about(
    who: str, base: str, ours: str, theirs: str, now: str
) -> None:
    """One side renamed `old` to `new`, the other edited `old`: whatever stands at `new` must be the merge of three."""
    assume(base not in {ours, theirs})
    blob = {name: Entry("100644", name) for name in "12345"}
    renamed, edited = (ours, theirs) if who == "target" else (theirs, ours)
    after_rename, after_edit = {"new": blob[renamed]}, {"old": blob[edited]}
    tip, attempt = (after_rename, after_edit) if who == "target" else (after_edit, after_rename)
    merge = Merge({"old": blob[base]}, tip, attempt, {"new": blob[now]})
    rename = (Rename("old", "new", blob[base], blob[renamed]),)
    bare = evidence(merge, merge.honest)
    known = Evidence(
        bare.attempt,
        bare.target,
        bare.landed,
        {PAGE},
        renames_target=rename if who == "target" else (),
        renames_attempt=rename if who == "attempt" else (),
    )
    assert needs_renames(bare)
    assert violations(known) == ()
    assert list(renamed_content(known)) == [ThreeWay("new", base, ours, theirs, now)]
