"""Where a repository is, from its files alone: for those who must know before they can afford to start git.

Read as git reads them; what decides in the end is `repository.py`, which asks git.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple


class Place(NamedTuple):
    """A worktree's top, and the git directory that all worktrees share."""

    top: Path
    common_dir: Path


def discover(cwd: Path) -> Place | None:
    """The worktree that `cwd` lies in; None outside of any. Raises OSError where a file of it cannot be read."""
    here = cwd.resolve()
    for top in (here, *here.parents):
        entry = top / ".git"
        if entry.is_dir():
            return Place(top, entry)
        if entry.is_file():
            return Place(top, _common_dir(top, entry))
    return None


def _common_dir(top: Path, entry: Path) -> Path:
    git_dir = top / entry.read_text(errors="surrogateescape").strip().removeprefix("gitdir: ")
    pointer = git_dir / "commondir"  # a submodule has none
    return git_dir / pointer.read_text(errors="surrogateescape").strip() if pointer.is_file() else git_dir
