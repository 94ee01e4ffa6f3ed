"""Where a repository is, from its files alone: for those who must know before they can afford to start git, and to see
whether a worktree still belongs to whom it belonged.

Read as git reads them; what decides in the end is `repository.py`, which asks git.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from ralph_hooks.records import NamedTuple


class Place(NamedTuple):
    """A worktree's top, its own git directory, and the one that all worktrees share."""

    top: Path
    git_dir: Path
    common_dir: Path


def discover(cwd: Path) -> Place | None:
    """The worktree that `cwd` lies in; None outside of any. Raises OSError where a file of it cannot be read.

    A worktree whose `.git` has been replaced is passed over: who made it is found further up.
    """
    here = cwd.resolve()
    found = (place_at(top) for top in (here, *here.parents))
    return next((place for place in found if place and not is_forged(place)), None)


def place_at(top: Path) -> Place | None:
    """The worktree whose top this is, by what its `.git` says."""
    entry = top / ".git"
    if entry.is_dir():
        return _place(top, entry)
    if entry.is_file():
        return _place(top, top / _line(entry).removeprefix("gitdir: "))
    return None


def is_forged(place: Place) -> bool:
    """Did a repository further up make this worktree, and does its `.git` lead somewhere else by now?

    git takes its settings, and so the programs that it runs, from wherever `.git` leads.
    """
    makers = (outer for top in place.top.parents if (outer := place_at(top)))
    return any(not belongs(place, outer.common_dir) and _made(outer.common_dir, place.top) for outer in makers)


def belongs(place: Place, common_dir: Path) -> bool:
    """Is `place` a linked worktree of the repository, in the repository's own records as in its `.git`?"""
    # Whether two names lead to one folder the system knows at once; to resolve a name asks it about each of its parts.
    with suppress(OSError):
        return (
            place.common_dir.samefile(common_dir)
            and (place.git_dir / "..").samefile(common_dir / "worktrees")
            and _is_same(place.git_dir / _line(place.git_dir / "gitdir"), place.top / ".git")
            and not (place.top / ".git").is_symlink()
        )
    return False


def _is_same(one: Path, other: Path) -> bool:
    """Do two names stand for one entry of one folder, whatever it is?"""
    return one.name == other.name and one.parent.samefile(other.parent)


def _place(top: Path, git_dir: Path) -> Place:
    pointer = git_dir / "commondir"  # a main worktree has none, nor has a submodule
    return Place(top, git_dir, git_dir / _line(pointer) if pointer.is_file() else git_dir)


def _made(common_dir: Path, top: Path) -> bool:
    return top / ".git" in _all_recorded(common_dir)


def _all_recorded(common_dir: Path) -> Iterator[Path]:
    for admin in (common_dir / "worktrees").glob("*"):
        with suppress(OSError):
            yield _recorded(admin)


def _recorded(admin: Path) -> Path:
    """The `.git` that an administrative folder says is its worktree's: absolute, or relative to the folder."""
    path = admin / _line(admin / "gitdir")
    return path.parent.resolve() / path.name


def _line(file: Path) -> str:
    return file.read_text(errors="surrogateescape").strip()


def administers(admin: Path, path: Path) -> bool:
    """Is `admin` git's folder for the worktree at `path`?"""
    with suppress(OSError):
        pointer = (admin / "gitdir").read_text(errors="surrogateescape").removesuffix("\n")
        return os.path.normpath(admin / pointer) == str(path / ".git")  # it may be relative
    return False
