"""Landing the session's batch, and what follows when the session has been told."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from ralph_hooks.batch import names
from ralph_hooks.batch.land import land
from ralph_hooks.batch.model import Batch, Outcome, State
from ralph_hooks.batch.pages import spec_of
from ralph_hooks.batch.store import Record
from ralph_hooks.batch.survey import surveying
from ralph_hooks.batch.tidy import tidy
from ralph_hooks.batch.workplace import Workplace, open_workplace
from ralph_hooks.errors import RalphError
from ralph_hooks.git.repository import worktree_at
from ralph_hooks.git.worktrees import dirt, worktrees
from ralph_hooks.integrations.claude import notes, owner, verdict
from ralph_hooks.integrations.claude.attempts import end_calls
from ralph_hooks.integrations.claude.decide import Ending
from ralph_hooks.integrations.claude.decide import Outcome as Ended
from ralph_hooks.integrations.claude.payload import Where
from ralph_hooks.integrations.claude.turn import changing

RECENT = 3  # batches whose worktrees may be left: what is older is for `gc`
_LOCK = re.compile(r"claude agent .*\(pid (?P<pid>\d+)\b")  # how the client says who has locked a worktree
_ABANDONED = Ended(State.FAILED, "its session ended before it did", outside=True)


def land_batch(work: Workplace, batch: Batch) -> str | None:
    """Land `batch`, whose executors have all ended. Gives what the coordinator is to know, if that is refused."""
    try:
        with surveying(work, batch) as survey:
            outcome = land(work, batch, survey)
    except RalphError as error:
        return verdict.refused(batch, error)
    _name_strays(work, batch, outcome)
    return None


def land_abandoned(work: Workplace, batch: Batch, where: Where) -> str | None:
    """Land what the executors of a dead session have finished. What they have not is kept, and comes again.

    `where`: a later session's; the transcripts of a project's sessions stand side by side.
    """
    transcript = Path(where.transcript).with_name(f"{batch.session}.jsonl")
    endings = [Ending(attempt.call, _ABANDONED) for attempt in batch.in_state(State.RUNNING) if attempt.call]
    return land_batch(work, end_calls(work, batch, str(transcript), endings))


def tidy_up(place: Path, told: str | None) -> None:
    """After the reply: note that the verdict is known, and remove worktrees, which takes long and may fail.

    A worktree that the client still has locked is left for the next event.
    """
    with open_workplace(place) as work:
        if told:
            work.store.tell(told)
        if work.store.open_batch():
            return  # without waiting for the lock: an answer leaves when we have ended
    with changing(place) as work:
        landed = [record for record in work.store.records() if record.batch.session and record.landing][-RECENT:]
        for record in landed:
            if record.landing:
                _unlock(work, record.batch)
                tidy(work, record.batch, record.landing)
        if not work.store.open_batch() and not any(_is_waiting(work, record) for record in landed):
            notes.remove(work.folder)


def _unlock(work: Workplace, batch: Batch) -> None:
    """A client that was killed leaves its executors' worktrees locked, in the name of a process that is no more."""
    folders = {attempt.folder for attempt in batch.attempts}
    for tree in worktrees(work.repository):
        lock = _LOCK.match(tree.locked or "")
        if tree.path in folders and lock and not owner.is_alive(f"{lock['pid']}:"):
            work.repository.git("worktree", "unlock", "--", str(tree.path), accept=(0, 128))


def _is_waiting(work: Workplace, record: Record) -> bool:
    """Is anything left to do: a verdict to be told, a worktree to be removed that the client has locked?"""
    if not owner.is_alive(record.batch.owner):
        return False
    trees = worktrees(work.repository)
    locked = {tree.path for tree in trees if tree.locked is not None and not names.is_own_lock(tree.locked)}
    return not record.told or any(attempt.folder in locked for attempt in record.batch.in_state(State.LANDED))


def main_worktree_dirt(work: Workplace, top: Path) -> tuple[str, ...]:
    """What stands uncommitted where the batch was started, beside what git ignores."""
    return dirt(worktree_at(work.repository, top)).loose


def _name_strays(work: Workplace, batch: Batch, outcome: Outcome) -> None:
    """Say what appeared in the main checkout while executors were at work: theirs, most likely, and left as it is."""
    before = notes.read(work.folder).dirty
    own = spec_of(batch).own
    strays = [path for path in main_worktree_dirt(work, Path(batch.top)) if path not in before and not own(path)]
    if strays:
        warning = f"changed in {batch.top} while the batch ran, and left there: {_shown(strays)}"
        landing = outcome.landing._replace(warnings=(*outcome.landing.warnings, warning))
        record = work.store.record(batch.id)
        work.store.put_landing(outcome.batch, landing, record.ended or "" if record else "")


def _shown(paths: Iterable[str]) -> str:
    first = list(paths)
    return ", ".join(first[:10]) + (f" and {len(first) - 10} more" if len(first) > 10 else "")
