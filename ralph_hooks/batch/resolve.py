"""A parked attempt as a conflict to resolve: a worktree at the target's tip with the attempt merged in."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ralph_hooks.batch import names
from ralph_hooks.batch.fragments import Sources, fragment, progress_file
from ralph_hooks.batch.loose import UNCOMMITTED
from ralph_hooks.batch.message import raw_commit
from ralph_hooks.batch.model import Attempt, Batch, State
from ralph_hooks.batch.pages import encode, spec_of
from ralph_hooks.batch.squash import Ends, Squash, squash_all
from ralph_hooks.batch.store import Record
from ralph_hooks.errors import RefusedError, UsageError
from ralph_hooks.git.confined import confined
from ralph_hooks.git.diff import diff_trees
from ralph_hooks.git.merge import scratch_commit
from ralph_hooks.git.objects import Objects
from ralph_hooks.git.process import GitError
from ralph_hooks.git.repository import Repository
from ralph_hooks.git.snapshot import unmerged
from ralph_hooks.records import NamedTuple
from ralph_hooks.spec import progress


class ParkedAttempt(NamedTuple):
    """An attempt that was parked, and the batch it belonged to."""

    batch: Batch
    attempt: Attempt
    head: str


class OtherSide(NamedTuple):
    """A commit on the target that touches a path in conflict."""

    commit: str
    subject: str


def find_parked(repository: Repository, records: Sequence[Record], tasks: str, name: str, index: int) -> ParkedAttempt:
    """The last parked attempt at a task (by `index`) of the list `tasks`. Raises UsageError when there is none."""
    for record in reversed(records):
        for attempt in record.batch.in_state(State.PARKED):
            if record.batch.tasks == tasks and attempt.index == index:
                head = repository.commit(names.attempt_ref(names.PARKED, record.batch.id, attempt))
                if head is None:
                    raise RefusedError(f"the work of task {name} is gone from refs/ralph/", "start the task anew")
                return ParkedAttempt(record.batch, attempt, head)
    raise UsageError(f"task {name} has no parked attempt", "see `ralph-hooks log`; `start` it instead")


def merge_parked(objects: Objects, parked: ParkedAttempt, tip: str, worktree: Path) -> tuple[str, ...]:
    """Merge the attempt's change into the worktree at `tip`; gives the paths that conflict.

    The merge base is the base that was recorded for the attempt, as in a landing.
    """
    batch, attempt = parked.batch, parked.attempt
    squashes, misfits = squash_all(objects, Ends(batch.base, tip), [(attempt, parked.head)], spec_of(batch).own)
    if misfits:
        raise RefusedError(
            f"task {attempt.name} cannot be merged: {misfits[0].reason}", f"look at it: git log {parked.head}"
        )
    change = _as_commit(objects, squashes[0])
    objects.flush()
    place = confined(objects.repository, worktree)
    # A cherry-pick of a commit on the attempt's base: git's three-way merge with that base, and `git commit` after
    # a conflict keeps the executor's name. The base in the markers helps whoever resolves it. No hooks, as in landings.
    config = ("merge.conflictStyle=diff3", "commit.gpgSign=false")
    try:
        place.git("cherry-pick", "--allow-empty", "--keep-redundant-commits", change, config=config)
    except GitError:
        conflicts = unmerged(place)
        if not conflicts:
            raise
        return conflicts
    return ()


def _as_commit(objects: Objects, squash: Squash) -> str:
    """The attempt's change as one commit on its base, in its executor's name."""
    task, base = squash.attempt.label, squash.base
    if not squash.history:
        return objects.write("commit", scratch_commit(squash.tree, (base,), task))
    last = squash.history[-1]
    message = last.message if len(squash.history) == 1 and last.subject != UNCOMMITTED else f"{task}\n"
    return objects.write("commit", raw_commit(squash.tree, base, last.author, last.committer, message))


def hand_on_progress(objects: Objects, parked: ParkedAttempt, batch: Batch) -> None:
    """What the parked attempt's executor wrote about its progress goes on in the new worktree's progress file."""
    file = progress_file(spec_of(batch), batch.attempts[0])
    if file is None:
        return
    folder = parked.attempt.folder
    base, head = (objects.tree_of(commit) for commit in (parked.batch.base, parked.head))
    sources = Sources(base, diff_trees(objects, [(base, head)])[0], folder if folder and folder.is_dir() else None)
    written = fragment(objects, parked.batch, parked.attempt, sources, ())
    Path(file).parent.mkdir(parents=True, exist_ok=True)
    Path(file).write_bytes(encode(progress.merge("", [written])))


def other_side(repository: Repository, base: str, tip: str, paths: Sequence[str]) -> tuple[OtherSide, ...]:
    """The commits between `base` and `tip` that touch `paths`, newest first."""
    if not paths:
        return ()
    literal = {"GIT_LITERAL_PATHSPECS": "1"}
    listed = repository.git("log", "-z", "--format=%H %s", f"{base}..{tip}", "--", *paths, env=literal).text
    pairs = (entry.split(" ", 1) for entry in listed.split("\0") if entry)
    return tuple(OtherSide(commit, subject) for commit, subject in pairs)
