"""The spec's two pages, the task list and the progress log: where they stand, what they say, and their stamp."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path

from ralph_hooks.batch.listing import read_list
from ralph_hooks.batch.model import Batch
from ralph_hooks.errors import RefusedError
from ralph_hooks.git.objects import REGULAR, Entry, Objects
from ralph_hooks.git.process import SUBMODULES
from ralph_hooks.git.repository import Repository
from ralph_hooks.records import NamedTuple
from ralph_hooks.spec import progress
from ralph_hooks.spec.locate import Spec
from ralph_hooks.spec.progress import Fragment
from ralph_hooks.tasklist.edit import ticked
from ralph_hooks.tasklist.model import Task, TaskList


class Kept(StrEnum):
    """How git keeps a file of the worktree."""

    CLEAN = "clean"
    MODIFIED = "modified"
    UNTRACKED = "untracked"
    IGNORED = "ignored"
    MISSING = "missing"


def decode(content: bytes) -> str:
    """The text of a file; bytes that are no UTF-8 survive the way back."""
    return content.decode("utf-8", "surrogateescape")


def encode(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def kept(repository: Repository, path: str) -> Kept:
    """How git keeps `path` (relative to the worktree)."""
    flags = ("--porcelain", "-z", "--no-renames", "--untracked-files=all", "--ignored=matching", SUBMODULES)
    literal = {"GIT_LITERAL_PATHSPECS": "1"}
    codes = {record[:2] for record in repository.git("status", *flags, "--", path, env=literal).records}
    if "!!" in codes:
        return Kept.IGNORED
    if "??" in codes:
        return Kept.UNTRACKED
    if codes:
        return Kept.MODIFIED
    return Kept.CLEAN if (repository.top / path).exists() else Kept.MISSING


class Pages(NamedTuple):
    """What the pages say at one commit. `log` is None where git keeps no progress log."""

    list: TaskList | None
    log: str | None


class Binder(NamedTuple):
    """Where the pages are kept. A path that is None is not kept in git, and never enters a commit."""

    tasks: str | None
    log: str | None

    @property
    def paths(self) -> frozenset[str]:
        return frozenset(path for path in (self.tasks, self.log) if path)

    def read(self, objects: Objects, tree: str, batch: Batch) -> Pages:
        """The pages in `tree`. A log that is not there yet is an empty one."""
        listed = page_text(objects, tree, self.tasks)
        logged = page_text(objects, tree, self.log)
        return Pages(
            read_list(objects, batch, listed) if listed is not None else None,
            (logged or "") if self.log else None,
        )

    def edits(self, objects: Objects, tree: str, before: Pages, after: Pages) -> dict[str, Entry | None]:
        """What makes the pages in `tree` those of `after`. A page that did not change is not in it."""
        edits: dict[str, Entry | None] = {}
        if self.tasks and after.list and (before.list is None or after.list.text != before.list.text):
            edits[self.tasks] = _entry(objects, tree, self.tasks, after.list.text)
        if self.log and after.log and after.log != before.log:
            edits[self.log] = _entry(objects, tree, self.log, after.log)
        return edits


def page_text(objects: Objects, tree: str, path: str | None) -> str | None:
    """The text of a regular file in `tree`, else None."""
    entry = objects.entry(tree, path) if path else None
    return decode(objects.blob(entry.oid)) if entry and entry.mode in REGULAR else None


def _entry(objects: Objects, tree: str, path: str, text: str) -> Entry:
    stands = objects.entry(tree, path)
    return Entry(stands.mode if stands else REGULAR[0], objects.write("blob", encode(text)))


def stamped(pages: Pages, task: Task | None, fragments: Sequence[Fragment]) -> Pages:
    """The pages with `task` ticked and `fragments` in the log."""
    listed = pages.list and task and ticked(pages.list, task)
    logged = progress.merge(pages.log, fragments) if pages.log is not None and fragments else pages.log
    return Pages(listed or pages.list, logged)


def spec_of(batch: Batch) -> Spec:
    """The spec that a batch works on."""
    return Spec(Path(batch.top), batch.tasks, batch.kind)


def require_list(repository: Repository, spec: Spec) -> Kept:
    """How the list is kept: clean or ignored. Raises RefusedError where a commit would mix somebody's edits in."""
    how = kept(repository, spec.tasks)
    if how in {Kept.UNTRACKED, Kept.MODIFIED, Kept.MISSING}:
        raise RefusedError(f"the task list {spec.tasks} is {how} in {repository.top}", "commit it first")
    return how
