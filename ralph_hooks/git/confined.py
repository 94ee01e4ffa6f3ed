"""An executor's worktree, in which git is run without believing what stands there.

git takes its settings, and so the programs that it runs (filters, monitors, hooks), from wherever the `.git` of the
current directory leads. So every git process in an executor's worktree is told where the repository is, by the
repository's own records, and runs no hooks: where `core.hooksPath` is relative, they are the executor's to write.
"""

from __future__ import annotations

from pathlib import Path

from ralph_hooks.errors import RefusedError
from ralph_hooks.git.discover import belongs, place_at
from ralph_hooks.git.repository import Repository

_SETTINGS = "config.worktree"

# What a worktree may set for itself: these run nothing. A sparse checkout is the usual reason for such a file.
_HARMLESS = ("advice.", "branch.", "color.", "core.sparsecheckout", "index.", "user.")
_HARMLESS_KEYS = ("core.autocrlf", "core.bare", "core.eol", "core.filemode", "core.ignorecase", "core.symlinks")


def confined(known: Repository, top: Path) -> Repository:
    """The linked worktree of the repository `known` at `top`.

    Raises RefusedError where its `.git` no longer leads to that repository, or its own settings could run programs.
    """
    top = top.resolve()
    try:
        place = place_at(top)
        ours = place is not None and belongs(place, known.common_dir)
    except OSError:
        ours = False
    if place is None or not ours:
        raise RefusedError(
            f"the .git of {top} does not lead to the repository that made this worktree",
            f"look at what is there; `git worktree repair {top}` in the main worktree puts it back",
        )
    found = Repository(top, place.git_dir.resolve(), known.common_dir, known.hash_name, confined=True)
    _refuse_programs(known, found)
    return found


def _refuse_programs(known: Repository, place: Repository) -> None:
    """git has no way to leave `config.worktree` unread. What the main worktree sets too is the user's own."""
    file = place.git_dir / _SETTINGS
    if not file.exists():
        return
    added = _settings(known, file) - _settings(known, known.common_dir / _SETTINGS)
    bad = sorted(key for key, _ in added if not key.startswith(_HARMLESS) and key not in _HARMLESS_KEYS)
    if bad:
        raise RefusedError(
            f"{file} sets {bad[0]} for the worktree of an executor, and git would act on it",
            f"take it out: git config --file {file} --unset-all {bad[0]}",
        )


def _settings(known: Repository, file: Path) -> frozenset[tuple[str, str]]:
    """Keys and values of a configuration file, without what it includes: `include.path` is a key like any other."""
    if not file.exists():
        return frozenset()
    listed = known.git("config", "--file", str(file), "--no-includes", "--null", "--list").records
    pairs = (item.partition("\n") for item in listed)
    return frozenset((key, value) for key, _, value in pairs)
