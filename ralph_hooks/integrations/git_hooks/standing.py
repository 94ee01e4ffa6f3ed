"""Where a hook runs: in which worktree, and is that one an executor's of an open batch?"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ralph_hooks.batch.listing import read_list
from ralph_hooks.batch.model import Attempt, Batch
from ralph_hooks.batch.pages import decode, page_text
from ralph_hooks.batch.store import Store, open_store
from ralph_hooks.batch.workplace import home
from ralph_hooks.config import Config, load
from ralph_hooks.errors import RefusedError
from ralph_hooks.git.objects import Objects, open_objects
from ralph_hooks.git.repository import HEADS, Repository, open_repository
from ralph_hooks.records import NamedTuple
from ralph_hooks.tasklist.lookup import same_task
from ralph_hooks.tasklist.model import Task


class Standing(NamedTuple):
    """A worktree that an executor of the open batch works in. `attempt` is None while its task is not known yet.

    `branch`: the full name of the worktree's own branch, None where it was made without one.
    """

    repository: Repository
    store: Store
    batch: Batch
    attempt: Attempt | None
    branch: str | None

    @property
    def config(self) -> Config:
        """The settings of whoever started the batch: an executor's own copy of them is its to edit."""
        return load(Path(self.batch.top))


@contextmanager
def standing(cwd: Path) -> Iterator[Standing | None]:
    """Where the hook that was called in `cwd` stands; None outside executors' worktrees and without an open batch."""
    repository = worktree_here(cwd)
    if repository is None or not (home(repository) / "ralph.db").exists():
        yield None
        return
    with open_store(home(repository)) as store:
        batch = store.open_batch()
        yield _standing(repository, store, batch) if batch else None


def open_target(repository: Repository) -> str | None:
    """The full name of the target of the open batch, if one is open."""
    if not (home(repository) / "ralph.db").exists():
        return None
    with open_store(home(repository)) as store:
        batch = store.open_batch()
        return batch.target if batch else None


def worktree_here(cwd: Path) -> Repository | None:
    """The worktree of `cwd`, if it is one of the repository that git is at work in.

    A push to the repository itself runs hooks in the worktree's git directory, whose `gitdir` says where it stands.
    """
    try:
        found = open_repository(cwd)
    except RefusedError:
        try:
            found = open_repository(Path((cwd / "gitdir").read_text().strip()).parent)
        except (OSError, RefusedError):
            return None
    told = os.environ.get("GIT_DIR")
    return found if told is None or _common(cwd / told) == found.common_dir.resolve() else None


def _common(git_dir: Path) -> Path:
    """The directory that all worktrees share, of the one whose git directory this is."""
    if git_dir.is_file():
        git_dir = git_dir.parent / git_dir.read_text().removeprefix("gitdir: ").rstrip("\n")
    with suppress(OSError):
        return (git_dir / (git_dir / "commondir").read_text().rstrip("\n")).resolve()
    return git_dir.resolve()


def _standing(repository: Repository, store: Store, batch: Batch) -> Standing | None:
    top = str(repository.top)
    attempt = next((one for one in batch.attempts if one.folder and str(one.folder.resolve()) == top), None)
    adopted = None if attempt else store.adopted_at(top)
    owner = attempt or (adopted if adopted and adopted.batch == batch.id else None)
    if owner is None:
        return None
    return Standing(repository, store, batch, attempt, HEADS + owner.branch if owner.branch else None)


def tasks_of(here: Standing) -> dict[int, Task]:
    """The tasks of the batch as they were when it was started, by index."""
    with open_objects(here.repository) as objects:
        listed = read_list(objects, here.batch, _list(here.batch, objects))
    found = ((one.index, same_task(listed, one.index, one.id, one.title)) for one in here.batch.attempts)
    return {index: task for index, task in found if task is not None}


def _list(batch: Batch, objects: Objects) -> str:
    """The list as the base has it; where git does not keep it, the copy that the executors were given."""
    text = page_text(objects, objects.tree_of(batch.base), batch.tasks)
    if text is not None:
        return text
    copy = batch.copied.get(batch.tasks)
    return decode(objects.blob(copy) if copy else (Path(batch.top) / batch.tasks).read_bytes())
