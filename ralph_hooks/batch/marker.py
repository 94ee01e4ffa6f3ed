"""A file that says that a batch is open, and for which branch: git's hooks can see it without starting Python.

Only the store writes it, in the order that `store.py` tells.
"""

from __future__ import annotations

import os
from pathlib import Path

from ralph_hooks.errors import RalphError

NAME = "open"  # below our folder in the git common dir; `git-guard` reads it


def put(folder: Path, target: str | None) -> None:
    """Write the full name of the target of the open batch; None: no batch is open. Raises RalphError."""
    path = folder / NAME
    try:
        if target is None:
            path.unlink(missing_ok=True)
            return
        said = os.fsencode(target) + b"\n"
        if path.is_file() and path.read_bytes() == said:
            return
        fresh = path.with_name(f"{NAME}.new")  # one at a time: the store's transaction is a lock
        fresh.write_bytes(said)
        fresh.replace(path)
    except OSError as error:
        raise RalphError(f"{path} cannot be written: {error.strerror}", "mend that, then try again") from error


def is_there(folder: Path) -> bool:
    return (folder / NAME).exists()
