"""Closing the open batch without a landing.

Nothing is removed: every attempt's work stays under `refs/ralph/aborted/`.
"""

from __future__ import annotations

from ralph_hooks.batch import names
from ralph_hooks.batch.ending import end
from ralph_hooks.batch.hold import release_hold
from ralph_hooks.batch.model import Attempt, Batch, Phase, State
from ralph_hooks.batch.workplace import Workplace, now
from ralph_hooks.git.objects import open_objects
from ralph_hooks.git.refs import RefUpdate, move_refs
from ralph_hooks.records import NamedTuple


class Kept(NamedTuple):
    """An attempt of an aborted batch and the ref that has its work."""

    attempt: Attempt
    ref: str


class Aborted(NamedTuple):
    """What an abort left. `warning`: the state file could not be given back."""

    batch: Batch
    kept: tuple[Kept, ...]
    warning: str | None


def abort(work: Workplace, batch: Batch) -> Aborted:
    """Close `batch`. Executors that still run keep their worktrees; what they have now is pinned, committed or not.

    Raises DiskError, with the batch still open, where the disk refuses to have the hold lifted.
    """
    kept: list[Kept] = []
    with open_objects(work.repository) as objects:
        for attempt in batch.attempts:
            # As if it had failed: its uncommitted work is kept without touching its branch. It may still be running.
            ended = end(work, objects, batch, attempt, State.FAILED, attempt.message or "the batch was aborted")
            ref = names.attempt_ref(names.ABORTED, batch.id, attempt)
            head = ended.head or batch.base
            move_refs(
                work.repository, f"ralph-hooks: abort {batch.id}", [RefUpdate(ref, work.repository.commit(ref), head)]
            )
            kept.append(Kept(ended._replace(head=head), ref))
    warning = release_hold(batch)
    work.store.set_phase(batch.id, Phase.ABORTED, now())
    return Aborted(batch, tuple(kept), warning)
