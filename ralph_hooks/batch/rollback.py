"""Taking back what did not get through: the start of a batch, a task that was joining one."""

from __future__ import annotations

from contextlib import suppress

from ralph_hooks.batch import names
from ralph_hooks.batch.ending import branch_ref
from ralph_hooks.batch.hold import narrow_hold, release_hold
from ralph_hooks.batch.model import Batch
from ralph_hooks.batch.record import pin_record, read_record
from ralph_hooks.batch.workplace import Workplace
from ralph_hooks.git.objects import Objects
from ralph_hooks.git.refs import RefUpdate, move_refs
from ralph_hooks.git.worktrees import discard_worktree


def roll_back(work: Workplace, batch: Batch) -> None:
    """Take a start back that did not get through. No executor has seen its worktrees yet."""
    for attempt in batch.attempts:
        if attempt.folder:
            discard_worktree(work.repository, attempt.folder)
        branch = branch_ref(attempt)
        if branch and work.repository.commit(branch) == batch.base:
            move_refs(work.repository, "ralph-hooks: start taken back", [RefUpdate(branch, batch.base, None)])
    record = work.repository.commit(names.BATCH + batch.id)
    if record:
        move_refs(work.repository, "ralph-hooks: start taken back", [RefUpdate(names.BATCH + batch.id, record, None)])
    release_hold(batch)
    with suppress(OSError):
        names.worktree_folder(batch.top, batch.id).rmdir()
    work.store.remove(batch.id)


def drop_joining(work: Workplace, objects: Objects, batch: Batch) -> None:
    """Take back what is half-way into `batch`, which is as it was without it."""
    recorded = work.repository.commit(names.BATCH + batch.id)
    # Only what was written: where a hook has refused the record, it would refuse this one too.
    if recorded is None or _indices(read_record(objects, recorded)) != _indices(batch):
        pin_record(objects, batch)
    narrow_hold(batch)
    work.store.end_joining(batch.id, joined=False)


def _indices(batch: Batch) -> set[int]:
    return {attempt.index for attempt in batch.attempts}
