"""Carrying a move out: refs prepared, the checked-out worktree brought along, refs committed. Whole, or not at all.

git writes the pack of the journal, and gets ready to move refs, while somebody may still look at the plan (`readied`).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path

from ralph_hooks import progress
from ralph_hooks.batch.journal import drop_journal, write_journal
from ralph_hooks.batch.move import Move
from ralph_hooks.batch.settle import Settled, settle
from ralph_hooks.batch.workplace import Workplace
from ralph_hooks.errors import RalphError, RefusedError
from ralph_hooks.git.checkout import Checkout, lock_checkout
from ralph_hooks.git.diff import Diff, diff_trees
from ralph_hooks.git.filters import asking_filters
from ralph_hooks.git.kept_pack import staged_pack
from ralph_hooks.git.objects import Objects
from ralph_hooks.git.obstacles import is_plain, obstacles
from ralph_hooks.git.process import GitError
from ralph_hooks.git.refs import RefSession, RefUpdate, ref_session
from ralph_hooks.git.repository import Repository, worktree_at
from ralph_hooks.records import NamedTuple


class Ready(NamedTuple):
    """A move that can begin. `journal`: its commit, which no ref names yet; `kept`: puts the pack of it into place."""

    move: Move
    journal: str
    kept: Callable[[], AbstractContextManager[None]]
    refs: RefSession


@contextmanager
def readied(objects: Objects, move: Move) -> Iterator[Ready]:
    """Get `move` ready, with git at work while the block runs. One that does not begin leaves nothing behind."""
    journal = write_journal(objects, move)
    place = _place(objects.repository, move) or objects.repository  # its HEAD goes along, and says so in its log
    with (
        staged_pack(objects, [journal], [move.old]) as kept,
        ref_session(place, said(move)) as refs,
    ):
        yield Ready(move, journal, kept, refs)


def carry_out(work: Workplace, objects: Objects, move: Move) -> Settled:
    """Do all of `move`, in the durable order. Raises RefusedError when the target cannot be moved: nothing changed."""
    with readied(objects, move) as ready, asking_filters(_place(work.repository, move) or work.repository) as filters:
        begin(objects, ready, filters)
        return settle(work, objects, ready.refs, move, ready.journal)


def begin(objects: Objects, ready: Ready, filters: Callable[[Diff], None], changes: Diff | None = None) -> None:
    """Steps 1 to 4: the journal, then refs and worktree.

    `filters`: refuses what a filter cannot write, see `asking_filters`. `changes`: those from the old commit to the
    new, if they are known. Raises RefusedError as `carry_out` does.
    """
    progress.tell("moving the branch and its worktree")
    with ready.kept():
        ready.refs.move([RefUpdate(ready.move.journal, None, ready.journal)])
    advance(objects, ready.refs, ready.move, filters, changes)


def go_on(objects: Objects, refs: RefSession, move: Move) -> None:
    """The rest of a move whose journal a crash has left. Raises RefusedError as `carry_out` does."""
    with asking_filters(_place(objects.repository, move) or objects.repository) as filters:
        advance(objects, refs, move, filters)


def said(move: Move) -> str:
    """What the reflogs say of it."""
    return f"ralph-hooks: {move.kind} {move.key}"


def owner(move: Move) -> str:
    """Who holds the index lock, for whoever finds it."""
    return f"{move.kind} {move.key} {os.getpid()}"


def _place(repository: Repository, move: Move) -> Repository | None:
    return worktree_at(repository, Path(move.top)) if move.top and move.old != move.new else None


def advance(
    objects: Objects, refs: RefSession, move: Move, filters: Callable[[Diff], None], changes: Diff | None = None
) -> None:
    """Steps 2 to 4: refs prepared, worktree brought along, refs committed.

    Raises RefusedError with nothing changed. The journal goes only then: otherwise `recover` needs it.
    """
    try:
        _advance(objects, refs, move, filters, changes)
    except RefusedError:
        drop_journal(objects.repository, move)
        raise


def _advance(
    objects: Objects, refs: RefSession, move: Move, filters: Callable[[Diff], None], changes: Diff | None
) -> None:
    repository = objects.repository
    place = _place(repository, move)
    updates = ([RefUpdate(move.target, move.old, move.new)] if move.old != move.new else []) + list(move.refs)
    if not updates:
        return
    with ExitStack() as stack:
        changes = _changes(objects, move) if changes is None else changes
        checkout = stack.enter_context(_ready_checkout(place, changes, move, filters)) if place else None
        stack.enter_context(refs.transaction())
        with _refusing(f"{move.target} could not be moved"):
            refs.prepare(updates)
        if checkout:
            _bring_along(objects, checkout, changes, move)
        try:
            refs.commit()
        except GitError as error:
            if any(repository.commit(update.name) == update.new for update in updates):
                # git was killed over it. The journal stays: to put the files back would revert what has moved.
                raise RalphError(f"{move.kind} was broken off: {error.what}", "run `ralph-hooks recover`") from error
            if checkout:
                put_back(objects, checkout, changes, move)
            raise _refused(f"{move.target} could not be moved", error) from error


@contextmanager
def _ready_checkout(
    place: Repository, changes: Diff, move: Move, filters: Callable[[Diff], None]
) -> Iterator[Checkout]:
    """The worktree, locked, once nothing stands against bringing it along. Raises RefusedError where something does."""
    with lock_checkout(place, owner(move)) as checkout:
        # To look at every file of the worktree takes as long as all else here: only where git cannot know better.
        plain = not move.saved and is_plain(place.top, changes)
        _refuse_obstacles(checkout, changes, move, look=not plain)
        filters(changes)
        yield checkout


@contextmanager
def _refusing(what: str) -> Iterator[None]:
    """Before anything has changed, an error of git is a refusal."""
    try:
        yield
    except GitError as error:
        raise _refused(what, error) from error


def _refused(what: str, error: GitError) -> RefusedError:
    by_hook = "hook" in error.what + error.stderr
    todo = "the reference-transaction hook of this repository refused it" if by_hook else "mend that, then try again"
    return RefusedError(f"{what}: {error.what}", todo)


def _changes(objects: Objects, move: Move) -> Diff:
    return diff_trees(objects, [(objects.tree_of(move.old), objects.tree_of(move.new))])[0]


def _refuse_obstacles(checkout: Checkout, changes: Diff, move: Move, *, look: bool) -> None:
    """Raise RefusedError when the worktree holds anything that the move would overwrite.

    `look`: for local changes too, at every tracked file.
    """
    with _refusing("the worktree cannot be looked at"):
        local = checkout.local_changes() if look else ()
    found = obstacles(checkout.repository.top, changes, local, [path for path, _ in move.saved])
    if found:
        more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
        raise RefusedError(
            f"{found[0].path} {found[0].reason}{more} in {checkout.repository.top}, and {move.kind} would overwrite it",
            "commit it or move it away, then run the command again",
        )


def _bring_along(objects: Objects, checkout: Checkout, changes: Diff, move: Move) -> None:
    try:
        checkout.take_back(move.old, [path for path, _ in move.saved])
        _switch(checkout, changes, move)
        checkout.clear(changes)
        checkout.install()
    except RefusedError:  # nothing was switched
        _give_back(objects, checkout, move)
        raise
    except (GitError, OSError) as error:
        put_back(objects, checkout, changes, move)
        raise _unsynced(error.what if isinstance(error, GitError) else str(error)) from error


def _switch(checkout: Checkout, changes: Diff, move: Move) -> None:
    """Switch; where git finds a file that is not as it was, look whether it is edited before that is believed."""
    if checkout.switch(move.old, move.new) is None:
        return
    _refuse_obstacles(checkout, changes, move, look=True)
    complaint = checkout.switch(move.old, move.new)
    if complaint is not None:
        raise _unsynced(complaint)


def _unsynced(what: str) -> RefusedError:
    return RefusedError(f"the worktree could not be brought along: {what}", "mend that, then try again")


def put_back(objects: Objects, checkout: Checkout, changes: Diff, move: Move) -> None:
    """What a broken sync has brought to `new` goes back to `old`; spec files that it took back are given back."""
    checkout.bring(changes, move.old, [path for path, _ in move.saved], back=True)
    _give_back(objects, checkout, move)


def _give_back(objects: Objects, checkout: Checkout, move: Move) -> None:
    for path, blob in move.saved:
        scratch = checkout.repository.top / f"{path}.ralph"  # a page that is half written would be somebody's edit
        scratch.write_bytes(objects.blob(blob))
        scratch.replace(checkout.repository.top / path)
