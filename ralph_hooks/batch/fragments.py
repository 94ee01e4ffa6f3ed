"""What executors wrote about their progress, wherever they wrote it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from ralph_hooks.batch.model import Attempt, Batch
from ralph_hooks.batch.pages import decode, page_text, spec_of
from ralph_hooks.git.objects import REGULAR, TREE, Objects
from ralph_hooks.spec import progress
from ralph_hooks.spec.locate import Spec
from ralph_hooks.spec.progress import Fragment

TEMPORARY = ".progress-task-*.md"


def temporary_name(number: int) -> str:
    """The file that the executor of task `number` writes its progress to."""
    return TEMPORARY.replace("*", str(number))


def progress_file(spec: Spec, attempt: Attempt) -> str | None:
    """Absolute path of the attempt's progress file; None for lists that keep no log, and without a worktree."""
    if spec.progress is None or attempt.folder is None:
        return None
    return str(attempt.folder / spec.beside(temporary_name(attempt.index)))


@dataclass(frozen=True, slots=True)
class Sources:
    """The trees and folders that are looked through for one attempt."""

    base: str  # tree
    head: str  # tree
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
    committed = _names(objects, sources.head, spec)
    for name in sorted(committed):
        text = page_text(objects, sources.head, spec.beside(name)) or ""
        yield progress.added(page_text(objects, sources.base, spec.beside(name)) or "", text)
    if sources.worktree:  # ignored ones are in no commit
        for path in sorted((sources.worktree / spec.directory).glob(TEMPORARY)):
            if path.name not in committed and path.is_file() and not path.is_symlink():
                yield progress.added("", decode(path.read_bytes()))


def _names(objects: Objects, tree: str, spec: Spec) -> set[str]:
    here = tree
    for name in [] if spec.directory == "." else spec.directory.split("/"):
        entry = objects.tree(here).get(name)
        if entry is None or entry.mode != TREE:
            return set()
        here = entry.oid
    found = objects.tree(here).items()
    return {name for name, entry in found if entry.mode in REGULAR and fnmatchcase(name, TEMPORARY)}


def _from_log(objects: Objects, batch: Batch, spec: Spec, sources: Sources) -> Iterator[Fragment]:
    """Executors with older prompts append to `.progress.md` itself."""
    path = spec.progress
    if path is None:
        return
    after = page_text(objects, sources.head, path)
    if after is not None:
        yield progress.added(page_text(objects, sources.base, path) or "", after)
        return
    file = sources.worktree / path if sources.worktree else None
    if file and file.is_file() and not file.is_symlink():
        before = batch.copied.get(path)
        yield progress.added(decode(objects.blob(before)) if before else "", decode(file.read_bytes()))
