"""Who holds a lock on a file, in words, where the system tells it (`/proc`): looked up by those who wait for it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from ralph_hooks.errors import printable

_PROC = Path("/proc")
_UNKNOWN = "another ralph-hooks"
_PROGRAMS = {"ralph-hooks", "ralph_hooks"}
_WORDS = {"hook": 3}  # of a verb that does not say by itself what it does


def holder(file: int) -> str:
    """Who holds the lock on the open file: the command and its process, as far as they are known."""
    for pid in _holders(os.fstat(file)):
        if verb := _verb(_words(pid)):
            return f"`ralph-hooks {printable(verb)}` (process {pid})"
    return _UNKNOWN


def _holders(info: os.stat_result) -> Iterator[int]:
    """From lines such as `1: FLOCK  ADVISORY  WRITE 4711 00:1b:5790268 0 EOF`; who waits has an arrow in his."""
    place = f"{os.major(info.st_dev):02x}:{os.minor(info.st_dev):02x}:{info.st_ino}"
    with suppress(OSError):
        for line in (_PROC / "locks").read_text().splitlines():
            words = line.split()
            if len(words) > 5 and words[1] == "FLOCK" and words[5] == place:
                yield int(words[4])


def _words(pid: int) -> list[str]:
    with suppress(OSError):
        return os.fsdecode((_PROC / str(pid) / "cmdline").read_bytes()).split("\0")
    return []


def _verb(words: Sequence[str]) -> str:
    """What of a command line names the deed: what else it was given is nobody's business."""
    for at, word in enumerate(words):
        if Path(word).name in _PROGRAMS or Path(word).parent.name in _PROGRAMS:
            said = words[at + 1 :]
            return " ".join(said[: _WORDS.get(said[0], 1)]) if said else ""
    return ""
