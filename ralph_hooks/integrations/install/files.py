"""Files on disk, as an installation sees them: content and mode, links as links; written whole or not at all."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from ralph_hooks.errors import RefusedError
from ralph_hooks.integrations.install.model import LINK, File

_NEW = ".ralph-new"  # behind the name of a file that is being written


def read(path: Path) -> File | None:
    """What stands at `path`; None for nothing, and for what is neither file nor link."""
    try:
        info = path.lstat()
        if stat.S_ISLNK(info.st_mode):
            return File(os.fsencode(path.readlink()), LINK)
        return File(path.read_bytes(), stat.S_IMODE(info.st_mode)) if stat.S_ISREG(info.st_mode) else None
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise RefusedError(f"{path} cannot be read: {error.strerror}", "see who owns it") from error


def read_all(paths: Iterable[Path]) -> dict[Path, File]:
    return {path: file for path in paths if (file := read(path)) is not None}


def names_in(folder: Path) -> list[Path]:
    """What a folder holds; nothing where there is none."""
    try:
        return sorted(folder.iterdir())
    except (FileNotFoundError, NotADirectoryError):
        return []


def prepare(path: Path, file: File) -> Path:
    """Write the file beside its place; gives where. `commit` puts it there.

    git's configuration is written where git would write it, so that nobody else changes it meanwhile.
    Raises RefusedError when it cannot be written, or git is at it.
    """
    new = _beside(path)
    try:
        _write(new, file)
    except FileExistsError:
        raise RefusedError(
            f"{new} is there: git is changing its configuration", "try again, or remove a stale one"
        ) from None
    except OSError as error:
        raise RefusedError(f"{path} cannot be written: {error.strerror}", "see who owns it") from error
    return new


def clean(path: Path, expected: Iterable[bytes]) -> None:
    """Remove what a killed installation left beside `path`. A lock only if it holds what we would have written into it.

    The caller holds the lock of installations.
    """
    new = _beside(path)
    with suppress(FileNotFoundError, NotADirectoryError):
        if new.suffix != ".lock" or new.read_bytes() in expected:
            new.unlink()


def commit(new: Path, path: Path) -> None:
    new.replace(path)


def remove(path: Path) -> None:
    path.unlink(missing_ok=True)


def make_folders(path: Path) -> list[Path]:
    """Make the folder `path`; gives those that were not there, the outermost first."""
    missing = [folder for folder in (path, *path.parents) if not folder.exists()]
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RefusedError(f"{path} cannot be made: {error.strerror}", "see what is in the way") from error
    return missing[::-1]


def remove_folders(folders: Iterable[Path]) -> None:
    """Remove these folders where they are empty, the innermost first."""
    for folder in sorted(folders, reverse=True):
        with suppress(OSError):
            folder.rmdir()


def _write(new: Path, file: File) -> None:
    if file.mode == LINK:
        new.symlink_to(os.fsdecode(file.content))
        return
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(file.content)
        os.fchmod(descriptor, file.mode)
        stream.flush()
        os.fsync(descriptor)


def _beside(path: Path) -> Path:
    is_config = path.name in {"config", "config.worktree"} and (path.parent / "HEAD").exists()
    return path.with_name(path.name + (".lock" if is_config else _NEW))
