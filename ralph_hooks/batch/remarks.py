"""What a landing has to say about how executors worked. Nothing of it stops them; a person may want to know."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from ralph_hooks.batch.model import Batch, Noticed
from ralph_hooks.batch.pages import decode, spec_of
from ralph_hooks.batch.scope import is_kept, lane_of, strays
from ralph_hooks.batch.squash import Squash
from ralph_hooks.git.objects import REGULAR, Entry, Objects
from ralph_hooks.tasklist.edit import tick
from ralph_hooks.tasklist.model import Dialect, Task, TaskList


def remarks(
    objects: Objects,
    batch: Batch,
    listed: TaskList,
    tasks: Mapping[int, Task],
    squashes: Sequence[Squash],
    noticed: Sequence[Noticed],
) -> Iterator[str]:
    """Lines for people, task by task. `listed`: the target's list, `tasks`: those of the batch in it."""
    for squash in squashes:
        name, spec = squash.attempt.name, spec_of(batch)
        kept = [path for path in squash.dropped if is_kept(spec, path)]
        if kept:
            yield f"task {name} changed {', '.join(kept)}: left out, not an executor's to change"
        others = _other_tasks(objects, batch, listed, tasks, squash)
        if others:
            yield f"task {name} changed the lines of {', '.join(others)} in {batch.tasks}: left out"
        for path, owner in strays(lane_of(squash.attempt.index, tasks), spec, squash.change).taken:
            yield f"task {name} changed {path}, which task {owner} declares"
    for attempt in batch.attempts:
        for what in dict.fromkeys(one.what for one in noticed if one.worktree == attempt.worktree):
            yield f"task {attempt.name} {what}"


def _other_tasks(
    objects: Objects, batch: Batch, listed: TaskList, tasks: Mapping[int, Task], squash: Squash
) -> list[str]:
    """The tasks, beside its own, whose lines in the list an attempt has changed."""
    change = squash.dropped.get(batch.tasks)
    if change is None:
        return []
    before, after = (_text(objects, entry) for entry in (change.old, change.new))
    own = tasks.get(squash.attempt.index)
    if own and before == listed.text and after == tick(listed, own):  # as executors do it: nothing to find out
        return []
    from ralph_hooks.tasklist.parse import parse  # noqa: PLC0415 - two lists for each executor, and the parser
    from ralph_hooks.tasklist.units import differences  # noqa: PLC0415

    dialect = Dialect(batch.dialect)
    changed = differences(parse(before, dialect), parse(after, dialect)).tasks
    return [name for name in changed if name != squash.attempt.name]


def _text(objects: Objects, entry: Entry | None) -> str:
    return decode(objects.blob(entry.oid)) if entry and entry.mode in REGULAR else ""
