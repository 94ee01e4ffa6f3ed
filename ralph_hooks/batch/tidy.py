"""After a landing: worktrees and branches of what has landed go, unless anything in them is in no commit of ours."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from ralph_hooks.batch import names
from ralph_hooks.batch.ending import branch_ref, branch_tip, remains
from ralph_hooks.batch.model import Attempt, Batch, Landing, State
from ralph_hooks.batch.squash import is_made
from ralph_hooks.batch.workplace import Workplace
from ralph_hooks.errors import RalphError
from ralph_hooks.git.refs import RefUpdate, move_refs
from ralph_hooks.git.repository import Repository, worktree_at
from ralph_hooks.git.worktrees import remove_worktree, worktrees


def tidy(work: Workplace, batch: Batch, landing: Landing) -> tuple[str, ...]:
    """Remove what landed attempts no longer need; gives lines for people. A failure is no more: the landing is done."""
    if work.config.keep_worktrees:
        return ()
    if Path(batch.top).is_dir():
        # Not from where we stand: `land` may have been called in one of the worktrees that go.
        work = work._replace(repository=worktree_at(work.repository, Path(batch.top)))
    indices = {item.index for item in landing.landed}
    landed = [attempt for attempt in batch.in_state(State.DONE, State.LANDED) if attempt.index in indices]
    return tuple(_each(work, batch, landed))


def _each(work: Workplace, batch: Batch, attempts: list[Attempt]) -> Iterator[str]:
    for attempt in attempts:
        try:
            yield from _remove(work, batch, attempt)
        except RalphError as error:
            yield f"the worktree of task {attempt.name} was kept: {error.what}"
    with suppress(OSError):
        names.worktree_folder(batch.top, batch.id).rmdir()


def _remove(work: Workplace, batch: Batch, attempt: Attempt) -> Iterator[str]:
    """Remove one worktree and its branch; or say why not. Ignored files go with it, and are named."""
    pinned = work.repository.commit(names.attempt_ref(names.DONE, batch.id, attempt))
    left = remains(work, attempt)
    if left.place is not None:
        lock = _foreign_lock(work, left.place)
        if lock is not None:
            yield f"the worktree of task {attempt.name} was kept: it is locked ({lock or 'no reason given'})"
            return
        if left.head != pinned or left.loose:
            yield f"the worktree of task {attempt.name} was kept: it holds work that did not land"
            return
        if left.place.in_progress() or _nested(left.place):
            yield f"the worktree of task {attempt.name} was kept: it holds a repository, or an operation in progress"
            return
        ignored = [path for path in left.ignored if not is_made(path, attempt.made)]
        if ignored:
            more = f" and {len(ignored) - 5} more" if len(ignored) > 5 else ""
            yield f"ignored files went with the worktree of task {attempt.name}: {', '.join(ignored[:5])}{more}"
        # Forced, because links and copies are untracked: everything else in it is pinned, as was just seen.
        remove_worktree(work.repository, left.place.top, force=bool(attempt.made))
    branch, tip = branch_ref(attempt), branch_tip(work, attempt)
    if branch and tip and tip == pinned:
        move_refs(work.repository, "ralph-hooks: landed", [RefUpdate(branch, tip, None)])


def _foreign_lock(work: Workplace, place: Repository) -> str | None:
    """The reason of a lock that is not ours: whoever set it may still be at work there."""
    locks = (tree.locked for tree in worktrees(work.repository) if tree.path == place.top)
    return next((reason for reason in locks if reason is not None and not reason.startswith(names.LOCKED)), None)


def _nested(place: Repository) -> bool:
    """A repository inside the worktree is committed as a mere link: its objects are nowhere else."""
    listed = place.git("ls-files", "--stage", "-z").records
    links = (record.partition("\t")[2] for record in listed if record.startswith("160000 "))
    return any((place.top / path / ".git").exists() for path in links)
