"""Do the database and the refs tell the same story of a batch? Executors can write to both.

The record of the batch is pinned, so are the heads of attempts that have ended, and what a landing is going to write is
not there yet. One process asks for all of it.
"""

from __future__ import annotations

from collections.abc import Mapping

from ralph_hooks.batch import names
from ralph_hooks.batch.model import Attempt, Batch, State
from ralph_hooks.batch.record import pin_record, read_record
from ralph_hooks.batch.workplace import Workplace
from ralph_hooks.errors import RalphError, RefusedError
from ralph_hooks.git.objects import Objects
from ralph_hooks.git.refs import RefUpdate, move_refs
from ralph_hooks.records import NamedTuple

_FIXED = ("base", "target", "top", "tasks")  # of a batch: never change after its start
_ROOTS = {State.DONE: names.DONE, State.FAILED: names.FAILED}


class Agreed(NamedTuple):
    """The batch as it can be trusted. `doubts`: why an attempt must be parked; `remarks`: what was put right."""

    batch: Batch
    doubts: Mapping[int, str]
    remarks: tuple[str, ...]


def require_agreement(work: Workplace, objects: Objects, batch: Batch, refs: Mapping[str, str]) -> None:
    """Compare the batch with its `refs`, before it lands.

    Raises RefusedError where base, target or list are in doubt, and where the refs that a landing writes are taken. A
    record that is missing is made again.
    """
    _require_record(work, objects, batch, refs.get(names.BATCH + batch.id))
    _require_free(refs)


def judge_pins(work: Workplace, batch: Batch, pins: Mapping[str, str], heads: Mapping[int, str | None]) -> Agreed:
    """Compare pins and database. `heads`: where the worktree of each attempt is, or else its branch.

    That is the third witness where pin and database disagree: two of three are right. A pin that is missing is made
    again.
    """
    doubts: dict[int, str] = {}
    remarks: list[str] = []
    for attempt in batch.attempts:
        if attempt.state in _ROOTS and attempt.head:
            judged = _judge(work, batch, attempt, pins, heads.get(attempt.index))
            batch = batch.with_attempt(judged.attempt)
            doubts |= {attempt.index: judged.doubt} if judged.doubt else {}
            remarks += [judged.remark] if judged.remark else []
    return Agreed(batch, doubts, tuple(remarks))


class _Judged(NamedTuple):
    attempt: Attempt
    doubt: str | None = None
    remark: str | None = None


def _judge(work: Workplace, batch: Batch, attempt: Attempt, refs: Mapping[str, str], witness: str | None) -> _Judged:
    """`witness`: where the attempt's worktree or branch is."""
    ref, name = names.attempt_ref(_ROOTS[attempt.state], batch.id, attempt), attempt.name
    known, pinned = attempt.head or "", refs.get(ref)
    if pinned == known:
        return _Judged(attempt)
    if pinned is None and work.repository.commit(known) is None:
        return _Judged(attempt, doubt=f"its commit {known} is gone, and so is its pin")
    if pinned is None or witness == known:
        move_refs(work.repository, "ralph-hooks: pin put back", [RefUpdate(ref, pinned, known)])
        where = f"moved to {pinned[:12]}" if pinned else "deleted"
        return _Judged(attempt, remark=f"the pin of task {name} had been {where}: put back")
    if witness == pinned:
        mended = attempt._replace(head=pinned)
        work.store.put_attempt(batch.id, mended)
        return _Judged(mended, remark=f"task {name} had another commit in the database than under its pin: put right")
    return _Judged(attempt, doubt=f"its pin {ref} is at {pinned[:12]}, but it ended at {known[:12]}")


def _require_record(work: Workplace, objects: Objects, batch: Batch, commit: str | None) -> None:
    ref = names.BATCH + batch.id
    if commit is None:
        pin_record(objects, batch)
        return
    try:
        record = read_record(objects, commit)
    except (RalphError, ValueError, KeyError, TypeError):
        raise RefusedError(
            f"{ref} is not the record of the batch any more", f"git update-ref -d {ref}; it is made anew"
        ) from None
    wrong = [name for name in _FIXED if getattr(record, name) != getattr(batch, name)]
    if wrong:
        raise RefusedError(
            f"the database and {ref} disagree about the {wrong[0]} of the batch",
            f"move {work.folder / 'ralph.db'} away: it is made anew from refs/ralph/",
        )


def _require_free(refs: Mapping[str, str]) -> None:
    """A landing that met one of these would fail with the target moved already, or leave somebody else's there."""
    taken = next((ref for ref in refs if ref.startswith(names.WRITTEN)), None)
    if taken:
        raise RefusedError(
            f"{taken} is there already, and the landing is going to write it",
            f"look at it (git log {taken}), then git update-ref -d {taken}",
        )
