"""A new worktree that gets the files of an earlier one, where git would write all of them anew.

Of the earlier one nothing else comes along: git has just made the administrative folder, so flags of the index, refs of
the worktree, its configuration, operations in progress and logs are those of a new one. Of the files those stay which
the system vouches for (`seal.py`); every other one is removed and written again, whatever it holds.
"""

from __future__ import annotations

from pathlib import Path

from ralph_hooks.errors import RefusedError
from ralph_hooks.git.checkout import index_path
from ralph_hooks.git.disk import stands
from ralph_hooks.git.index_file import rows
from ralph_hooks.git.repository import Repository
from ralph_hooks.git.seal import Seal, form
from ralph_hooks.git.sweep import nature, sweep, tracked
from ralph_hooks.git.worktrees import WHOLE_INDEX

# Whatever the user has configured for disks that are slow or odd: here a file that was touched must be seen.
_DISTRUST = ("core.checkStat=default", "core.trustctime=true", "core.preloadIndex=true")
_DECIDING = (".gitattributes", ".lfsconfig")  # files of the tree that decide how others are written

_CHANGED = ("diff-index", "--cached", "--no-renames", "--name-status", "-z")
_OLD = "A"  # in the index and not in the commit


def refill(place: Repository, files: Path, seal: Seal, commit: str) -> None:
    """Move the folder `files`, of which `seal` is the seal, to the empty worktree `place`, and bring it to `commit`.

    Raises RalphError or OSError where it cannot be shown that a checkout would have come to the same: `place` and
    `files` are then good for nothing any more.
    """
    changed = place.git(*_CHANGED, commit, "--", env={"GIT_INDEX_FILE": str(seal.index_copy)}).records
    _require_same_form(place, seal, changed)
    new = nature(place.top)
    if nature(files) != new:
        raise RefusedError(f"{files} is not as a new folder would be", "nothing; another worktree is made")
    (place.top / ".git").rename(files / ".git")
    files.rename(place.top)  # takes the place of the folder that is empty now
    index = seal.index_copy.read_bytes()
    sweep(place.top, tracked(rows(index, place.hash_name)), new, seal.set_at)
    # With the time of now, unlike in `copy_index`: what git would look into, a change within a second, was swept away.
    index_path(place).write_bytes(index)
    place.git("read-tree", "--reset", "-u", commit, config=(*WHOLE_INDEX, *_DISTRUST))
    _require_gone(place, changed)
    _run_hook(place, commit)


def _require_same_form(place: Repository, seal: Seal, changed: list[str]) -> None:
    """Files that nobody has touched may still have to look different: other line ends, another filter."""
    deciding = any(path.rpartition("/")[2] in _DECIDING for path in changed[1::2])
    if deciding or seal.form.read_text() != form(place):
        raise RefusedError("files are written in another form now", "nothing; another worktree is made")


def _require_gone(place: Repository, changed: list[str]) -> None:
    """git only warns of an old file that it could not remove."""
    old = [path for kind, path in zip(changed[::2], changed[1::2], strict=True) if kind == _OLD]
    if any(stands(place.top, path) for path in old if not (place.top / path).is_dir()):
        raise RefusedError(f"{place.top} did not become clean", "nothing; another worktree is made")


def _run_hook(place: Repository, commit: str) -> None:
    """As `git worktree add` does after its checkout."""
    arguments = ("--ignore-missing", "post-checkout", "--", place.zero, commit, "1")
    place.git("hook", "run", *arguments)
