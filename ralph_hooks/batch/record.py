"""The record of a batch as an object: a commit on top of the base, so that one ref pins both."""

from __future__ import annotations

import json

from ralph_hooks.batch import names
from ralph_hooks.batch.model import Batch
from ralph_hooks.errors import RalphError
from ralph_hooks.git.kept_pack import kept_pack
from ralph_hooks.git.merge import scratch_commit
from ralph_hooks.git.objects import REGULAR, TREE, Entry, Objects
from ralph_hooks.git.refs import RefUpdate, move_refs


def pin_record(objects: Objects, batch: Batch) -> None:
    """The record of `batch` is as the batch is now. The caller holds the landing lock."""
    repository, ref = objects.repository, names.BATCH + batch.id
    record = _write_record(objects, batch)
    with kept_pack(objects, [record], [batch.base]):
        move_refs(repository, f"ralph-hooks: batch {batch.id}", [RefUpdate(ref, repository.commit(ref), record)])


def _write_record(objects: Objects, batch: Batch) -> str:
    """Write the record; gives its commit. The list, and spec files that the worktrees were given, are kept in it."""
    document = objects.write("blob", json.dumps(batch.as_json()).encode())
    entries = {"batch.json": Entry(REGULAR[0], document)}
    if batch.listing:
        entries["list.json"] = Entry(REGULAR[0], batch.listing)
    if batch.copied:
        copies = {blob: Entry(REGULAR[0], blob) for blob in batch.copied.values()}
        entries["copied"] = Entry(TREE, objects.write_tree(copies))
    return objects.write("commit", scratch_commit(objects.write_tree(entries), (batch.base,)))


def read_record(objects: Objects, commit: str) -> Batch:
    entry = objects.entry(objects.tree_of(commit), "batch.json")
    if entry is None:
        raise RalphError(f"{commit} is no record of a batch", "delete the ref below refs/ralph/batch/ that names it")
    return Batch.from_json(json.loads(objects.blob(entry.oid)))
