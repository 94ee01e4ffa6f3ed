"""From a chain to the move that lands it: the result of each task, refs, untracked pages, the verdict.

Writes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from ralph_hooks.batch import names
from ralph_hooks.batch.chain import Chain, Link, Stuck
from ralph_hooks.batch.gather import Harvest
from ralph_hooks.batch.journal import conflict_text
from ralph_hooks.batch.leaks import Leaks
from ralph_hooks.batch.loose import UNCOMMITTED
from ralph_hooks.batch.model import Attempt, Batch, Failed, Landed, Landing, Parked, State
from ralph_hooks.batch.move import DiskEdit, Move, StateEdit
from ralph_hooks.batch.pages import Pages, encode, spec_of, stamped
from ralph_hooks.batch.scope import lane_of, strays
from ralph_hooks.batch.site import Site
from ralph_hooks.batch.squash import Misfit, Squash
from ralph_hooks.batch.workplace import now
from ralph_hooks.git.merge import scratch_commit
from ralph_hooks.git.objects import REGULAR, Entry, Objects
from ralph_hooks.git.refs import RefUpdate
from ralph_hooks.spec import state, verdict
from ralph_hooks.spec.numbering import Handler
from ralph_hooks.tasklist.model import Task, TaskList


def plan_move(objects: Objects, site: Site, harvest: Harvest, made: Chain) -> Move:
    """Everything that the landing does, as data for the journal."""
    batch, landing = _results(site, harvest, made)
    leaks = site.leaks if made.links else Leaks()  # what cannot land with anything stays where it is
    loose = _loose_pages(site, harvest, made)
    return Move(
        kind="land",
        key=batch.id,
        target=batch.target,
        old=site.tip,
        new=made.tip,
        top=str(site.place.top) if site.place else None,
        refs=tuple(_refs(objects, site, batch, made, leaks)),
        conflicts=tuple((item.attempt.index, item.tree) for item in made.stuck if item.tree),
        saved=leaks.saved,
        disk=(*_loose_edits(objects, site, batch, loose), *_temporary_files(objects, leaks)),
        state=_verdict(batch, landing, made.pages.list or loose.list or site.listed),
        batch=batch,
        landing=landing,
        ended=now(),
    )


def _results(site: Site, harvest: Harvest, made: Chain) -> tuple[Batch, Landing]:
    links = {link.squash.attempt.index: link for link in made.links}
    misfits: tuple[Stuck | Misfit, ...] = (*made.stuck, *harvest.misfits)
    stuck = {item.attempt.index: item for item in misfits}
    batch = harvest.batch
    landed: list[Landed] = []
    parked: list[Parked] = []
    failed: list[Failed] = []
    for attempt in batch.attempts:
        if attempt.index in links:
            landed.append(_landed(batch, links[attempt.index], harvest.tasks))
            batch = batch.with_attempt(attempt._replace(state=State.LANDED))
        elif attempt.index in stuck:
            parked.append(_parked(batch, attempt, stuck[attempt.index]))
            batch = batch.with_attempt(attempt._replace(state=State.PARKED, message=parked[-1].reason))
        else:
            failed.append(_failed(batch, attempt))
    landing = Landing(
        batch=batch.id,
        target=batch.target,
        before=site.tip,
        after=made.tip,
        landed=tuple(landed),
        parked=tuple(parked),
        failed=tuple(failed),
        signal=verdict.signal(landed, parked, failed),
        warnings=tuple(_warnings(site, harvest)),
    )
    return batch, landing


def _landed(batch: Batch, link: Link, tasks: Mapping[int, Task]) -> Landed:
    attempt = link.squash.attempt
    helped = any(text.subject == UNCOMMITTED for text in link.squash.history)
    return Landed(attempt.index, attempt.id, link.commit, _outside(batch, tasks, link.squash), helped)


def _parked(batch: Batch, attempt: Attempt, item: Stuck | Misfit) -> Parked:
    ref = names.attempt_ref(names.PARKED, batch.id, attempt)
    marked = isinstance(item, Stuck) and item.tree is not None
    text = conflict_text(batch.id, attempt.index) if marked else None
    return Parked(attempt.index, attempt.id, item.reason, item.paths, ref, text)


def _failed(batch: Batch, attempt: Attempt) -> Failed:
    ref = names.attempt_ref(names.FAILED, batch.id, attempt) if attempt.head else None
    return Failed(attempt.index, attempt.id, attempt.message or "its executor failed", ref)


def _outside(batch: Batch, tasks: Mapping[int, Task], squash: Squash) -> tuple[str, ...]:
    """Changed paths that the task does not declare; none where it declares nothing."""
    index = squash.attempt.index
    return strays(lane_of(index, tasks), spec_of(batch), squash.change).outside if index in tasks else ()


def _warnings(site: Site, harvest: Harvest) -> Iterator[str]:
    if not site.rooted:
        batch = harvest.batch
        yield f"{batch.target} no longer holds the base {batch.base[:12]}: what was dropped from it stays dropped"
    yield from harvest.remarks


def _refs(objects: Objects, site: Site, batch: Batch, made: Chain, leaks: Leaks) -> Iterator[RefUpdate]:
    if made.tip != site.tip:
        yield RefUpdate(names.UNDO + batch.id, None, site.tip)
        # One for all that landed, which it has in its history: each ref is a file of its own, and a sync of its own.
        yield RefUpdate(names.LANDED + batch.id, None, made.tip)
    for attempt in batch.in_state(State.PARKED):
        yield RefUpdate(names.attempt_ref(names.PARKED, batch.id, attempt), None, attempt.head or batch.base)
    saved = _saved_commit(objects, site, leaks)
    if saved:
        yield RefUpdate(names.SAVED + batch.id, None, saved)


def _saved_commit(objects: Objects, site: Site, leaks: Leaks) -> str | None:
    """The spec files that the landing takes back or removes, as one tree."""
    files = dict(leaks.saved)
    for path, text in leaks.temporary:
        if site.place:
            files[Path(path).relative_to(site.place.top).as_posix()] = objects.write("blob", encode(text))
    if not files:
        return None
    entries: dict[str, Entry | None] = {path: Entry(REGULAR[0], blob) for path, blob in files.items()}
    tree = objects.edit_tree(None, entries)
    return objects.write("commit", scratch_commit(tree, (site.tip,), "spec files found in the target's worktree"))


def _loose_pages(site: Site, harvest: Harvest, made: Chain) -> Pages:
    """Pages that git does not keep, with the ticks and progress of what landed, in task order."""
    pages = site.loose
    for index in (link.squash.attempt.index for link in made.links):
        pages = stamped(pages, harvest.tasks.get(index), harvest.fragments.get(index, ()))
    return pages


def _loose_edits(objects: Objects, site: Site, batch: Batch, after: Pages) -> Iterator[DiskEdit]:
    before, spec = site.loose, spec_of(batch)
    top = site.place.top if site.place else Path(batch.top)
    if before.list and after.list and after.list.text != before.list.text:
        yield _edit(objects, top / spec.tasks, before.list.text, after.list.text)
    if spec.progress and before.log is not None and after.log is not None and after.log != before.log:
        yield _edit(objects, top / spec.progress, before.log, after.log, union=True)


def _temporary_files(objects: Objects, leaks: Leaks) -> Iterator[DiskEdit]:
    """Executors' temporary progress files in the target's worktree go: their content is in a commit now."""
    for path, text in leaks.temporary:
        yield _edit(objects, Path(path), text, None)


def _edit(objects: Objects, path: Path, before: str, after: str | None, *, union: bool = False) -> DiskEdit:
    old, new = (None if text is None else objects.write("blob", encode(text)) for text in (before, after))
    return DiskEdit(str(path), old, new, union)


def _verdict(batch: Batch, landing: Landing, listed: TaskList) -> StateEdit | None:
    """What the stop-handler is to read, if its state file is there and can be read. `listed`: the list as landed."""
    spec = spec_of(batch)
    if spec.state is None:
        return None
    path = Path(batch.top) / spec.state
    try:
        document = state.read(path)
    except state.StateError:
        return StateEdit(str(path), state.Change(batch.id, {}, {}))  # settling it says what is wrong
    reasons: tuple[Parked | Failed, ...] = (*landing.parked, *landing.failed)
    change = document and state.land(
        document,
        batch=batch.id,
        numbers={attempt.index: attempt.number for attempt in batch.attempts},
        errors={item.index: item.reason for item in reasons},
        tasks=listed,
        handler=Handler(batch.handler),
    )
    return StateEdit(str(path), change) if change else None
