"""Landing a batch: gather what the executors left, make the chain, move the target, say what came of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import partial

from ralph_hooks.batch import chain
from ralph_hooks.batch.advance import Ready, begin, readied
from ralph_hooks.batch.agreement import require_agreement
from ralph_hooks.batch.chain import Plan, Stuck
from ralph_hooks.batch.commits import Committing, commit_task, committing
from ralph_hooks.batch.displaced import asking_displaced
from ralph_hooks.batch.gather import Harvest, gather
from ralph_hooks.batch.model import Batch, Landing, Outcome
from ralph_hooks.batch.result import plan_move
from ralph_hooks.batch.settle import Settled, settle
from ralph_hooks.batch.site import Site, look
from ralph_hooks.batch.survey import Survey
from ralph_hooks.batch.target import require_target
from ralph_hooks.batch.workplace import Workplace
from ralph_hooks.git import features
from ralph_hooks.git.checkout import index_stamp
from ralph_hooks.git.diff import Diff
from ralph_hooks.git.disk import as_stored, changed
from ralph_hooks.git.filters import asking_filters
from ralph_hooks.git.merge import Merger, open_merger
from ralph_hooks.git.objects import Objects, open_objects
from ralph_hooks.git.repository import Repository
from ralph_hooks.git.worktrees import Worktree

_PATIENCE, _LOOK = 1.0, 0.05  # seconds in which a switch of branches should be through; between two looks


def land(work: Workplace, batch: Batch, survey: Survey, target: str | None = None) -> Outcome:
    """Land `batch`, whose attempts have all ended. `target`: the branch that the user named, None for the batch's.

    Raises RefusedError, with nothing moved, where going on could lose work. The caller holds the landing lock.
    """
    standing = survey.worktrees()
    place = require_target(work, batch, target, standing)
    with (
        open_objects(work.repository) as objects,
        open_merger(objects, features.installed()) as merger,
    ):
        with _asking_displaced(objects, place, batch, standing) as refuse_displaced:
            try:
                require_agreement(work, objects, batch, survey.refs())
                site = look(work, objects, batch, place, standing)
                harvest = gather(work, objects, site, batch, survey)
            finally:
                refuse_displaced()  # where that is so, it is why whatever else seems to be wrong
        shared = committing(objects, survey.signer(), work.config.sign_timeout)
        plan = _plan(objects, site, harvest, shared)
        with (
            asking_filters(site.place or work.repository, chain.likely(plan)) as filters,
            _proved(objects, merger, site, harvest, plan) as (ready, change),
        ):
            move = ready.move
            if move.landing is None or move.batch is None:
                raise AssertionError("a landing's move holds its result")
            begin(objects, ready, filters, change)
            index = index_stamp(site.place) if site.place else ()
            settled = settle(work, objects, ready.refs, move, ready.journal)
            landing = _honest(move.landing, settled, _dirty(objects, site, move.landing, index))
    told = landing._replace(warnings=(*landing.warnings, *settled.warnings))
    if told != move.landing:
        work.store.put_landing(move.batch, told, move.ended or "")
    return Outcome(move.batch, told, clean=told.signal is not None and not settled.warnings)


def _asking_displaced(
    objects: Objects, place: Repository | None, batch: Batch, standing: tuple[Worktree, ...]
) -> AbstractContextManager[Callable[[], None]]:
    if place is None:
        return nullcontext(lambda: None)
    tip = next((tree.head for tree in standing if tree.path == place.top), place.zero)
    return asking_displaced(objects, place, batch, tip)


def _plan(objects: Objects, site: Site, harvest: Harvest, shared: Committing) -> Plan:
    return Plan(
        base=harvest.batch.base,
        tip=site.tip,
        squashes=harvest.squashes,
        binder=site.binder,
        pages=site.pages,
        tasks=harvest.tasks,
        fragments=harvest.fragments,
        rooted=site.rooted,
        commit=partial(commit_task, objects, shared, harvest.batch, harvest.tasks),
    )


@contextmanager
def _proved(objects: Objects, merger: Merger, site: Site, harvest: Harvest, plan: Plan) -> Iterator[tuple[Ready, Diff]]:
    """The move that lands what conserves, ready to begin, and what it changes; what does not conserve is parked.

    The proof takes git as long as to write the pack, so both happen at once. Nothing refers to a pack before the proof.
    """
    parked: list[Stuck] = []
    while True:
        made = chain.build(objects, merger, plan, parked)
        with (
            readied(objects, plan_move(objects, site, harvest, made)) as ready,
            chain.proving(objects, merger, plan, made) as proof,
        ):
            broken, change = proof()
            if broken is None:
                yield ready, change
                return
        # Only the first: what comes after it was merged onto a tip that is not going to be.
        parked.append(broken)


def _honest(landing: Landing, settled: Settled, dirty: Sequence[str]) -> Landing:
    """The landing without its signal, where a page of the spec is not as the signal says: ticked, committed, clean."""
    if landing.signal is None or not (settled.pages or dirty):
        return landing
    why = f"{', '.join(dirty)} has local changes again" if dirty else "a page of the spec could not be written"
    return landing._replace(signal=None, warnings=(*landing.warnings, why))


def _dirty(objects: Objects, site: Site, landing: Landing, index: tuple[int, ...]) -> tuple[str, ...]:
    """The pages of the spec with local changes. `index`: the stamp of the one that the landing has put in place.

    With that one, a page is clean that stands as it landed; git would read all of the index to say so.
    """
    place, pages = site.place, site.binder.paths
    if landing.signal is None or place is None:
        return ()
    if index_stamp(place) == index and as_stored(objects, place, objects.tree_of(landing.after), pages):
        return ()
    return _dirty_pages(place, pages, landing.target)


def _dirty_pages(place: Repository, pages: Collection[str], target: str) -> tuple[str, ...]:
    """The pages with local changes, once nobody else is at work there: half-way through a switch, all look changed."""
    until = time.monotonic() + _PATIENCE
    while dirty := changed(place, pages):
        if place.branch() != target:
            return ()  # what another branch has there says nothing about this landing
        if time.monotonic() >= until:
            return dirty
        time.sleep(_LOOK)
    return ()
