"""SIGKILL before every change to the disk: the next command ends what was begun, or it is as if nothing had been."""

from __future__ import annotations

from itertools import chain
from pathlib import Path

import pytest
from injecting import Fault
from reliability import Proved
from scenes import DEEDS
from sweeping import Stage, at_instants, struck, sweep
from worlds import differences

from ralph_hooks.cli import INTERRUPTED

PARTS = [(name, part) for name, deed in DEEDS.items() for part in range(deed.parts)]
FEW = {"land": 9, "start": 17}  # parts of the fast run, of which it takes one


@pytest.mark.slow
@pytest.mark.parametrize(("name", "part"), PARTS)
def test_killed_at_every_point(
    name: str, part: int, scratch: Path, every: int, only: int | None, product: bool, proved: Proved
) -> None:
    deed = DEEDS[name]
    first, second = sweep(Stage(deed, scratch, part, every if deed.akin else deed.parts, only), "kill", product=product)
    proved("kill points: a command and all that it began", first)
    proved("kill points in the recovery from one of those", second)


@pytest.mark.slow
@pytest.mark.parametrize("name", DEEDS)
def test_killed_at_random_instants(name: str, scratch: Path, instants: range, proved: Proved) -> None:
    proved("kill points at random instants", at_instants(Stage(DEEDS[name], scratch, 0, 1, None), instants))


@pytest.mark.slow
@pytest.mark.parametrize("name", DEEDS)
def test_killed_in_the_middle_of_a_write(
    name: str, scratch: Path, every: int, only: int | None, proved: Proved
) -> None:
    first, second = sweep(Stage(DEEDS[name], scratch, 0, every, only, calls={"write"}), "tear")
    proved("kill points in the middle of a write", first)
    proved("kill points in the recovery from one of those", second)


@pytest.mark.compat("recovery")
@pytest.mark.parametrize("name", FEW)
def test_killed_at_some_points(name: str, scratch: Path) -> None:
    first, _ = sweep(Stage(DEEDS[name], scratch, 5, 150, None), "kill")
    assert first


@pytest.mark.parametrize("seed", range(3))
def test_a_copy_is_what_a_kill_leaves(seed: int, scratch: Path) -> None:
    """By a copy at one of its points a sweep breaks off a recovery that it lets go on to its end as well."""
    stage = Stage(DEEDS["finish"], scratch, 0, 1, None)
    stage.back("before")
    copied = stage.break_off(Fault("copy", 1, hold=seed)).copied
    assert copied
    stage.back_to_copy()
    copy = stage.world()
    stage.back("before")
    assert stage.break_off(Fault("kill", copied.number)).points[-1] == copied
    killed = stage.world()
    # Claims hold names that are drawn anew in each run.
    assert not differences({**killed, "git": dict.fromkeys(killed["git"])}, {**copy, "git": dict.fromkeys(copy["git"])})


@pytest.mark.slow
@pytest.mark.parametrize("name", ["start", "finish", "land", "undo", "abort"])
def test_interrupted(name: str, scratch: Path, every: int, only: int | None, proved: Proved) -> None:
    stage, count = Stage(DEEDS[name], scratch, 0, every, only), 0
    for point, ran in chain(struck(stage, "sigint"), struck(stage, "sigterm")):
        assert ran.code in {0, 1, INTERRUPTED}, (point, ran)
        assert ran.err.count("\n") <= 3, (point, ran)
        assert "Traceback" not in ran.err, (point, ran)
        count += 1
    proved("points of an interruption", count)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["start", "finish", "land", "undo", "abort", "recover"])
def test_an_error_of_the_disk(name: str, scratch: Path, every: int, only: int | None, proved: Proved) -> None:
    stage = Stage(DEEDS[name], scratch, 0, every, only, ours=True, faults=True)
    for action, subject in {"full": "points of a full disk", "eio": "points of a write error"}.items():
        count = 0
        for point, ran in struck(stage, action):
            assert ran.code in {0, 1, 2}, (point, ran)
            assert "unexpected" not in ran.err, (point, ran)
            count += 1
        proved(subject, count)
