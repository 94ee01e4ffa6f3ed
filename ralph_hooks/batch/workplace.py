"""Where a command works: repository, configuration, store, and the lock that lets one change things at a time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from ralph_hooks.batch import names
from ralph_hooks.batch.file_lock import BusyError, file_lock
from ralph_hooks.config import Config, load
from ralph_hooks.git import features
from ralph_hooks.git.claims import FOLDER
from ralph_hooks.git.repository import Repository, opening_repository, worktree_at
from ralph_hooks.records import NamedTuple

if TYPE_CHECKING:
    from ralph_hooks.batch.store import Store

__all__ = ["BusyError", "Workplace", "clock", "exclusive", "home", "now", "open_workplace"]


class Workplace(NamedTuple):
    """`repository` is the worktree of the current directory; `folder` is ours, in the git common dir.

    From an executor's worktree it is the one that the batch was started in: what stands in an executor's, settings and
    hooks among it, is the executor's.
    """

    repository: Repository
    config: Config
    store: Store
    folder: Path


@contextmanager
def open_workplace(cwd: Path) -> Iterator[Workplace]:
    """The workplace of the directory `cwd`. Raises RefusedError outside a worktree and with a git that is too old."""
    with opening_repository(cwd) as found, features.asking_features() as required:
        from ralph_hooks.batch.store import open_store  # noqa: PLC0415 - loaded while git answers

        required()
        here = found()
    folder = home(here)
    with open_store(folder) as store:
        repository = _not_an_executors(here, store)
        yield Workplace(repository, load(repository.top), store, folder)


def _not_an_executors(here: Repository, store: Store) -> Repository:
    if here.git_dir == here.common_dir:
        return here
    adopted = store.adopted_at(str(here.top))
    record = store.record(adopted.batch) if adopted else None
    top = Path(record.batch.top) if record else names.started_in(here.top)
    return worktree_at(here, top) if top and top.is_dir() else here


def home(repository: Repository) -> Path:
    """Our own folder: database, lock, log of errors. Shared by all worktrees."""
    return repository.common_dir / FOLDER


@contextmanager
def exclusive(work: Workplace, wait: float | None = None) -> Iterator[None]:
    """Hold the landing lock. The system lets go of it when its holder dies, however it dies.

    Raises BusyError after `wait` seconds, by default those of the configuration.
    """
    seconds = work.config.lock_timeout if wait is None else wait
    with file_lock(work.folder / "lock", seconds, "this repository"):
        yield


def clock() -> datetime:
    """The time (UTC). It enters the store and never a commit."""
    return datetime.now(UTC)


def now(precision: str = "seconds") -> str:
    """The time as it is stored: for people, or finer where it tells what came first."""
    return clock().isoformat(timespec=precision)
