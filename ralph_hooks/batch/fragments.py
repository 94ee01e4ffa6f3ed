"""What executors wrote about their progress, wherever they wrote it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from ralph_hooks.batch.model import Attempt, Batch
from ralph_hooks.batch.pages import decode, spec_of
from ralph_hooks.git.diff import Change, Diff
from ralph_hooks.git.objects import REGULAR, Objects
from ralph_hooks.records import NamedTuple
from ralph_hooks.spec import progress
from ralph_hooks.spec.locate import Spec, is_temporary, temporary_files, temporary_name
from ralph_hooks.spec.progress import Fragment


def progress_file(spec: Spec, attempt: Attempt) -> str | None:
    """Absolute path of the attempt's progress file; None for lists that keep no log, and without a worktree."""
    if spec.progress is None or attempt.folder is None:
        return None
    return str(attempt.folder / spec.beside(temporary_name(attempt.index)))


class Sources(NamedTuple):
    """Where one attempt's progress is looked for: in its base, in what it committed, in its worktree."""

    base: str  # tree
    changes: Diff  # of the spec's own files
    worktree: Path | None


def fragment(objects: Objects, batch: Batch, attempt: Attempt, sources: Sources, leaked: Iterable[str]) -> Fragment:
    """All that the executor of `attempt` wrote, and the line that says that its task is done.

    `leaked`: texts of temporary files that it left in the target's worktree.
    """
    spec = spec_of(batch)
    parts = [
        *_from_temporary_files(objects, spec, sources),
        *_from_log(objects, batch, spec, sources),
        *(progress.added("", text) for text in leaked),
    ]
    return progress.entry(join(parts), attempt.name, attempt.title)


def join(parts: Iterable[Fragment]) -> Fragment:
    """Several fragments as one; `merge` writes an item that stands in two of them once."""
    return Fragment(tuple(section for part in parts for section in part.sections))


def _from_temporary_files(objects: Objects, spec: Spec, sources: Sources) -> Iterator[Fragment]:
    for path in sorted(path for path in sources.changes if _is_temporary(spec, path)):
        yield _added(objects, sources.changes[path])
    if sources.worktree:  # ignored ones are in no commit
        for file in temporary_files(sources.worktree / spec.directory):
            committed = objects.entry(sources.base, spec.beside(file.name)) or spec.beside(file.name) in sources.changes
            if not committed and file.is_file() and not file.is_symlink():
                yield progress.added("", decode(file.read_bytes()))


def _from_log(objects: Objects, batch: Batch, spec: Spec, sources: Sources) -> Iterator[Fragment]:
    """Executors with older prompts append to `.progress.md` itself."""
    path = spec.progress
    if path is None:
        return
    change = sources.changes.get(path)
    if change and change.new:
        yield _added(objects, change)
        return
    if change is None and objects.entry(sources.base, path):
        return
    file = sources.worktree / path if sources.worktree else None
    if file and file.is_file() and not file.is_symlink():
        before = batch.copied.get(path)
        yield progress.added(decode(objects.blob(before)) if before else "", decode(file.read_bytes()))


def _is_temporary(spec: Spec, path: str) -> bool:
    name = path.rpartition("/")[2]
    return is_temporary(name) and path == spec.beside(name)


def _added(objects: Objects, change: Change) -> Fragment:
    """What an executor's commits added to a file. What is no regular file says nothing."""
    before, after = (
        decode(objects.blob(end.oid)) if end and end.mode in REGULAR else "" for end in (change.old, change.new)
    )
    return progress.added(before, after)
