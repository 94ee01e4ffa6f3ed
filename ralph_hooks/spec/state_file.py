"""`.ralph-state.json` on disk. It belongs to the coordinator: read whole, replaced whole, every unknown field kept."""

from __future__ import annotations

import json
import os
import stat
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn

from ralph_hooks.errors import RalphError

LIMIT = 4 * 1024 * 1024  # bytes; real ones have a few thousand


class StateError(RalphError):
    """The state file cannot be read or written; a landing goes on without it and says so."""


class DiskError(StateError):
    """It is the disk that refuses, or a permission: the next time it may not."""


def read(path: Path) -> dict[str, Any] | None:
    """The document, None when there is no file. Raises StateError when it is no JSON object in a file of its own."""
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode) or status.st_size > LIMIT:  # a FIFO would block forever
            raise StateError(
                f"{path.name} is not a file of at most {LIMIT} bytes", "remove it, then set the spec up anew"
            )
        document = json.loads(path.read_bytes().decode("utf-8-sig"), parse_constant=_refuse)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise DiskError(f"{path.name} cannot be read: {error.strerror}", "make it a readable file") from error
    except (ValueError, RecursionError) as error:
        raise StateError(f"{path.name} is corrupt: {error}", "mend it, or set the spec up anew") from error
    if not isinstance(document, dict):
        raise StateError(f"{path.name} holds no JSON object", "mend it, or set the spec up anew")
    return document


def write(path: Path, document: dict[str, Any]) -> None:
    """Replace the file by one rename, so that a stop-handler sees the old state or the new one. The mode is kept.

    A symlink is written through: the file it leads to is replaced. Raises StateError.
    """
    target = Path(os.path.realpath(path))
    scratch = _scratch(target)
    try:
        content = _content(document)
        mode = stat.S_IMODE(target.stat().st_mode) if target.exists() else 0o644
        try:
            with scratch.open("wb") as stream:
                stream.write(content)
                os.fchmod(stream.fileno(), mode)
                stream.flush()
                os.fsync(stream.fileno())
            scratch.replace(target)
        except BaseException:
            scratch.unlink(missing_ok=True)
            raise
        _sync_directory(target.parent)
    except OSError as error:
        raise DiskError(f"{path.name} cannot be written: {error.strerror}", "make its directory writable") from error
    except ValueError as error:
        raise StateError(f"{path.name} cannot be written: {error}", "mend the state") from error


def clean(path: Path) -> None:
    """Remove what a writer that was killed left beside the file. For whoever would write it and has no need to."""
    with suppress(OSError):
        _scratch(Path(os.path.realpath(path))).unlink()


def _scratch(target: Path) -> Path:
    """One name, so that a later write takes the place of one that was broken off. Writers hold the landing lock."""
    return target.with_name(f"{target.name}.ralph")


def _content(document: dict[str, Any]) -> bytes:
    try:
        return (json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n").encode()
    except UnicodeEncodeError:  # a lone surrogate, which JSON can hold and UTF-8 cannot
        return (json.dumps(document, indent=2, allow_nan=False) + "\n").encode()


def _sync_directory(directory: Path) -> None:
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")
