"""What of the sweeps in tests/faults is run: one point or seed, every N-th, the product of first and second ones."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    text = "of the sweeps in tests/faults only the point of this number, which a failure of one of them names"
    parser.addoption("--kill-point", type=int, metavar="N", help=text)
    parser.addoption("--product", action="store_true", help="the recovery from each of them killed at each of its own")
    text = "so many kills of each command at random instants, seeds from 0 (by default %(default)s)"
    parser.addoption("--instants", type=int, metavar="N", default=10, help=text)
    parser.addoption("--instant", type=int, metavar="SEED", help="the one at the instant that this seed draws, alone")
    text = "of torn writes, interruptions, full disks and errors, every N-th point (by default %(default)s)"
    parser.addoption("--every", type=int, metavar="N", default=8, help=text)


@pytest.fixture
def scratch(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A scratch folder in memory where there is one: a sweep makes thousands of repositories."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(prefix="ralph-faults-", dir=memory if memory.is_dir() else None) as folder:
        monkeypatch.setenv("TMPDIR", folder)
        yield Path(folder)


@pytest.fixture
def every(request: pytest.FixtureRequest) -> int:
    """Of what differs less: a full disk, an interruption, the middle of a write; a command that is akin to another."""
    found: int = request.config.getoption("--every")
    return found


@pytest.fixture
def only(request: pytest.FixtureRequest) -> int | None:
    found: int | None = request.config.getoption("--kill-point")
    return found


@pytest.fixture
def product(request: pytest.FixtureRequest) -> bool:
    """Each recovery killed at each of its points."""
    found: bool = request.config.getoption("--product")
    return found


@pytest.fixture
def instants(request: pytest.FixtureRequest) -> range:
    """Seeds."""
    rounds, seed = (request.config.getoption(option) for option in ("--instants", "--instant"))
    return range(rounds) if seed is None else range(seed, seed + 1)
