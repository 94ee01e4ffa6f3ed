"""Edits made: the record first, then every file whole, in order. Killed anywhere, the next run puts it right."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from enum import StrEnum
from pathlib import Path

from ralph_hooks.batch.file_lock import file_lock
from ralph_hooks.integrations.install import files, manifest
from ralph_hooks.integrations.install.facts import Found
from ralph_hooks.integrations.install.manifest import Manifest
from ralph_hooks.integrations.install.model import PLAIN, Edit, File
from ralph_hooks.integrations.install.restore import is_in_place
from ralph_hooks.integrations.install.wish import LAUNCHERS
from ralph_hooks.records import NamedTuple

_LOCK = "install.lock"
_WAIT = 30  # seconds for another installation


class Action(StrEnum):
    CREATE = "create"
    CHANGE = "change"
    REMOVE = "remove"


class Change(NamedTuple):
    """A file that is not as it is to be."""

    path: Path
    now: File | None
    then: File | None

    @property
    def action(self) -> Action:
        if self.now is None:
            return Action.CREATE
        return Action.REMOVE if self.then is None else Action.CHANGE


def changes(found: Found, edits: Sequence[Edit]) -> tuple[Change, ...]:
    """What it takes, in order: what is to be taken out comes first, the last of it first; pure."""
    wanted = {
        edit.path: found.now[edit.path] if is_in_place(edit, found.now.get(edit.path), LAUNCHERS) else edit.after
        for edit in edits
    }
    back = {path: file for path, file in reversed(found.without.items()) if path not in wanted}
    steps = ({**back, **wanted}).items()
    return tuple(Change(path, found.now.get(path), then) for path, then in steps if found.now.get(path) != then)


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """One installation at a time."""
    files.make_folders(folder)
    with file_lock(folder / _LOCK, _WAIT, "this repository's hooks"):
        try:
            files.clean(folder / manifest.NAME, ())
            yield
        finally:
            if not (folder / manifest.NAME).exists():
                (folder / _LOCK).unlink(missing_ok=True)
                files.remove_folders([folder])


def carry_out(found: Found, edits: Sequence[Edit], *, program: str | None = None, claude: bool = False) -> None:
    """Make the edits, and take out what an earlier installation made and this one does not. No edits: take out all."""
    steps = changes(found, edits)
    old = found.manifest
    mine = {edit.path for edit in edits}
    pending = (*edits, *(edit for edit in old.edits if edit.path not in mine))
    folders = dict.fromkeys((*old.folders, *(folder for step in steps for folder in _missing(step))))
    _clean(found, pending)
    _record(found, Manifest(pending, program, claude, tuple(folders)))
    _apply(steps)
    if edits:
        _record(found, Manifest(tuple(edits), program, claude, tuple(folders)))
        return
    files.remove_folders(folders)
    files.remove(found.facts.folder / manifest.NAME)


def _clean(found: Found, edits: Sequence[Edit]) -> None:
    for edit in edits:
        versions = (found.without.get(edit.path), found.now.get(edit.path), edit.before, edit.after)
        files.clean(edit.path, {file.content for file in versions if file})


def _apply(steps: Sequence[Change]) -> None:
    """Everything that can fail is written beside its place first: then nothing has changed."""
    ready: dict[Path, Path] = {}
    try:
        for step in steps:
            if step.then is not None:
                files.make_folders(step.path.parent)
                ready[step.path] = files.prepare(step.path, step.then)
    except BaseException:
        for new in ready.values():
            files.remove(new)
        raise
    for step in steps:
        if step.then is None:
            files.remove(step.path)
        else:
            files.commit(ready[step.path], step.path)


def _missing(step: Change) -> list[Path]:
    return [folder for folder in step.path.parents if step.then is not None and not folder.exists()]


def _record(found: Found, record: Manifest) -> None:
    path = found.facts.folder / manifest.NAME
    content = manifest.as_text(record, found.facts.common_dir).encode()
    with suppress(FileNotFoundError):
        if path.read_bytes() == content:
            return
    files.make_folders(path.parent)
    files.commit(files.prepare(path, File(content, PLAIN)), path)
