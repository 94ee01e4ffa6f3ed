"""Two changes that are taken for disjoint must be ones that git would merge to both of them, side by side."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ralph_hooks.batch.disjoint import Touched, disjoint
from ralph_hooks.git.diff import Change, Diff, diff_trees
from ralph_hooks.git.features import installed
from ralph_hooks.git.merge import Merger, open_merger, scratch_commit
from ralph_hooks.git.objects import Entry, Objects, open_objects
from ralph_hooks.git.repository import open_repository

OLD, NEW = Entry("100644", "1" * 40), Entry("100644", "2" * 40)


def change(**kinds: str) -> Diff:
    """`a__b="edit"`: the path a/b is edited."""
    ends = {"edit": (OLD, NEW), "add": (None, NEW), "delete": (OLD, None)}
    paths = {name.replace("__", "/"): kind for name, kind in kinds.items()}
    return {path: Change(path, *ends[kind]) for path, kind in paths.items()}


def apart(mine: Diff, theirs: Diff) -> bool:
    """`theirs` one change at a time, as a chain grows."""
    touched = Touched()
    for one in theirs.values():
        touched = touched.also([one])
    return disjoint(mine, touched)


APART = [
    (change(), change(a="edit")),
    (change(a="edit"), change(b="edit")),
    (change(a__b="add"), change(a__c="add")),
    (change(a="delete"), change(b="edit")),
    (change(a="delete"), change(b="delete")),
    (change(a__b="edit"), change(a__bc="edit")),
    (change(a="delete", b="edit"), change(c="edit", d="delete")),
]
TOGETHER = {
    "the same path": (change(a="edit"), change(a="edit")),
    "one edits, one deletes": (change(a="edit"), change(a="delete")),
    "a file and a folder": (change(a="add"), change(a__b__c="add")),
    "a folder may have been renamed": (change(a__x="delete", b__x="add"), change(a__new="add")),
}


@pytest.mark.parametrize(("mine", "theirs"), APART)
def test_apart(mine: Diff, theirs: Diff) -> None:
    assert apart(mine, theirs)
    assert apart(theirs, mine)


@pytest.mark.parametrize(("mine", "theirs"), TOGETHER.values(), ids=TOGETHER)
def test_together(mine: Diff, theirs: Diff) -> None:
    assert not apart(mine, theirs)
    assert not apart(theirs, mine)


PATHS = ("a", "a/b", "a/c", "a/b/c", "d/e", "d/f", "g")
CONTENTS = tuple(f"{letter}\n" * 30 for letter in "xyz")
TREES = st.dictionaries(st.sampled_from(PATHS), st.sampled_from(CONTENTS), max_size=5)
EDITS = st.dictionaries(st.sampled_from(PATHS), st.sampled_from((None, *CONTENTS)), max_size=3)


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Objects, Merger]]:
    top = tmp_path_factory.mktemp("disjoint")
    subprocess.run(["git", "init", "-q", top], check=True)
    repository = open_repository(top)
    with open_objects(repository) as objects, open_merger(objects, installed()) as merger:
        yield objects, merger


def tree_of(objects: Objects, files: dict[str, str]) -> str:
    """The tree of `files`; of a file and a folder with one name the folder."""
    entries = {path: Entry("100644", objects.write("blob", text.encode())) for path, text in files.items()}
    standing = {path: entry for path, entry in entries.items() if not any(p.startswith(f"{path}/") for p in files)}
    return objects.edit_tree(None, standing)


def edited(files: dict[str, str], edits: dict[str, str | None]) -> dict[str, str]:
    return {path: text for path, text in {**files, **edits}.items() if text is not None}


@given(base=TREES, mine=EDITS, theirs=EDITS)
@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
def test_disjoint_changes_are_merged_by_git_to_both(
    bench: tuple[Objects, Merger], base: dict[str, str], mine: dict[str, str | None], theirs: dict[str, str | None]
) -> None:
    objects, merger = bench
    start, one, other = (tree_of(objects, files) for files in (base, edited(base, mine), edited(base, theirs)))
    attempt, target = diff_trees(objects, [(start, one), (start, other)])
    if not apart(attempt, target):
        return
    root = objects.write("commit", scratch_commit(start, ()))
    sides = (objects.write("commit", scratch_commit(tree, (root,))) for tree in (other, one))
    merged = merger.merge(*sides, attributes=root)
    assert merged.clean
    assert merged.tree == objects.edit_tree(other, {path: item.new for path, item in attempt.items()})
