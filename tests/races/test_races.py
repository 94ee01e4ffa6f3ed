"""Rounds in which several processes meet in one repository. A round that fails is made again by its seed."""

from __future__ import annotations

import pytest
from moments import Moments
from race import Round, run
from reliability import Proved


@pytest.fixture(scope="module")
def moments(tmp_path_factory: pytest.TempPathFactory) -> Moments:
    return Moments(tmp_path_factory.mktemp("races"))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    seed, rounds = metafunc.config.getoption("--race-seed"), metafunc.config.getoption("--race-rounds")
    seeds = [seed] if seed is not None else range(rounds)
    metafunc.parametrize("which", [Round(number) for number in seeds], ids=str)


@pytest.mark.slow
def test_a_round(which: Round, moments: Moments, proved: Proved) -> None:
    run(which, moments)
    proved("race rounds", 1)
