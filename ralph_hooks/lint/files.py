"""Lists on disk: what is in one, or why it cannot be read; and putting a fixed one in its place."""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path

from ralph_hooks.errors import UsageError
from ralph_hooks.records import NamedTuple

LIMIT = 8 * 1024 * 1024  # bytes; the longest real list has 200 thousand, and reading one costs a hundred times its size
_FIRST = 4096  # bytes that are looked at to tell what a file is
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


class Source(NamedTuple):
    """The text of a list. `problem`: why it is none, or not wholly; `text` is None where nothing can be linted."""

    text: str | None
    problem: str | None = None
    offset: int = 0  # of the problem, in characters of the text


def read(path: Path) -> Source:
    """What the file holds. Never fails, and never waits: a FIFO, a device or a directory is a problem."""
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            return Source(None, "is a directory")
        if not stat.S_ISREG(status.st_mode):
            return Source(None, "is not a regular file")
        if status.st_size > LIMIT:
            return Source(None, _too_large(status.st_size))
        with path.open("rb") as stream:
            return decode(stream.read(LIMIT + 1))
    except FileNotFoundError:
        return Source(None, "is a link that leads nowhere" if path.is_symlink() else "is not there")
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        return Source(None, f"cannot be read: {getattr(error, 'strerror', None) or error}")


def decode(content: bytes) -> Source:
    """The text of `content`. Bytes that are no UTF-8 survive as surrogates, and are a problem."""
    if len(content) > LIMIT:
        return Source(None, _too_large(len(content)))
    if content.startswith(_UTF16) or re.match(rb"(?:[^\0]\0){8}|(?:\0[^\0]){8}", content[:_FIRST]):
        return Source(None, "is UTF-16: save it as UTF-8")
    if b"\0" in content[:_FIRST]:
        return Source(None, "is binary, no text")
    text = content.decode("utf-8", "surrogateescape")
    broken = re.search("[\udc80-\udcff]", text)
    if broken is None:
        return Source(text)
    return Source(text, f"is not UTF-8: the byte 0x{ord(broken[0]) - 0xDC00:02x}", broken.start())


def encode(text: str) -> bytes:
    """The bytes that `decode` read."""
    return text.encode("utf-8", "surrogateescape")


def write(path: Path, text: str, old: str | None = None) -> None:
    """Put `text` there by one rename. The mode is kept, and where `path` is a link, the file that it leads to replaced.

    `old`: what must be there still. Raises UsageError.
    """
    import tempfile  # noqa: PLC0415 - most runs write nothing

    target = Path(os.path.realpath(path))
    try:
        mode = stat.S_IMODE(target.stat().st_mode) if target.exists() else 0o644
        handle, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".tmp", dir=target.parent)
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(encode(text))
                os.fchmod(stream.fileno(), mode)
                stream.flush()
                os.fsync(stream.fileno())
            _check_unchanged(target, old)
            Path(name).replace(target)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}", "make it and its folder writable") from error


def _check_unchanged(path: Path, old: str | None) -> None:
    if old is not None and path.read_bytes() != encode(old):
        raise UsageError(f"{path} was changed by someone else meanwhile", "run the command again")


def _too_large(size: int) -> str:
    return f"has {size / 1e6:.0f} MB: no task list is that long, it was not read"
