"""What a switch of the worktree would overwrite. git itself protects untracked files, and silently not ignored ones."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from pathlib import Path

from ralph_hooks.git.diff import Diff
from ralph_hooks.git.disk import parents, stands
from ralph_hooks.git.objects import GITLINK, Entry
from ralph_hooks.records import NamedTuple


class Obstacle(NamedTuple):
    """A path that the sync would overwrite, and why it must not."""

    path: str
    reason: str


def obstacles(top: Path, changes: Diff, local: Collection[str], ours: Collection[str] = ()) -> tuple[Obstacle, ...]:
    """What a switch along `changes` would overwrite.

    `local`: tracked paths with local changes; `ours` may be overwritten.
    """
    return tuple(_find(top, changes, frozenset(local), frozenset(ours)))


def is_plain(top: Path, changes: Diff) -> bool:
    """Do only files change, and does each that is to go or to change stand on disk?

    Then `read-tree` sees by itself which of them have local changes. It would bring back what somebody has removed, and
    looks into no submodule.
    """
    ends = (end for change in changes.values() for end in (change.old, change.new) if end)
    old = (path for path, change in changes.items() if change.old)
    return all(end.mode != GITLINK for end in ends) and all(stands(top, path) for path in old)


def _find(top: Path, changes: Diff, local: frozenset[str], ours: frozenset[str]) -> Iterator[Obstacle]:
    gone = {path for path, change in changes.items() if change.new is None}
    for path, change in changes.items():
        if path in ours:
            continue
        if path in local:
            yield Obstacle(path, "has local changes")
        elif change.old is None:
            yield from _in_the_way(top, path, gone, change.new)


def _in_the_way(top: Path, path: str, gone: set[str], new: Entry | None) -> Iterator[Obstacle]:
    """What stands on disk where `path` is to be added: the path itself, or a file where one of its folders must be."""
    for folder in parents(path):
        here = top / folder
        if here.is_symlink() or (here.exists() and not here.is_dir()):
            if folder not in gone:
                yield Obstacle(folder, "is in the way and not in git")
            return
        if not here.exists():
            return
    here = top / path
    if not os.path.lexists(here):
        return
    if here.is_dir() and not here.is_symlink():
        kept = [] if new and new.mode == GITLINK else [file for file in _files(top, path) if file not in gone]
        yield from (Obstacle(file, "is in the way and not in git") for file in kept[:5])
    else:
        yield Obstacle(path, "is in the way and not in git")


def _files(top: Path, folder: str) -> Iterator[str]:
    for here, _, names in os.walk(top / folder):
        for name in names:
            yield (Path(here) / name).relative_to(top).as_posix()
