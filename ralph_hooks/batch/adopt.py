"""Worktrees that an orchestrator makes for its executors: put on the base of the batch, equipped, tied to attempts."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path

from ralph_hooks.batch.equip import copied_files, equip
from ralph_hooks.batch.file_lock import file_lock
from ralph_hooks.batch.model import Adopted, Attempt, Batch, is_made
from ralph_hooks.batch.record import pin_record
from ralph_hooks.batch.workplace import Workplace, exclusive
from ralph_hooks.errors import RalphError, RefusedError
from ralph_hooks.git.confined import confined
from ralph_hooks.git.fresh import is_fresh, reset_fresh
from ralph_hooks.git.objects import open_objects
from ralph_hooks.git.repository import HEADS, Repository
from ralph_hooks.git.worktrees import dirt

__all__ = ["Adopted", "adopt", "adopted", "assign"]

LOCK = "ralph-adopting"  # in the worktree's own git directory, so it goes with the worktree; git's locks end in .lock
BROKEN_OFF = "putting its worktree on the base was broken off"  # the complaint until it is done


def adopted(work: Workplace, agent: str) -> Adopted | None:
    """The worktree that was adopted for `agent`."""
    return work.store.adopted(agent)


def adopt(work: Workplace, batch: Batch, agent: str, path: Path, *, locked: bool = False) -> Adopted:
    """Put the worktree at `path`, which the orchestrator made for `agent`, on the base of `batch`, and equip it.

    Once per agent: the second time nothing is touched. What cannot be used is written down with a complaint, and its
    attempt is going to fail. Takes the landing lock, unless the caller has it `locked`, for the base alone: a setup can
    take long.
    """
    known = _whole(work, agent)
    if known:
        return known
    place = _worktree(work, batch, path)
    if place is None:
        return _written(work, Adopted(agent, batch.id, "", "", complaint=f"{path} is no worktree of its own"))
    with file_lock(place.git_dir / LOCK, work.config.setup_timeout, str(place.top)):
        # Whoever was first has done it, unless it was killed over it: then it is done now, if it still can be.
        return _whole(work, agent) or _written(work, _adopt(work, batch, agent, place, locked=locked))


def assign(work: Workplace, batch: Batch, *, call: str, agent: str) -> Attempt:
    """Tie the worktree that was adopted for `agent` to the attempt of `call`.

    The same again changes nothing. Raises RefusedError where one of the two is unknown or tied to somebody else. The
    caller holds the landing lock.
    """
    record, found = work.store.record(batch.id), work.store.adopted(agent)
    attempt = record.batch.of_call(call) if record else None
    if record is None or attempt is None:
        raise RefusedError(f"batch {batch.id} has no call {call}", "see `ralph-hooks status`")
    if found is None or found.batch != batch.id:
        raise RefusedError(f"no worktree was adopted for {agent} in batch {batch.id}", "adopt it first")
    if attempt.agent == agent:
        return attempt
    taken = next((other for other in record.batch.attempts if other.agent == agent), attempt)
    if taken.agent is not None:
        raise RefusedError(f"task {taken.name} is {taken.agent}'s already", "see `ralph-hooks status`")
    tied = attempt._replace(agent=agent, worktree=found.worktree, branch=found.branch, made=found.made)
    with open_objects(work.repository) as objects:
        pin_record(objects, record.batch.with_attempt(tied))  # first: a crash in between is mended by doing it again
    work.store.put_attempt(batch.id, tied)
    return tied


def _whole(work: Workplace, agent: str) -> Adopted | None:
    found = work.store.adopted(agent)
    return None if found is None or found.complaint == BROKEN_OFF else found


def _worktree(work: Workplace, batch: Batch, path: Path) -> Repository | None:
    """The linked worktree at `path`, if it is one of this repository in which nobody but an executor works."""
    try:
        place = confined(work.repository, path)
    except (RalphError, OSError):
        return None
    return place if str(place.top) != batch.top and place.branch() != batch.target else None


def _adopt(work: Workplace, batch: Batch, agent: str, place: Repository, *, locked: bool) -> Adopted:
    branch = (place.branch() or "").removeprefix(HEADS)
    row = Adopted(agent, batch.id, str(place.top), branch)
    if is_fresh(place):
        _written(work, row._replace(complaint=BROKEN_OFF))
        if place.head() != batch.base:
            with nullcontext() if locked else exclusive(work):
                reset_fresh(place, batch.base)
        made, complaint = _equipped(work, batch, place)
        return row._replace(made=made, complaint=complaint)
    return work.store.adopted(agent) or _late(work, batch, place, row)


def _late(work: Workplace, batch: Batch, place: Repository, row: Adopted) -> Adopted:
    """The executor has been at work already, since nobody adopted its worktree in time. All of that is kept."""
    if place.contains("HEAD", batch.base):
        return row._replace(made=_made_before(work, batch, place))
    return row._replace(complaint=f"it was worked on before it could be put on the base {batch.base[:12]}")


def _equipped(work: Workplace, batch: Batch, place: Repository) -> tuple[tuple[str, ...], str | None]:
    with open_objects(work.repository) as objects:
        copies = copied_files(objects, batch)
    return equip(place, copies, Path(batch.top), work.config, {})


def _made_before(work: Workplace, batch: Batch, place: Repository) -> tuple[str, ...]:
    """What an adoption that nobody knows of may have made, in a database that was lost: known by its name alone."""
    names = (*batch.copied, *work.config.link, *work.config.copy)
    found = dirt(place)
    return (*batch.copied, *(path for path in (*found.loose, *found.ignored) if is_made(path, names)))


def _written(work: Workplace, row: Adopted) -> Adopted:
    work.store.put_adopted(row)
    return row
