"""What a crash left is finished or taken back, from recorded objects only. Every command does this first."""

from __future__ import annotations

from pathlib import Path

from ralph_hooks.batch import names
from ralph_hooks.batch.advance import go_on, owner, put_back, said
from ralph_hooks.batch.journal import drop_journal, read_journal
from ralph_hooks.batch.model import Batch, Phase, State
from ralph_hooks.batch.move import Move
from ralph_hooks.batch.record import read_record
from ralph_hooks.batch.rollback import drop_joining, roll_back
from ralph_hooks.batch.settle import Settled, settle
from ralph_hooks.batch.workplace import Workplace
from ralph_hooks.errors import RefusedError
from ralph_hooks.git.checkout import lock_checkout
from ralph_hooks.git.claims import settle_claims
from ralph_hooks.git.diff import Diff, diff_trees
from ralph_hooks.git.disk import half_written, on_disk
from ralph_hooks.git.objects import Objects, open_objects
from ralph_hooks.git.refs import RefUpdate, move_refs, ref_session, refs_below
from ralph_hooks.git.repository import Repository, open_repository
from ralph_hooks.records import NamedTuple


class Recovered(NamedTuple):
    """One thing that was put in order. `action` is a phrase for people."""

    batch: str
    action: str


def recover(work: Workplace) -> tuple[Recovered, ...]:
    """Put everything in order. The caller holds the landing lock, so whoever left this is dead."""
    done: list[Recovered] = []
    settle_claims(work.repository.common_dir)
    with open_objects(work.repository) as objects:
        # Asked under the lock: the store may have been new when this process came, and have another one's batch by now.
        if work.store.is_empty():
            done += _rebuild(work, objects)
        for ref, journal in refs_below(work.repository, names.JOURNAL).items():
            move = read_journal(objects, journal)
            done.append(Recovered(ref.removeprefix(names.JOURNAL), _finish(work, objects, move, journal)))
        batch = work.store.open_batch()
        if batch is not None and batch.phase is Phase.OPENING:
            roll_back(work, batch)
            done.append(Recovered(batch.id, "its start was taken back"))
        elif batch is not None and work.store.is_joining():
            drop_joining(work, objects, batch)
            done.append(Recovered(batch.id, "a task that was joining it was taken out again"))
    return tuple(done)


def _finish(work: Workplace, objects: Objects, move: Move, journal: str) -> str:
    repository = work.repository
    place = open_repository(Path(move.top)) if move.top and Path(move.top).is_dir() else None
    changes = diff_trees(objects, [(objects.tree_of(move.old), objects.tree_of(move.new))])[0]
    tip = repository.commit(move.target)
    if tip == move.old:
        return _go_on(work, objects, move, journal, place, changes)
    if tip is not None and _happened(repository, move, tip):
        missing = _missing(repository, move)
        move_refs(repository, f"ralph-hooks: recover {move.key}", missing)
        if place and tip == move.new:
            with lock_checkout(place, owner(move)) as checkout:
                checkout.bring(changes, move.new, back=False)
        with ref_session(repository, f"ralph-hooks: recover {move.key}") as refs:
            return _ended(move, settle(work, objects, refs, move, journal))
    drop_journal(repository, move)
    return f"the {move.kind} was given up: {move.target} has gone elsewhere meanwhile"


def _ended(move: Move, settled: Settled) -> str:
    how = "was finished" if not settled.due else "is not through yet"
    return ": ".join((f"the {move.kind} {how}", *settled.warnings))


def _happened(repository: Repository, move: Move, tip: str) -> bool:
    """Has the target been at `new`? Where the move goes back, as an undo does, its history must have lost `old`."""
    back = repository.contains(move.old, move.new)
    return repository.contains(tip, move.new) and not (back and repository.contains(tip, move.old))


def _go_on(work: Workplace, objects: Objects, move: Move, journal: str, place: Repository | None, changes: Diff) -> str:
    """The target has not moved: back to the beginning, then all of it again, from the recorded objects."""
    foreign = _foreign(place, changes, move) if place else None
    if place:
        with lock_checkout(place, owner(move)) as checkout:
            put_back(objects, checkout, changes, move)
    if foreign:
        drop_journal(work.repository, move)
        raise RefusedError(
            f"{foreign} was edited after the {move.kind} had broken off, so it was taken back",
            "commit it or move it away, then run the command again",
        )
    with ref_session(place or work.repository, said(move)) as refs:
        go_on(objects, refs, move._replace(refs=_missing(work.repository, move)))
        return _ended(move, settle(work, objects, refs, move, journal))


def _foreign(place: Repository, changes: Diff, move: Move) -> str | None:
    """A path of the move whose content on disk is neither the old nor the new, nor what the sync was to take back."""
    saved = dict(move.saved)
    for path, entry in on_disk(place, changes).items():
        _, *ends = changes[path]
        known = {saved.get(path), *(end.oid for end in ends if end)}
        if entry is not None and entry.oid not in known and not half_written(place, path, ends):
            return path
    return None


def _missing(repository: Repository, move: Move) -> tuple[RefUpdate, ...]:
    """The refs of the move that did not get there: a crash can leave a transaction with some of its refs renamed."""
    now = refs_below(repository, names.ROOT)
    return tuple(update for update in move.refs if now.get(update.name) != update.new)


def _rebuild(work: Workplace, objects: Objects) -> list[Recovered]:
    """The rows of the store, from the records and journals that refs keep."""
    refs = refs_below(work.repository, names.ROOT)
    logs = {
        ref.removeprefix(names.LOG): read_journal(objects, oid)
        for ref, oid in refs.items()
        if ref.startswith(names.LOG)
    }
    batches = [read_record(objects, oid) for ref, oid in refs.items() if ref.startswith(names.BATCH)]
    for batch in sorted(batches, key=lambda batch: batch.started):
        landed = logs.get(batch.id)
        work.store.add(_as_refs_say(batch, refs)._replace(phase=_phase(batch, refs, landed is not None)))
        if landed and landed.batch and landed.landing:
            work.store.put_landing(landed.batch, landed.landing, landed.ended or "")
            work.store.tell(batch.id)
            # A landing of nothing leaves no undo ref either.
            if landed.landing.before != landed.landing.after and names.UNDO + batch.id not in refs:
                work.store.set_phase(batch.id, Phase.UNDONE)
    return [Recovered(batch.id, "its rows were rebuilt from refs") for batch in batches]


def _phase(batch: Batch, refs: dict[str, str], landed: bool) -> Phase:
    if landed:
        return Phase.LANDED
    return Phase.ABORTED if any(ref.startswith(f"{names.ABORTED}{batch.id}/") for ref in refs) else Phase.OPEN


def _as_refs_say(batch: Batch, refs: dict[str, str]) -> Batch:
    for root, state in ((names.DONE, State.DONE), (names.FAILED, State.FAILED)):
        for attempt in batch.attempts:
            head = refs.get(names.attempt_ref(root, batch.id, attempt))
            if head:
                batch = batch.with_attempt(attempt._replace(state=state, head=head))
    return batch
