"""What of the sweeps in tests/faults is run: one point or seed, every N-th, the product of first and second ones."""

from __future__ import annotations

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
