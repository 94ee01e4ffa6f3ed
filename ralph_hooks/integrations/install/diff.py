"""What an installation would change, as a unified diff; pure."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from ralph_hooks.integrations.install.carry_out import Change
from ralph_hooks.integrations.install.model import LINK, File


def unified(changes: Iterable[Change], top: Path) -> str:
    """One diff of all changes, with git's words about modes and links."""
    return "".join(line for change in changes for line in _one(change, os.path.relpath(change.path, top)))


def _one(change: Change, name: str) -> Iterator[str]:
    yield f"diff --git a/{name} b/{name}\n"
    if change.now is None and change.then:
        yield f"new file mode {_mode(change.then)}\n"
    elif change.then is None and change.now:
        yield f"deleted file mode {_mode(change.now)}\n"
    elif change.now and change.then and change.now.mode != change.then.mode:
        yield f"old mode {_mode(change.now)}\nnew mode {_mode(change.then)}\n"
    before, after = _lines(change.now), _lines(change.then)
    old = "/dev/null" if change.now is None else f"a/{name}"
    new = "/dev/null" if change.then is None else f"b/{name}"
    for line in difflib.unified_diff(before, after, old, new):
        yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"


def _mode(file: File) -> str:
    return f"{file.mode:o}" if file.mode == LINK else f"{0o100000 | file.mode:o}"


def _lines(file: File | None) -> list[str]:
    """Split at line ends alone: `splitlines` knows others, which may stand in a path."""
    lines = os.fsdecode(file.content).split("\n") if file else [""]
    return [f"{line}\n" for line in lines[:-1]] + [line for line in lines[-1:] if line]
