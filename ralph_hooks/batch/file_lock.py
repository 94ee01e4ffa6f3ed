"""A lock of the system's on a file: it goes when its holder has died, however it died, with the git processes it began.

Those inherit the lock's descriptor, as no other process does: after the SIGKILL of a command alone, a git process of it
may be writing still, and who comes next must not meet it at work.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from ralph_hooks import progress
from ralph_hooks.errors import RefusedError

_LOOK = 0.05  # seconds between two looks at a lock that somebody else holds


class BusyError(RefusedError):
    """Somebody else, who is alive, holds the lock."""


@contextmanager
def file_lock(path: Path, seconds: float, where: str) -> Iterator[None]:
    """Hold the lock on the file at `path`, which is made; raise BusyError, which says `where`, after `seconds`."""
    with _opened(path) as file:
        if not _locked(file.fileno(), seconds):
            what = f"another ralph-hooks has been at work in {where} for {seconds:g} seconds"
            raise BusyError(what, "wait for it, or see what it waits for")
        os.set_inheritable(file.fileno(), True)
        try:
            yield
        finally:
            fcntl.flock(file, fcntl.LOCK_UN)  # also for those who have inherited it and live on: a daemon of a hook


def _opened(path: Path) -> IO[bytes]:
    try:
        return path.open("ab")
    except OSError as error:
        raise RefusedError(f"{path} cannot be written: {error.strerror}", "mend that, then try again") from error


def _locked(file: int, seconds: float) -> bool:
    end = time.monotonic() + seconds
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= end:
                return False
            progress.tell("waiting for another ralph-hooks to end")
            time.sleep(min(_LOOK, seconds))
        else:
            return True
