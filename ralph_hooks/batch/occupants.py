"""Folders that a process is still at work in, where the system tells it (`/proc`)."""

from __future__ import annotations

import codecs
import os
from collections.abc import Collection, Iterator
from contextlib import suppress
from pathlib import Path

_PROC = Path("/proc")


def occupied(folders: Collection[Path]) -> frozenset[Path]:
    """Those of `folders` that a process is in, has a file of open or mapped, or that something is mounted in.

    Of other users' processes one learns nothing.
    """
    wanted = {os.fsencode(folder.resolve()): folder for folder in folders}
    found: set[Path] = set()
    if wanted:
        for place in _places():
            found |= {folder for path, folder in wanted.items() if place == path or place.startswith(path + b"/")}
    return frozenset(found)


def _places() -> Iterator[bytes]:
    """Every path that a process holds, and every mount point."""
    for line in _lines(_PROC / "self" / "mountinfo"):
        yield codecs.escape_decode(line.split(b" ")[4])[0]  # a blank is written \\040
    with suppress(OSError):
        for process in _PROC.iterdir():
            if process.name.isdigit():
                yield from _held(process)


def _held(process: Path) -> Iterator[bytes]:
    links = [process / "cwd", process / "root"]
    with suppress(OSError):  # gone, or not ours to look into
        links += (process / "fd").iterdir()
    for link in links:
        with suppress(OSError):
            yield os.fsencode(link.readlink())
    for line in _lines(process / "maps"):
        yield line[line.find(b"/") :].removesuffix(b" (deleted)") if b"/" in line else b""


def _lines(path: Path) -> list[bytes]:
    with suppress(OSError):
        return path.read_bytes().splitlines()
    return []
