"""The end of an attempt: its head is pinned, and work that its executor did not commit is kept."""

from __future__ import annotations

import os
from contextlib import ExitStack
from pathlib import Path

from ralph_hooks.batch import names
from ralph_hooks.batch.loose import Loose, committed
from ralph_hooks.batch.model import Attempt, Batch, State, is_made
from ralph_hooks.batch.workplace import Workplace
from ralph_hooks.errors import RefusedError
from ralph_hooks.git.confined import confined
from ralph_hooks.git.hidden import hidden_edits
from ralph_hooks.git.objects import Objects
from ralph_hooks.git.refs import RefUpdate, move_refs
from ralph_hooks.git.repository import HEADS, Repository
from ralph_hooks.git.snapshot import unmerged
from ralph_hooks.git.worktrees import dirt, last_seen
from ralph_hooks.records import NamedTuple

_ROOTS = {State.DONE: names.DONE, State.FAILED: names.FAILED}


class Remains(NamedTuple):
    """What is left of an attempt: its commit, and the paths that are in no commit.

    `place` is None once the worktree is gone, or cannot be trusted any more: `fault` says why.
    `orphaned`: its branch was deleted, and `head` is where that was.
    """

    place: Repository | None
    head: str | None
    loose: tuple[str, ...]
    ignored: tuple[str, ...] = ()
    fault: RefusedError | None = None
    orphaned: bool = False


def remains(work: Workplace, attempt: Attempt) -> Remains:
    """Look at the attempt's worktree; at its branch where the worktree is gone."""
    try:
        place = worktree_of(work, attempt)
    except RefusedError as fault:
        return Remains(None, branch_tip(work, attempt), (), fault=fault)
    if place is None:
        return Remains(None, branch_tip(work, attempt), ())
    found = dirt(place)
    changed = dict.fromkeys((*found.loose, *hidden_edits(place)))
    loose = tuple(path for path in changed if not is_made(path, attempt.made))
    head = place.commit("HEAD")
    return Remains(place, head or last_seen(place), loose, found.ignored, orphaned=head is None)


def branch_ref(attempt: Attempt) -> str | None:
    """Full name of the attempt's branch, if it is known."""
    return HEADS + attempt.branch if attempt.branch else None


def branch_tip(work: Workplace, attempt: Attempt) -> str | None:
    """The tip of the attempt's branch; None when there is none any more, or none yet."""
    ref = branch_ref(attempt)
    return work.repository.commit(ref) if ref else None


def worktree_of(work: Workplace, attempt: Attempt) -> Repository | None:
    """The attempt's worktree, None where it is gone.

    Raises RefusedError where its `.git` leads elsewhere by now, or its own settings could run programs.
    """
    path = attempt.folder
    if path and path.is_symlink():  # to another's worktree, say
        raise RefusedError(f"{path} is a link by now, not the worktree that was made there", f"rm {path}")
    return confined(work.repository, path) if path and os.path.lexists(path / ".git") else None


def end(
    work: Workplace,
    objects: Objects,
    batch: Batch,
    attempt: Attempt,
    state: State,
    message: str | None,
    *,
    external: bool = False,
) -> Attempt:
    """Write down that the attempt has ended as DONE or FAILED, with everything it leaves pinned under a ref.

    Uncommitted work is committed on the executor's branch when it said done; of a failed attempt it is only kept.
    `external`: it failed for a cause outside the task. The caller holds the landing lock.
    Raises RefusedError while files of a DONE attempt are in conflict, or its worktree cannot be looked at.
    """
    complaint = _complaint(work, attempt)
    if complaint:
        state, message = State.FAILED, complaint
    left = remains(work, attempt)
    if state is State.DONE and left.fault:
        raise left.fault
    if state is State.DONE and left.orphaned:
        state, message = State.FAILED, "its branch was deleted"
    if state is State.DONE and left.place:
        _refuse_conflicts(left.place)
        _refuse_unended(left.place)
    head = left.head or attempt.head  # a pin counts when worktree and branch have gone since
    with ExitStack() as until_pinned:
        if left.place and left.head and left.loose and not left.orphaned:
            loose = Loose(left.place, left.head, left.loose)
            head = until_pinned.enter_context(committed(objects, batch, attempt, loose, move=state is State.DONE))
        if state is State.DONE and head is None:
            gone = "worktree and branch are gone" if attempt.folder else "it never had a worktree"
            state, message = State.FAILED, gone
        ended = attempt._replace(
            state=state, head=head, message=message, external=external and state is State.FAILED and not complaint
        )
        _pin(work.repository, batch, ended)
    work.store.put_attempt(batch.id, ended)
    return ended


def _complaint(work: Workplace, attempt: Attempt) -> str | None:
    """Why nothing that this executor did can land: its worktree could not be put on the base, or its setup failed."""
    adopted = work.store.adopted(attempt.agent) if attempt.agent else None
    return adopted.complaint if adopted else None


def _pin(repository: Repository, batch: Batch, attempt: Attempt) -> None:
    """One ref per attempt: an executor that ended twice has the later outcome. Nothing to keep: nothing is pinned."""
    updates = []
    for state, root in _ROOTS.items():
        ref = names.attempt_ref(root, batch.id, attempt)
        old = repository.commit(ref)
        new = attempt.head if state is attempt.state else None
        if new is not None or old is not None:
            updates.append(RefUpdate(ref, old, new))
    move_refs(repository, f"ralph-hooks: task {attempt.name} {attempt.state}", updates)


def _refuse_conflicts(place: Repository) -> None:
    """Conflict markers must not land. A file that was mended but not added yet is as good as added."""
    marked = [path for path in unmerged(place) if _has_markers(place.top / path)]
    if marked:
        more = f" (and {len(marked) - 1} more)" if len(marked) > 1 else ""
        raise RefusedError(
            f"{marked[0]}{more} in {place.top} still has conflict markers", "resolve them, then finish again"
        )


def _refuse_unended(place: Repository) -> None:
    """Half-way through a rebase or a bisection HEAD is not where the executor's work is: commits would be left out."""
    operation = place.in_progress()
    if operation in {"rebase", "bisect"}:
        raise RefusedError(
            f"a {operation} is in progress in {place.top}", f"end it (git {operation} --help), then finish again"
        )


def _has_markers(path: Path) -> bool:
    try:
        content = path.read_bytes()
    except OSError:
        return False
    return b"\n<<<<<<< " in b"\n" + content and b"\n>>>>>>> " in b"\n" + content
