"""Work that an executor has not committed, as a commit on top of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from ralph_hooks.batch.message import Signature, raw_commit, read_commit
from ralph_hooks.batch.model import Attempt, Batch
from ralph_hooks.batch.pages import spec_of
from ralph_hooks.git.identity import committer
from ralph_hooks.git.kept_pack import VanishedError, kept_pack
from ralph_hooks.git.objects import Objects
from ralph_hooks.git.process import GitError
from ralph_hooks.git.refs import RefUpdate, move_refs
from ralph_hooks.git.repository import Repository
from ralph_hooks.git.snapshot import Snapshot, end_cherry_pick, install_index, snapshot
from ralph_hooks.records import NamedTuple

# Subjects of the commits that are made for an executor: its work, or nothing but the spec's own files.
UNCOMMITTED = "Work that the executor had not committed"
UNCOMMITTED_PAGES = "Spec files that the executor had not committed"

_TRIES = 3  # a `git gc --prune=now` takes away once what nobody refers to yet; the files are still there


class Loose(NamedTuple):
    """What differs from `head` in the worktree `place`, by path."""

    place: Repository
    head: str
    paths: tuple[str, ...]


@contextmanager
def committed(objects: Objects, batch: Batch, attempt: Attempt, loose: Loose, *, move: bool) -> Iterator[str]:
    """A commit of the loose paths; nobody takes it away while the block runs. `move`: the worktree's HEAD gets it."""
    with ExitStack() as kept:
        taken, commit = _kept_commit(kept, objects, batch, attempt, loose)
        if move:
            install_index(loose.place, taken)
            move_refs(loose.place, "ralph-hooks: uncommitted work", [RefUpdate("HEAD", loose.head, commit)])
            end_cherry_pick(loose.place)
        yield commit


def _kept_commit(
    kept: ExitStack, objects: Objects, batch: Batch, attempt: Attempt, loose: Loose
) -> tuple[Snapshot, str]:
    left = _TRIES
    while True:
        left -= 1
        try:
            taken = snapshot(loose.place, loose.paths)
            commit = objects.write("commit", _raw(objects, batch, attempt, loose, taken.tree))
            kept.enter_context(kept_pack(objects, [commit], [loose.head]))
        except (VanishedError, GitError):
            if not left:
                raise
        else:
            return taken, commit


def _raw(objects: Objects, batch: Batch, attempt: Attempt, loose: Loose, tree: str) -> bytes:
    """The commit's date is that of `head`: no clock enters a landing."""
    time = read_commit(objects.raw_commit(loose.head)).committer.time
    who = Signature(committer(loose.place), time)
    picked = loose.place.commit("CHERRY_PICK_HEAD")
    if picked:  # a conflict that `resolve` made, mended and not committed: it stays its executor's work
        text = read_commit(objects.raw_commit(picked))
        return raw_commit(tree, loose.head, text.author, who, text.message)
    own = spec_of(batch).own
    subject = UNCOMMITTED_PAGES if all(own(path) for path in loose.paths) else UNCOMMITTED
    message = f"{subject}\n\nRalph-Task: {attempt.name}\nRalph-Batch: {batch.id}\n"
    return raw_commit(tree, loose.head, who, who, message)
