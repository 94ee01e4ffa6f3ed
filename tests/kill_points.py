"""What of the sweeps in tests/faults is run: `--kill-point N` and `--every N`."""

from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    text = "of the sweeps in tests/faults only the point of this number, which a failure of one of them names"
    parser.addoption("--kill-point", type=int, metavar="N", help=text)
    text = "of torn writes, interruptions and full disks, every N-th point (by default %(default)s)"
    parser.addoption("--every", type=int, metavar="N", default=8, help=text)
