"""What a landing asks git first: all of it at once, so that the answers come while what lands is loaded."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from ralph_hooks.batch import names
from ralph_hooks.batch.model import Batch, State
from ralph_hooks.batch.workplace import Workplace
from ralph_hooks.git.diff import Diff, asking_since
from ralph_hooks.git.identity import Signer, asking_signer
from ralph_hooks.git.refs import asking_refs
from ralph_hooks.git.worktrees import Worktree, asking_worktrees
from ralph_hooks.records import NamedTuple


class Survey(NamedTuple):
    """Each waits for its answer: the worktrees there are, the refs of the batch, who commits and how.

    `changes`: what the batch's heads change against its base, by head; not of one that git does not have.
    """

    worktrees: Callable[[], tuple[Worktree, ...]]
    refs: Callable[[], Mapping[str, str]]
    signer: Callable[[], Signer]
    changes: Callable[[], Mapping[str, Diff]]


@contextmanager
def surveying(work: Workplace, batch: Batch) -> Iterator[Survey]:
    """The questions for the landing of `batch`. The caller holds the landing lock, so the answers stay true."""
    heads = [attempt.head for attempt in batch.in_state(State.DONE) if attempt.head]
    roots = (names.BATCH, names.DONE, names.FAILED, *names.WRITTEN)
    with (
        asking_worktrees(work.repository) as standing,
        asking_refs(work.repository, [root + batch.id for root in roots]) as refs,
        asking_signer(work.repository) as signer,
        asking_since(work.repository, batch.base, heads) as changes,
    ):
        yield Survey(standing, refs, signer, changes)
