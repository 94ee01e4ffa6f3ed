"""Why the work of an attempt need not be kept: the proof that its target has it. No proof is no verdict on the work."""

from __future__ import annotations

from collections.abc import Mapping

from ralph_hooks.batch import names
from ralph_hooks.batch.model import Attempt, Batch
from ralph_hooks.batch.pages import spec_of
from ralph_hooks.batch.squash import Ends, squash_all
from ralph_hooks.batch.store import Record
from ralph_hooks.git.merge import Merger
from ralph_hooks.git.objects import Objects
from ralph_hooks.git.repository import Repository

# Where the last commit of an attempt is pinned, the last word first: an aborted one has `failed` too.
_PINS = (names.ABORTED, names.PARKED, names.FAILED, names.DONE)


def pinned(batch: Batch, attempt: Attempt, refs: Mapping[str, str]) -> str | None:
    """The commit that our refs keep of an attempt."""
    found = (refs.get(names.attempt_ref(root, batch.id, attempt)) for root in _PINS)
    return next((oid for oid in found if oid), None)


def proof(objects: Objects, merger: Merger, record: Record, attempt: Attempt, head: str | None) -> str | None:
    """In a phrase, why nothing of `head` would be lost; None where that cannot be shown."""
    batch, repository = record.batch, objects.repository
    if head is None:
        return "it left nothing"
    if objects.tree_of(head) == objects.tree_of(batch.base):
        return "it changed nothing"
    tip = repository.commit(batch.target)
    if tip is None:
        return None
    return _landed(repository, record, attempt, head, tip) or _contained(objects, merger, batch, attempt, head, tip)


def _landed(repository: Repository, record: Record, attempt: Attempt, head: str, tip: str) -> str | None:
    """A landing proved that its commit is the attempt's change. No undo, no reset may have taken that back."""
    if record.landing is None or attempt.head != head:
        return None
    item = next((item for item in record.landing.landed if item.index == attempt.index), None)
    if item is None or item.commit is None or not repository.contains(tip, item.commit):
        return None
    return f"landed as {item.commit[:12]}, which is on {record.batch.target}"


def _contained(objects: Objects, merger: Merger, batch: Batch, attempt: Attempt, head: str, tip: str) -> str | None:
    """Also where the target was rebased, or a person has taken the work over: merging it would change nothing."""
    if not objects.repository.contains(tip, batch.base):
        return None
    squashes, _ = squash_all(objects, Ends(batch.base, tip), [(attempt, head)], spec_of(batch).own)
    for squash in squashes:
        merged = merger.merge(tip, squash.commit, attributes=tip)
        if merged.clean and merged.tree == objects.tree_of(tip):
            return f"merging it into {batch.target} would change nothing"
    return None
