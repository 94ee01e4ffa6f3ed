"""The branch that a batch lands on, and the worktree that has it checked out: is everything in a state to go on?"""

from __future__ import annotations

from pathlib import Path

from ralph_hooks.batch.model import Batch
from ralph_hooks.batch.workplace import Workplace
from ralph_hooks.errors import RefusedError, UsageError
from ralph_hooks.git.refs import is_branch_name
from ralph_hooks.git.repository import HEADS, Repository, worktree_at
from ralph_hooks.git.worktrees import Worktree, checkout_of


def choose_target(repository: Repository, name: str | None) -> str:
    """Full name of the branch `name`, or of the one that is checked out. Raises RefusedError on a detached HEAD."""
    if name is None:
        branch = repository.branch()
        if branch is None:
            raise RefusedError(
                f"HEAD is detached in {repository.top}", "check out a branch, or name one with --target BRANCH"
            )
        repository.head()
        return branch
    full = name if name.startswith(HEADS) else HEADS + name
    if not is_branch_name(repository, full.removeprefix(HEADS)) or repository.commit(full) is None:
        raise UsageError(f"there is no branch {name}", "name one that `git branch` lists")
    return full


def require_target(
    work: Workplace, batch: Batch, name: str | None, standing: tuple[Worktree, ...]
) -> Repository | None:
    """The worktree of those `standing` that has the batch's target checked out, None when none has.

    Raises RefusedError when the user has switched branches since the start and does not name the target, or while
    somebody's rebase, merge, cherry-pick or bisect is under way in that worktree.
    """
    if name is not None:
        chosen = choose_target(work.repository, name)
        if chosen != batch.target:
            raise UsageError(
                f"batch {batch.id} was started for {batch.target}, not {chosen}", "name that branch, or abort"
            )
    else:
        _refuse_switched(work.repository, batch, standing)
    place = checkout_of(work.repository, batch.target, standing)
    if place is not None:
        refuse_in_progress(place)
    return place


def refuse_in_progress(place: Repository) -> None:
    """Raise RefusedError while an operation that moves HEAD by itself is under way."""
    operation = place.in_progress()
    if operation is not None:
        raise RefusedError(f"a {operation} is in progress in {place.top}", f"end it first (git {operation} --help)")


def _refuse_switched(known: Repository, batch: Batch, standing: tuple[Worktree, ...]) -> None:
    """Where the batch was started another branch is checked out now: does the user know where this is going to land?"""
    top = Path(batch.top)
    if not top.is_dir():
        return
    started_in = worktree_at(known, top)
    refuse_in_progress(started_in)  # a rebase detaches HEAD: say that, not that the branch was switched
    listed = [tree.branch for tree in standing if tree.path == started_in.top]
    branch = listed[0] if listed else started_in.branch()
    if branch != batch.target:
        raise RefusedError(
            f"{top} is on {branch or 'a detached HEAD'}, but the batch was started for {batch.target}",
            f"switch back, or say so: --target {batch.target.removeprefix(HEADS)}",
        )
