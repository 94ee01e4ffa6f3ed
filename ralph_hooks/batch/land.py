"""Landing a batch: gather what the executors left, make the chain, move the target, say what came of it."""

from __future__ import annotations

import time
from collections.abc import Collection
from functools import partial
from typing import NamedTuple

from ralph_hooks.batch import chain
from ralph_hooks.batch.advance import carry_out
from ralph_hooks.batch.agreement import require_agreement
from ralph_hooks.batch.chain import Chain
from ralph_hooks.batch.commits import Committing, commit_task, committing
from ralph_hooks.batch.displaced import refuse_displaced
from ralph_hooks.batch.gather import Harvest, gather
from ralph_hooks.batch.model import Batch, Landing
from ralph_hooks.batch.result import plan_move
from ralph_hooks.batch.settle import Settled
from ralph_hooks.batch.site import Site, look
from ralph_hooks.batch.target import require_target
from ralph_hooks.batch.workplace import Workplace
from ralph_hooks.git import features
from ralph_hooks.git.disk import changed
from ralph_hooks.git.merge import Merger, open_merger
from ralph_hooks.git.objects import Objects, open_objects
from ralph_hooks.git.repository import Repository
from ralph_hooks.git.worktrees import worktrees

_PATIENCE, _LOOK = 1.0, 0.05  # seconds in which a switch of branches should be through; between two looks


class Outcome(NamedTuple):
    """What a landing came to. `clean`: nothing needs attention."""

    batch: Batch
    landing: Landing
    clean: bool


def land(work: Workplace, batch: Batch, target: str | None = None) -> Outcome:
    """Land `batch`, whose attempts have all ended. `target`: the branch that the user named, None for the batch's.

    Raises RefusedError, with nothing moved, where going on could lose work. The caller holds the landing lock.
    """
    standing = worktrees(work.repository)
    place = require_target(work, batch, target, standing)
    with (
        open_objects(work.repository) as objects,
        open_merger(objects, features.installed()) as merger,
        committing(objects, work.config.sign_timeout) as shared,
    ):
        pins = require_agreement(work, objects, batch)
        if place:
            tip = next((tree.head for tree in standing if tree.path == place.top), place.zero)
            refuse_displaced(objects, place, batch, tip)
        site = look(work, objects, batch, place, standing)
        harvest = gather(work, objects, site, batch, pins)
        made = _link_up(objects, merger, site, harvest, shared())
        move = plan_move(objects, site, harvest, made)
        settled = carry_out(work, objects, move, made.change)
        if move.landing is None or move.batch is None:
            raise AssertionError("a landing's move holds its result")
        landing = _honest(site, move.landing, settled)
    told = landing._replace(warnings=(*landing.warnings, *settled.warnings))
    if told != move.landing:
        work.store.put_landing(move.batch, told, move.ended or "")
    return Outcome(move.batch, told, clean=told.signal is not None and not settled.warnings)


def _link_up(objects: Objects, merger: Merger, site: Site, harvest: Harvest, shared: Committing) -> Chain:
    plan = chain.Plan(
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
    return chain.build(objects, merger, plan)


def _honest(site: Site, landing: Landing, settled: Settled) -> Landing:
    """The landing without its signal, where a page of the spec is not as the signal says: ticked, committed, clean."""
    if landing.signal is None:
        return landing
    dirty = _dirty_pages(site.place, site.binder.paths, landing.target) if site.place else ()
    if settled.pages or dirty:
        why = f"{', '.join(dirty)} has local changes again" if dirty else "a page of the spec could not be written"
        return landing._replace(signal=None, warnings=(*landing.warnings, why))
    return landing


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
