"""`--kill-point N`: of a sweep over all points at which a command can be broken off, that one alone."""

from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    text = "of the sweeps in tests/faults only the point of this number, which a failure of one of them names"
    parser.addoption("--kill-point", type=int, metavar="N", help=text)
