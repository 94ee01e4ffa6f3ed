"""Which processes live, and which have a file open, where the system tells it."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path


def is_alive(pid: int) -> bool:
    """May a process of this number be running?"""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):  # another user's process is one that runs
        return True
    return True


def who_has_open(paths: Iterable[Path]) -> dict[Path, int]:
    """For each file that a process other than this one has open, that process."""
    wanted = {str(path.resolve()): path for path in paths}
    found: dict[Path, int] = {}
    if not wanted:
        return found
    for pid in _numbers(Path("/proc")):
        if int(pid) == os.getpid():
            continue
        with suppress(OSError):  # gone, or not ours to look into
            for entry in os.scandir(f"/proc/{pid}/fd"):
                with suppress(OSError):
                    path = wanted.get(str(Path(entry.path).readlink()))
                    if path is not None:
                        found[path] = int(pid)
    return found


def _numbers(folder: Path) -> list[str]:
    try:
        return [name for name in os.listdir(folder) if name.isdigit()]  # noqa: PTH208 - a thousand names
    except OSError:
        return []
