"""A lock of the system's on a file: it goes when its holder has died, however it died, with the git processes it began.

Those inherit the lock's descriptor, as no other process does: after the SIGKILL of a command alone, a git process of it
may be writing still, and who comes next must not meet it at work.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
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
    with _taken(path, seconds, where) as file:
        os.set_inheritable(file.fileno(), True)
        try:
            yield
        finally:
            fcntl.flock(file, fcntl.LOCK_UN)  # also for those who have inherited it and live on: a daemon of a hook


def _taken(path: Path, seconds: float, where: str) -> IO[bytes]:
    """The locked file. A lock on one that was deleted meanwhile keeps nobody out, so that is taken anew."""
    end = time.monotonic() + seconds
    while True:
        with ExitStack() as unless_taken:
            file = unless_taken.enter_context(_opened(path))
            if not _locked(file.fileno(), end):
                what = f"{_holder(file.fileno())} is at work in {where} and has not ended within {seconds:g} seconds"
                raise BusyError(what, "wait for it, or see what it waits for")
            if _stands(file, path):
                unless_taken.pop_all()
                return file


def _opened(path: Path) -> IO[bytes]:
    try:
        return path.open("ab")
    except OSError as error:
        raise RefusedError(f"{path} cannot be written: {error.strerror}", "mend that, then try again") from error


def _locked(file: int, end: float) -> bool:
    """Lock it, by the time `end` of the monotonic clock."""
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            left = end - time.monotonic()
            if left <= 0:
                return False
            progress.tell(f"waiting for {_holder(file)} to end")
            time.sleep(min(_LOOK, left))
        else:
            return True


def _stands(file: IO[bytes], path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except FileNotFoundError:
        return False


def _holder(file: int) -> str:
    from ralph_hooks.batch.holder import holder  # noqa: PLC0415 - for those who wait

    return holder(file)
