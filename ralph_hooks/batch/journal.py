"""The journal of a move: a commit under `refs/ralph/landing/` that holds the plan and keeps its objects reachable."""

from __future__ import annotations

import json

from ralph_hooks.batch import names
from ralph_hooks.batch.move import Move
from ralph_hooks.errors import RalphError, RefusedError
from ralph_hooks.git.merge import scratch_commit
from ralph_hooks.git.objects import REGULAR, TREE, Entry, Objects
from ralph_hooks.git.refs import RefSession, RefUpdate, move_refs
from ralph_hooks.git.repository import Repository

CONFLICTS = "conflicts"  # the folder of the journal with the files of parked tasks, conflict markers included


def conflict_text(key: str, index: int) -> str:
    """Where git finds the files of a parked task once the move is done."""
    return f"{names.LOG}{key}:{CONFLICTS}/{index}"


def write_journal(objects: Objects, move: Move) -> str:
    """The commit that is the journal of the move once a ref names it, and reaches everything that the move needs."""
    entries = {"move.json": Entry(REGULAR[0], objects.write("blob", json.dumps(move.as_json()).encode()))}
    blobs = {blob for edit in move.disk for blob in (edit.before, edit.after) if blob} | {
        blob for _, blob in move.saved
    }
    if blobs:
        entries["blobs"] = Entry(TREE, objects.write_tree({blob: Entry(REGULAR[0], blob) for blob in blobs}))
    if move.conflicts:
        trees = {str(index): Entry(TREE, tree) for index, tree in move.conflicts}
        entries[CONFLICTS] = Entry(TREE, objects.write_tree(trees))
    parents = dict.fromkeys([move.new, move.old, *(update.new for update in move.refs if update.new)])
    return objects.write("commit", scratch_commit(objects.write_tree(entries), tuple(parents)))


def read_journal(objects: Objects, commit: str) -> Move:
    """The move that a journal commit describes."""
    entry = objects.entry(objects.tree_of(commit), "move.json")
    if entry is None:
        raise RalphError(
            f"a ref below {names.JOURNAL} names {commit[:12]}, which is no journal of ours",
            "look at it (git show), then delete that ref (git update-ref -d)",
        )
    return Move.from_json(json.loads(objects.blob(entry.oid)))


def drop_journal(repository: Repository, move: Move) -> None:
    """The move is off."""
    found = repository.git("rev-parse", "--quiet", "--verify", move.journal, accept=(0, 1)).text
    if found:
        move_refs(repository, "ralph-hooks: journal dropped", [RefUpdate(move.journal, found, None)])


def file_journal(repository: Repository, refs: RefSession, move: Move, journal: str) -> None:
    """The journal of a landing is kept: the store can be rebuilt from it, and an undo reads it."""
    gone, log = RefUpdate(move.journal, journal, None), names.LOG + move.key
    filed = [RefUpdate(log, None, journal)] if move.kind == "land" else []
    try:
        refs.move([gone, *filed])
    except RefusedError:
        if repository.commit(log) is None:
            raise
        # A crash came between the two; or somebody deleted the lock, and another landing of this batch was faster.
        move_refs(repository, "ralph-hooks: journal filed", [gone])
