"""What the executors of a batch left: heads pinned once more, squashed, with what they wrote about their progress."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from ralph_hooks import progress
from ralph_hooks.batch.agreement import judge_pins
from ralph_hooks.batch.ending import branch_ref, end, worktree_of
from ralph_hooks.batch.fragments import Sources, fragment
from ralph_hooks.batch.model import Attempt, Batch, State
from ralph_hooks.batch.pages import spec_of
from ralph_hooks.batch.remarks import remarks
from ralph_hooks.batch.scope import lane_of, strays
from ralph_hooks.batch.site import Site, tasks_of
from ralph_hooks.batch.squash import Ends, Misfit, Squash, squash_all
from ralph_hooks.batch.survey import Survey
from ralph_hooks.batch.workplace import Workplace
from ralph_hooks.errors import RefusedError
from ralph_hooks.git.discover import belongs, place_at
from ralph_hooks.git.objects import Objects
from ralph_hooks.git.worktrees import Worktree, last_seen
from ralph_hooks.records import NamedTuple
from ralph_hooks.spec.progress import Fragment
from ralph_hooks.tasklist.model import Task


class Harvest(NamedTuple):
    """`batch` with final heads; what fits a squash and what does not; per attempt its task and its progress entries.

    `remarks`: lines for people about how the executors worked.
    """

    batch: Batch
    squashes: tuple[Squash, ...]
    misfits: tuple[Misfit, ...]
    tasks: dict[int, Task]
    fragments: dict[int, tuple[Fragment, ...]]
    remarks: tuple[str, ...] = ()


def gather(work: Workplace, objects: Objects, site: Site, batch: Batch, survey: Survey) -> Harvest:
    """Pin what every executor left, once more: it may have gone on after it had ended. Then squash what is done."""
    tasks = tasks_of(site, batch)
    standing = {str(tree.path): tree for tree in site.standing if not tree.prunable}
    found = _heads(objects, batch, standing)
    known, doubts, mended = judge_pins(work, batch, survey.refs(), found)
    batch = known
    misfits: list[Misfit] = []
    heads: list[tuple[Attempt, str]] = []
    for before in progress.each("looking at what executors left", known.attempts):
        attempt, reason = before, doubts.get(before.index) or _estranged(work, known, before, standing)
        if reason is None:
            attempt, reason = _pinned(work, objects, batch, before, found[before.index])
        batch = batch.with_attempt(attempt)
        if attempt.state is State.DONE and reason is None and attempt.index not in tasks:
            reason = f"the task is no longer in {batch.tasks}"
        if reason is not None:
            misfits.append(Misfit(attempt, attempt.head or batch.base, reason))
        elif attempt.state is State.DONE and attempt.head:
            heads.append((attempt, attempt.head))
    squashes, odd = squash_all(objects, Ends(batch.base, site.tip, survey.changes), heads, spec_of(batch).own)
    said = remarks(objects, batch, site.listed, tasks, squashes, work.store.noticed(batch.id))
    told = (*mended, *_moved(known, heads, found), *said)
    if work.config.scope == "strict":
        squashes, strayed = _in_scope(batch, tasks, squashes)
        odd = [*odd, *strayed]
    fragments = dict(_fragments(objects, site, batch, squashes, standing))
    return Harvest(batch, tuple(squashes), (*misfits, *odd), tasks, fragments, told)


def _in_scope(batch: Batch, tasks: Mapping[int, Task], squashes: Sequence[Squash]) -> tuple[list[Squash], list[Misfit]]:
    """The squashes that keep to the files of their tasks, and those that do not."""
    kept: list[Squash] = []
    strayed: list[Misfit] = []
    for squash in squashes:
        found = strays(lane_of(squash.attempt.index, tasks), spec_of(batch), squash.change)
        paths = tuple(dict.fromkeys([*found.outside, *(path for path, _ in found.taken)]))
        if paths:
            reason = f"changes files that the task does not declare: {', '.join(paths[:5])}"
            strayed.append(Misfit(squash.attempt, squash.head, reason, paths))
        else:
            kept.append(squash)
    return kept, strayed


def _heads(objects: Objects, batch: Batch, standing: Mapping[str, Worktree]) -> dict[int, str | None]:
    """Where the worktree of each attempt is, or else its branch; None where neither is there, or there is no commit."""
    gone = (branch_ref(attempt) for attempt in batch.attempts if attempt.worktree not in standing)
    tips = objects.commits(filter(None, gone))
    heads: dict[int, str | None] = {}
    for attempt in batch.attempts:
        tree = standing.get(attempt.worktree)
        head = tree.head if tree else tips.get(branch_ref(attempt) or "")
        heads[attempt.index] = head if head and head.strip("0") else None  # zeros: its branch is gone
    return heads


def _is_own(folder: Path, common_dir: Path) -> bool:
    with suppress(OSError):
        place = place_at(folder)
        return place is not None and not folder.is_symlink() and belongs(place, common_dir)
    return False


def _estranged(work: Workplace, batch: Batch, attempt: Attempt, standing: Mapping[str, Worktree]) -> str | None:
    """Why what stands at the attempt's worktree cannot be taken for what its executor did, if it cannot."""
    folder = attempt.folder
    if attempt.state is not State.DONE or folder is None or not os.path.lexists(folder):
        return None
    if not _is_own(folder, work.repository.common_dir):
        return f"{folder} is no longer the worktree that it was given"
    branch = standing[attempt.worktree].branch if attempt.worktree in standing else None
    owner = next((one for one in batch.attempts if branch and branch_ref(one) == branch), attempt)
    return f"its worktree is on the branch of task {owner.name}" if owner.index != attempt.index else None


def _moved(before: Batch, heads: Sequence[tuple[Attempt, str]], found: Mapping[int, str | None]) -> Iterator[str]:
    for attempt, head in heads:
        if head == before.attempt(attempt.index).head and found[attempt.index] not in {head, None}:
            yield f"somebody moved the branch of task {attempt.name} after it had ended: what it ended with has landed"


def _pinned(
    work: Workplace, objects: Objects, batch: Batch, attempt: Attempt, head: str | None
) -> tuple[Attempt, str | None]:
    """The attempt with its final head, and why it must be parked, if it must. `head`: what its worktree or branch has.

    Only an executor that has committed after it had ended costs a git process here.
    """
    if head in {attempt.head, None}:
        return attempt, None
    try:
        if attempt.state is State.DONE and attempt.head:
            place = worktree_of(work, attempt)
            if place and last_seen(place) == attempt.head:
                return attempt, None  # somebody else moved its branch: in its own worktree nothing has happened since
            if not work.repository.contains(head or "", attempt.head):
                return attempt, "its branch was rewound after its executor had ended"
        return end(work, objects, batch, attempt, attempt.state, attempt.message, external=attempt.external), None
    except RefusedError as error:  # conflict markers, an operation that was not ended
        return attempt, error.what


def _fragments(
    objects: Objects, site: Site, batch: Batch, squashes: Sequence[Squash], standing: Mapping[str, Worktree]
) -> Iterator[tuple[int, tuple[Fragment, ...]]]:
    if spec_of(batch).progress is None:
        return
    for squash in squashes:
        worktree = squash.attempt.worktree
        folder = Path(worktree) if worktree in standing else None
        sources = Sources(objects.tree_of(squash.base), squash.dropped, folder)
        own = fragment(objects, batch, squash.attempt, sources, site.leaks.of(squash.attempt))
        # An entry that is in the log already is not written twice, so what leaked goes with whoever lands first.
        yield squash.attempt.index, (site.leaks.log, own)
