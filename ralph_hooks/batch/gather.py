"""What the executors of a batch left: heads pinned once more, squashed, with what they wrote about their progress."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from ralph_hooks import progress
from ralph_hooks.batch.ending import branch_ref, end
from ralph_hooks.batch.fragments import Sources, fragment
from ralph_hooks.batch.model import Attempt, Batch, State
from ralph_hooks.batch.pages import spec_of
from ralph_hooks.batch.remarks import remarks
from ralph_hooks.batch.scope import lane_of, strays
from ralph_hooks.batch.site import Site, tasks_of
from ralph_hooks.batch.squash import Misfit, Squash, squash_all
from ralph_hooks.batch.workplace import Workplace
from ralph_hooks.errors import RefusedError
from ralph_hooks.git.objects import Objects
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


def gather(work: Workplace, objects: Objects, site: Site, batch: Batch) -> Harvest:
    """Pin what every executor left, once more: it may have gone on after it had ended. Then squash what is done."""
    tasks = tasks_of(site, batch)
    standing = {str(tree.path): tree.head for tree in site.standing if not tree.prunable}
    gone = (branch_ref(attempt) for attempt in batch.attempts if attempt.worktree not in standing)
    tips = objects.commits(filter(None, gone))
    misfits: list[Misfit] = []
    heads: list[tuple[Attempt, str]] = []
    for before in progress.each("looking at what executors left", batch.attempts):
        head = standing.get(before.worktree) or tips.get(branch_ref(before) or "")
        attempt, reason = _pinned(work, objects, batch, before, head)
        batch = batch.with_attempt(attempt)
        if attempt.state is State.DONE and reason is None and attempt.index not in tasks:
            reason = f"the task is no longer in {batch.tasks}"
        if reason is not None:
            misfits.append(Misfit(attempt, attempt.head or batch.base, reason))
        elif attempt.state is State.DONE and attempt.head:
            heads.append((attempt, attempt.head))
    squashes, odd = squash_all(objects, batch.base, site.tip, heads, spec_of(batch).own)
    said = tuple(remarks(objects, batch, site.listed, tasks, squashes, work.store.noticed(batch.id)))
    if work.config.scope == "strict":
        squashes, strayed = _in_scope(batch, tasks, squashes)
        odd = [*odd, *strayed]
    fragments = dict(_fragments(objects, site, batch, squashes, standing))
    return Harvest(batch, tuple(squashes), (*misfits, *odd), tasks, fragments, said)


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


def _pinned(
    work: Workplace, objects: Objects, batch: Batch, attempt: Attempt, head: str | None
) -> tuple[Attempt, str | None]:
    """The attempt with its final head, and why it must be parked, if it must. `head`: what its worktree or branch has.

    Only an executor that has committed after it had ended costs a git process here.
    """
    if head in {attempt.head, None}:
        return attempt, None
    if attempt.state is State.DONE and attempt.head and not work.repository.contains(head or "", attempt.head):
        return attempt, "its branch was rewound after its executor had ended"
    try:
        return end(work, objects, batch, attempt, attempt.state, attempt.message, external=attempt.external), None
    except RefusedError as error:  # conflict markers
        return attempt, error.what


def _fragments(
    objects: Objects, site: Site, batch: Batch, squashes: Sequence[Squash], standing: Mapping[str, str]
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
