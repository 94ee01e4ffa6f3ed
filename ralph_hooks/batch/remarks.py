"""What a landing has to say about how executors worked. Nothing of it stops them; a person may want to know."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from ralph_hooks.batch.model import Batch, Noticed
from ralph_hooks.batch.pages import decode, spec_of
from ralph_hooks.batch.scope import is_kept, lane_of, strays
from ralph_hooks.batch.squash import Squash
from ralph_hooks.git.objects import REGULAR, Entry, Objects
from ralph_hooks.tasklist.model import Dialect, Task, TaskList
from ralph_hooks.tasklist.parse import parse
from ralph_hooks.tasklist.units import differences


def remarks(
    objects: Objects,
    batch: Batch,
    tasks: Mapping[int, Task],
    squashes: Sequence[Squash],
    noticed: Sequence[Noticed],
) -> Iterator[str]:
    """Lines for people, task by task."""
    for squash in squashes:
        name, spec = squash.attempt.name, spec_of(batch)
        kept = [path for path in squash.dropped if is_kept(spec, path)]
        if kept:
            yield f"task {name} changed {', '.join(kept)}: left out, not an executor's to change"
        others = _other_tasks(objects, batch, squash)
        if others:
            yield f"task {name} changed the lines of {', '.join(others)} in {batch.tasks}: left out"
        for path, owner in strays(lane_of(squash.attempt.index, tasks), spec, squash.change).taken:
            yield f"task {name} changed {path}, which task {owner} declares"
    for attempt in batch.attempts:
        for what in dict.fromkeys(one.what for one in noticed if one.worktree == attempt.worktree):
            yield f"task {attempt.name} {what}"


def _other_tasks(objects: Objects, batch: Batch, squash: Squash) -> list[str]:
    """The tasks, beside its own, whose lines in the list an attempt has changed."""
    change = squash.dropped.get(batch.tasks)
    if change is None:
        return []
    before, after = (_list(objects, batch, entry) for entry in (change.old, change.new))
    return [name for name in differences(before, after).tasks if name != squash.attempt.name]


def _list(objects: Objects, batch: Batch, entry: Entry | None) -> TaskList:
    text = decode(objects.blob(entry.oid)) if entry and entry.mode in REGULAR else ""
    return parse(text, Dialect(batch.dialect))
