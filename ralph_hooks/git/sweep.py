"""Removing from a folder whatever is not as git put it there.

git's own `clean` passes over repositories in tracked folders and over the modes of folders. And git takes a file for
unchanged when its content is, or comes to the same by a filter, and looks at whole seconds.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Mapping
from pathlib import Path

from ralph_hooks.git.index_file import GITLINK, Row
from ralph_hooks.records import NamedTuple


class Nature(NamedTuple):
    """What a folder is beside its entries."""

    mode: int
    owner: int
    group: int
    device: int
    attributes: tuple[tuple[str, bytes], ...]


class Tracked(NamedTuple):
    """What a checkout of an index puts into a worktree. A link to another repository is an empty folder.

    `files`: by folder (`""`, `a/b/`) the names in it, each with the second in which git had written the file.
    """

    files: Mapping[str, Mapping[str, int]]
    folders: frozenset[str]


def nature(folder: str | Path) -> Nature:
    """What the folder is, without following a link. Raises OSError."""
    info = os.lstat(folder)
    listed = os.listxattr(folder, follow_symlinks=False) if hasattr(os, "listxattr") else []
    values = tuple((name, os.getxattr(folder, name, follow_symlinks=False)) for name in sorted(listed))
    return Nature(info.st_mode, info.st_uid, info.st_gid, info.st_dev, values)


def tracked(rows: Iterable[Row]) -> Tracked:
    """From the entries of an index. What a sparse checkout leaves out is not there."""
    files: dict[str, dict[str, int]] = {}
    folders: set[str] = set()
    for path, mode, skipped, changed in rows:
        if skipped:
            continue
        folder, slash, name = path.rpartition("/")
        if mode == GITLINK:
            folders.add(path)
        elif (beside := files.get(folder + slash)) is not None:
            beside[name] = changed
            continue
        else:
            files[folder + slash] = {name: changed}
        while folder and folder not in folders:
            folders.add(folder)
            folder = folder.rpartition("/")[0]
    return Tracked(files, frozenset(folders))


def sweep(top: Path, expected: Tracked, new: Nature, since: int) -> None:
    """Remove what is not `expected` in `top`, but for its `.git`, and what was changed `since`, a time in nanoseconds,
    where git is not going to see it: it compares change times with those of its index, and looks at whole seconds.

    A folder that is not as a new one (`new`) goes whole: mode, owner and attributes of it are somebody's work too.
    Raises OSError where something does not go.
    """
    _sweep(str(top), "", expected, new, since)


def _sweep(folder: str, prefix: str, expected: Tracked, new: Nature, since: int) -> None:
    files, second = expected.files.get(prefix, {}), since // 1_000_000_000
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                path = prefix + entry.name
                if path in expected.folders and nature(entry.path) == new:
                    _sweep(entry.path, f"{path}/", expected, new, since)
                elif path != ".git":
                    remove(entry.path, new.device)
            elif (written := files.get(entry.name)) is None:
                if prefix or entry.name != ".git":
                    remove(entry.path, new.device)
            elif written >= second and entry.stat(follow_symlinks=False).st_ctime_ns >= since:
                remove(entry.path, new.device)


def remove(path: str, device: int) -> None:
    """Remove a file, or a folder with all that is in it. Raises OSError; so it does where another disk begins."""
    info = os.lstat(path)
    if not stat.S_ISDIR(info.st_mode):
        os.unlink(path)  # noqa: PTH108 - a hundred thousand of these
        return
    if info.st_dev != device:
        raise OSError(f"{path} is on another disk")
    if info.st_mode & stat.S_IRWXU != stat.S_IRWXU:
        Path(path).chmod(stat.S_IRWXU)
    with os.scandir(path) as entries:
        for entry in entries:
            remove(entry.path, device)
    os.rmdir(path)  # noqa: PTH106
