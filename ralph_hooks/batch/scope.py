"""What the task of an executor may change, and what of its changes is outside of that. Pure.

The guards ask at every commit, the landing asks again: cherry-picks and plumbing run no hooks.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ralph_hooks.records import NamedTuple
from ralph_hooks.spec.locate import STATE, Spec, is_temporary
from ralph_hooks.tasklist.model import Task
from ralph_hooks.tasklist.overlap import footprint, shared


class Lane(NamedTuple):
    """One task among those of its batch. `declared` and those of `others`, by name, are footprints."""

    task: str
    declared: tuple[str, ...]
    others: tuple[tuple[str, tuple[str, ...]], ...] = ()


class Strays(NamedTuple):
    """`outside`: paths that the task does not declare. `taken`: paths that another task declares, with its name.

    `kept`: files of the spec that are the landing's and the orchestrator's to write.
    """

    outside: tuple[str, ...] = ()
    taken: tuple[tuple[str, str], ...] = ()
    kept: tuple[str, ...] = ()


def lane_of(index: int | None, tasks: Mapping[int, Task]) -> Lane:
    """The lane of the task `index` among the tasks of its batch. None: it is not known which; it may be any of them."""
    if index is None or index not in tasks:
        known = [task.files for task in tasks.values()]
        return Lane("", footprint(path for files in known for path in files) if all(known) else ())
    declaring = ((other, task) for other, task in sorted(tasks.items()) if task.files and other != index)
    others = tuple((task.name, footprint(task.files)) for _, task in declaring)
    return Lane(tasks[index].name, footprint(tasks[index].files), others)


def strays(lane: Lane, spec: Spec, paths: Iterable[str]) -> Strays:
    """What of `paths` is outside `lane`; of a task that declares no files nothing is."""
    changed = list(paths)
    foreign = [path for path in changed if not spec.own(path) and not _declares(lane.declared, path)]
    owners = ((path, _owner(lane, path)) for path in foreign)
    return Strays(
        tuple(foreign) if lane.declared else (),
        tuple((path, owner) for path, owner in owners if owner is not None),
        tuple(path for path in changed if is_kept(spec, path)),
    )


def _owner(lane: Lane, path: str) -> str | None:
    return next((name for name, files in lane.others if _declares(files, path)), None)


def is_kept(spec: Spec, path: str) -> bool:
    """Is `path` no executor's to change? State files and locks are; of the list they tick, progress they write."""
    name = path.rpartition("/")[2]
    if name == STATE:
        return True
    return spec.own(path) and path not in {spec.tasks, spec.progress} and not is_temporary(name)


def _declares(files: tuple[str, ...], path: str) -> bool:
    return shared(files, (path,)) is not None
