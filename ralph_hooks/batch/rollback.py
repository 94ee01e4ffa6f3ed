"""Taking back a start that did not get through, and lifting the hold of a batch that ends without a landing."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from ralph_hooks.batch import names
from ralph_hooks.batch.model import Batch
from ralph_hooks.batch.pages import spec_of
from ralph_hooks.batch.workplace import Workplace
from ralph_hooks.errors import RalphError
from ralph_hooks.git.refs import RefUpdate, move_refs
from ralph_hooks.git.repository import HEADS
from ralph_hooks.git.worktrees import discard_worktree
from ralph_hooks.spec import state


def roll_back(work: Workplace, batch: Batch) -> None:
    """Take a start back that did not get through. No executor has seen its worktrees yet."""
    for attempt in batch.attempts:
        discard_worktree(work.repository, Path(attempt.worktree))
        found = work.repository.commit(HEADS + attempt.branch)
        if found == batch.base:
            move_refs(
                work.repository, "ralph-hooks: start taken back", [RefUpdate(HEADS + attempt.branch, found, None)]
            )
    record = work.repository.commit(names.BATCH + batch.id)
    if record:
        move_refs(work.repository, "ralph-hooks: start taken back", [RefUpdate(names.BATCH + batch.id, record, None)])
    release_hold(batch)
    with suppress(OSError):
        names.worktree_folder(batch.top, batch.id).rmdir()
    work.store.remove(batch.id)


def release_hold(batch: Batch) -> str | None:
    """Lift the hold of a batch that ends without a landing. Gives a warning when the state file cannot be used."""
    path = spec_of(batch).state
    if path is None:
        return None
    try:
        document = state.read(Path(batch.top) / path)
        if document is not None and state.held_by(document) == batch.id:
            state.write(Path(batch.top) / path, state.release(document, batch.id))
    except RalphError as error:
        return str(error)
    return None
