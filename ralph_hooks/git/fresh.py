"""A worktree that somebody else has just made: has anybody worked in it yet? If not, it can be put elsewhere."""

from __future__ import annotations

from ralph_hooks.git.claims import Claim, claimed
from ralph_hooks.git.locks import ref_locks
from ralph_hooks.git.repository import Repository
from ralph_hooks.git.worktrees import dirt


def is_fresh(place: Repository) -> bool:
    """Nothing is under way, no commit is its own, and no file is changed or new.

    New symbolic links do not count: whoever makes worktrees puts them there (`node_modules`), and they hold no work.
    """
    return place.in_progress() is None and not _own_commits(place) and not _own_files(place)


def reset_fresh(place: Repository, commit: str) -> None:
    """Put a fresh worktree, with the branch that it has checked out, on `commit`. The caller holds the landing lock."""
    locks = ref_locks(place, [("HEAD", commit)]).locks
    own = {str(place.git_dir / "index.lock"): None, str(place.git_dir / "ORIG_HEAD.lock"): place.head()}
    with claimed(place.common_dir, "reset", Claim({**locks, **own})):
        place.git("reset", "--quiet", "--hard", commit, "--")


def _own_commits(place: Repository) -> bool:
    """Has HEAD commits that no ref has but the branch that is checked out?"""
    branch = place.branch()
    but = (f"--exclude={branch}",) if branch else ()
    # --glob and not --all, which would take HEAD itself for a ref.
    return bool(place.git("rev-list", "--max-count=1", "HEAD", "--not", *but, "--glob=refs/*").text)


def _own_files(place: Repository) -> bool:
    loose = dirt(place).loose
    if not loose:
        return False
    new = set(place.git("ls-files", "--others", "--exclude-standard", "-z").records)
    return not all(path in new and (place.top / path).is_symlink() for path in loose)
