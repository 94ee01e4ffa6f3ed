"""What a landing promises always: for random repositories, executors, and a person who moves the target meanwhile.

Each example is carried out with real git through the command line. `executors.py` says what may happen in it,
`oracle.py` judges by other means what must come of it.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from executors import SCENARIOS, Landed, Scenario, carry_out
from hypothesis import HealthCheck, given, settings
from oracle import files, not_conserved, squash_one_by_one
from reliability import Proved

from ralph_hooks.spec.progress import mentions

# The fast run is the same every time, so that a red one can be repeated; the slow one draws anew and prints its seed.
COMMON = settings(deadline=None, print_blob=True, suppress_health_check=list(HealthCheck))
FAST = settings(COMMON, max_examples=5, derandomize=True, database=None)
SLOW = settings(COMMON, max_examples=200)
ONE = ("landings of drawn batches", 1)


@FAST
@given(scenario=SCENARIOS)
def test_a_landing_keeps_its_promises(proved: Proved, scenario: Scenario) -> None:
    _check(scenario)
    proved(*ONE)


@pytest.mark.slow
@SLOW
@given(scenario=SCENARIOS)
def test_a_landing_keeps_its_promises_whatever_happens(proved: Proved, scenario: Scenario) -> None:
    _check(scenario)
    proved(*ONE)


def _check(scenario: Scenario) -> None:
    with _scratch() as folder:
        done = carry_out(scenario, folder / "one" / "repo")
        assert done.ran.code == (0 if len(done.commits) == len(scenario.ids) else 1), done.ran
        _lands_what_a_careful_person_would(done, folder / "one" / "clone")
        _conserves(done)
        _stamps_each_commit_with_its_own_task(done)
        _leaves_a_clean_worktree(done)
        _loses_nothing(done)
        _lands_once(done)
        _repeats(done, carry_out(scenario, folder / "two" / "elsewhere" / "repo"))
        _takes_it_back(done)


@contextmanager
def _scratch() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="ralph-property-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def _lands_what_a_careful_person_would(done: Landed, clone: Path) -> None:
    """Outside the spec's own files every commit has the tree of the `merge --squash` route, and the same tasks land."""
    tip = done.before
    for expected in squash_one_by_one(done, clone):
        landed = expected.task in done.commits
        assert landed == expected.lands, (expected, done.ran)
        tip = done.commits.get(expected.task) or tip
        assert files(done.shop, tip) == expected.files, expected
    assert tip == done.ran.json["after"]


def _conserves(done: Landed) -> None:
    heads, before = dict(done.finished), done.before
    for task, commit in done.commits.items():
        if commit:
            base = done.shop.git("merge-base", done.before, heads[task])
            assert not list(not_conserved(done.shop, base, heads[task], before, commit))
            before = commit


def _stamps_each_commit_with_its_own_task(done: Landed) -> None:
    """One more box is ticked, nothing else in the list changes; the log names one more task and loses no line."""
    shop, before = done.shop, done.before
    for task, commit in done.commits.items():
        assert commit, "a commit of nothing but the tick is a commit"
        assert shop.git("rev-list", "--parents", "-1", commit).split() == [commit, before]
        old, new = (shop.show(rev, shop.page("tasks.md")) for rev in (before, commit))
        assert new == old.replace(f"- [ ] {task} ", f"- [x] {task} ") != old
        old, new = (shop.show(rev, shop.page(".progress.md")) for rev in (before, commit))
        assert mentions(new, task)
        assert not mentions(old, task)
        lines = iter(new.split("\n"))
        assert all(line in lines for line in old.split("\n"))
        before = commit
    assert before == done.ran.json["after"] == shop.git("rev-parse", "main")


def _leaves_a_clean_worktree(done: Landed) -> None:
    assert done.shop.status() == ""
    assert not done.shop.refs("refs/ralph/landing")
    assert not (done.shop.path / ".git" / "index.lock").exists()


def _loses_nothing(done: Landed) -> None:
    """What an executor had committed is reachable from our refs, and so is a commit of all that its worktree held."""
    shop = done.shop
    kept = set(shop.git("rev-list", "--glob=refs/ralph/*").split())
    trees = set(shop.git("log", "--format=%T", "--glob=refs/ralph/*").split())
    for left in done.left.values():
        assert kept >= set(left.commits)
        assert left.tree in trees


def _lands_once(done: Landed) -> None:
    refs = done.shop.refs()
    again = done.shop.land()
    assert (again.code, again.json["batch"]) == (0, None)
    assert done.shop.refs() == refs


def _repeats(done: Landed, other: Landed) -> None:
    """In another copy, at another place, at another time: the same commits."""
    assert other.ran.json == done.ran.json
    assert other.shop.refs("refs/ralph/landed") == done.shop.refs("refs/ralph/landed")


def _takes_it_back(done: Landed) -> None:
    shop = done.shop
    assert shop.run("undo").code == 0
    assert shop.git("rev-parse", "main") == done.before
    assert shop.status() == ""
    for page in ("tasks.md", ".progress.md"):
        assert shop.read(shop.page(page)).removesuffix("\n") == shop.show(done.before, shop.page(page))
    assert shop.read(shop.page(".ralph-state.json")) == done.state
