"""A branch that was moved, and its worktree was not: what is staged there takes the branch's newest commits back.

That is how `git update-ref` leaves it, which asks nobody. Whoever commits there next would silently undo what the
branch has gained; and what it has lost is nowhere but in the index.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from ralph_hooks.batch.model import Batch
from ralph_hooks.errors import RefusedError
from ralph_hooks.git.diff import Diff, asking_index, diff_trees
from ralph_hooks.git.objects import Objects
from ralph_hooks.git.repository import Repository

_BACK = 50  # entries of the reflog


@contextmanager
def asking_displaced(objects: Objects, place: Repository, batch: Batch, tip: str) -> Iterator[Callable[[], None]]:
    """Ask what is staged in `place`, which has the target checked out. What is given waits for the answer.

    It raises RefusedError when the index is that of where the target once was. `tip`: where the target is; zeros where
    it is gone.
    """
    if tip.strip("0"):
        with asking_index(place, tip, {}) as staged:
            yield lambda: _refuse(objects, place, batch, tip, staged())
    else:
        yield lambda: None


def _refuse(objects: Objects, place: Repository, batch: Batch, tip: str, staged: Diff) -> None:
    for commit in _left(place, batch, tip) if staged else ():
        moved = diff_trees(objects, [(objects.tree_of(tip), objects.tree_of(commit))])[0]
        if moved and all(staged.get(path) == change for path, change in moved.items()):
            raise RefusedError(
                f"{batch.target} was moved from {commit[:12]} to {tip[:12]}, and its worktree {place.top} was not",
                f"put the branch back (git update-ref {batch.target} {commit[:12]}), or take the worktree along "
                f"(git read-tree -m -u {commit[:12]} {tip[:12]})",
            )


def _left(place: Repository, batch: Batch, tip: str) -> Iterator[str]:
    """Where the target has been, newest first; the base in any case, since a reflog may be switched off."""
    walk = ("--walk-reflogs", f"--max-count={_BACK}", batch.target, "--")
    been = place.git("rev-list", *walk, accept=(0, 128)).text.split()
    return (commit for commit in dict.fromkeys([*been, batch.base]) if commit != tip)
