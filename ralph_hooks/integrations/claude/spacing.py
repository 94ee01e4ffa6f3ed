"""One answer after the other: worktrees that the client makes at the same moment fight over git's files.

Some executors then do not begin ("Could not read the repository git config to neutralize filter drivers"). How long it
takes to make one depends on the machine, so an answer leaves when the executor of the one before it has begun.
"""

from __future__ import annotations

import fcntl
import os
import time
from typing import TextIO

from ralph_hooks.batch.admission import begun
from ralph_hooks.batch.workplace import Workplace

LEAST = 0.25  # seconds between two answers, of whichever batch
MOST = 10.0  # after one whose executor does not begin: another hook may have refused the call
LOOK = 0.05  # between two looks


def keep_apart(work: Workplace, batch: str) -> None:
    """Wait until the answer to a call of `batch` may leave."""
    with (work.folder / "claude.answered").open("a+", encoding="ascii") as stamp:
        fcntl.flock(stamp, fcntl.LOCK_EX)  # by the dead it is held no longer
        answered, since = _answered(stamp, batch), os.fstat(stamp.fileno()).st_mtime
        while is_early(time.time() - since, awaited=begun(work, batch) < answered):
            time.sleep(LOOK)
        stamp.truncate(0)
        stamp.write(f"{batch} {answered + 1}")


def is_early(age: float, *, awaited: bool) -> bool:
    """Is it too early for an answer, `age` seconds after the one before it? `awaited`: its executor has not begun."""
    return 0 <= age < (max(LEAST, MOST) if awaited else LEAST)


def _answered(stamp: TextIO, batch: str) -> int:
    """How many calls of this batch have been answered."""
    stamp.seek(0)
    name, _, number = stamp.read().partition(" ")
    return int(number) if name == batch and number.isdecimal() else 0
