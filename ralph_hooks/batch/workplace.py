"""Where a command works: repository, configuration, store, and the lock that lets one change things at a time."""

from __future__ import annotations

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, NamedTuple

from ralph_hooks.batch.store import Store, open_store
from ralph_hooks.config import Config, load
from ralph_hooks.errors import RefusedError
from ralph_hooks.git import features
from ralph_hooks.git.repository import Repository, open_repository

_LOOK = 0.05  # seconds between two looks at a lock that somebody else holds


class Workplace(NamedTuple):
    """`repository` is the worktree of the current directory; `folder` is ours, in the git common dir."""

    repository: Repository
    config: Config
    store: Store
    folder: Path


@contextmanager
def open_workplace(cwd: Path) -> Iterator[Workplace]:
    """The workplace of the directory `cwd`. Raises RefusedError outside a worktree and with a git that is too old."""
    features.installed()
    repository = open_repository(cwd)
    folder = home(repository)
    with open_store(folder) as store:
        yield Workplace(repository, load(repository.top), store, folder)


def home(repository: Repository) -> Path:
    """Our own folder: database, lock, log of errors. Shared by all worktrees."""
    return repository.common_dir / "ralph"


class BusyError(RefusedError):
    """Somebody else, who is alive, holds the landing lock."""


@contextmanager
def exclusive(work: Workplace, wait: float | None = None) -> Iterator[None]:
    """Hold the landing lock. The system lets go of it when its holder dies, however it dies.

    Raises BusyError after `wait` seconds, by default those of the configuration.
    """
    seconds = work.config.lock_timeout if wait is None else wait
    with (work.folder / "lock").open("ab") as file:
        if not _locked(file, seconds):
            what = f"another ralph-hooks has been at work in this repository for {seconds:g} seconds"
            raise BusyError(what, "wait for it, or see what it waits for")
        yield


def _locked(file: IO[bytes], seconds: float) -> bool:
    """Take the lock on `file`, within `seconds`. It goes when the file is closed, so also when its holder dies."""
    end = time.monotonic() + seconds
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= end:
                return False
            time.sleep(min(_LOOK, seconds))
        else:
            return True


def clock() -> datetime:
    """The time (UTC). It enters the store and never a commit."""
    return datetime.now(UTC)


def now() -> str:
    """The time as it is stored, for people."""
    return clock().isoformat(timespec="seconds")
