"""Which tasks meet in a file: for each path of a task the first task above that declares it too, in linear time.

`overlap.clashes` lists every pair, which a list of thousands of tasks on one file has millions of.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence

from ralph_hooks.lint.targets import is_bare_glob, is_file, targets
from ralph_hooks.records import NamedTuple
from ralph_hooks.tasklist.model import Dialect, Task
from ralph_hooks.tasklist.overlap import ancestors, footprint, is_glob, matches

_MOST_COMPARISONS = 200_000  # of paths with globs; real lists need some dozens, a made-up one must not hang a hook


class Meeting(NamedTuple):
    """A task and an earlier one meet. `path` is as the task spells it, `other_path` as the earlier one does."""

    task: Task
    other: Task
    path: str
    other_path: str
    same: bool  # one file, not a directory or glob that both name or that covers the other's


class _Owner(NamedTuple):
    task: Task
    path: str
    side: Hashable


class _Seen:
    """What the tasks above declare, by path. Of each path the first owners of two different sides are enough."""

    def __init__(self) -> None:
        self.exact: dict[str, list[_Owner]] = {}
        self.below: dict[str, list[_Owner]] = {}  # by each directory above a path
        self.globs: dict[str, dict[str, list[_Owner]]] = {}  # by the directory that they begin with
        self.under: dict[str, dict[str, list[_Owner]]] = {}  # all paths below a directory
        self.budget = _MOST_COMPARISONS

    def add(self, path: str, owner: _Owner) -> None:
        _note(self.exact.setdefault(path, []), owner)
        for above in ancestors(path)[1:]:
            _note(self.below.setdefault(above, []), owner)
            _note(self.under.setdefault(above, {}).setdefault(path, []), owner)
        if is_glob(path):
            _note(self.globs.setdefault(_fixed(path), {}).setdefault(path, []), owner)

    def covering(self, path: str) -> Iterator[_Owner]:
        """Owners of a directory or glob that covers `path`, or of something that `path` covers."""
        for above in ancestors(path)[1:]:
            yield from self.exact.get(above, ())
        yield from self.below.get(path, ())
        globs = (one for above in {*ancestors(path)[1:], "."} for one in self.globs.get(above, {}).items())
        for glob, owners in self._affordable(globs):
            if path != glob and matches(path, glob):
                yield from owners
        paths = self.under.get(_fixed(path), {}).items() if is_glob(path) else ()
        for other, owners in self._affordable(paths):
            if path != other and matches(other, path):
                yield from owners

    def _affordable(self, pairs: Iterable[tuple[str, list[_Owner]]]) -> Iterator[tuple[str, list[_Owner]]]:
        for pair in pairs:
            self.budget -= 1
            if self.budget < 0:
                return
            yield pair


def meetings(members: Iterable[tuple[Task, Hashable]], dialect: Dialect) -> Iterator[Meeting]:
    """The meetings of tasks, in order. Each comes with its side: tasks of one side do not meet."""
    declared = [(task, side, _declared(task, dialect)) for task, side in members]
    if not _can_meet([normal for _, _, mine in declared for _, normal in mine]):
        return
    seen = _Seen()
    for task, side, mine in declared:
        told: set[str] = set()
        for path, normal in mine:
            found = _first(seen.exact.get(normal, ()), side)
            other = found or _first(seen.covering(normal), side)
            same = found is not None and is_file(normal) and not path.endswith("/")
            if found and not same and dialect is Dialect.SPECKIT:
                continue  # "under `src/hosts/`" is where both put their files
            if other and path not in told:
                told.add(path)
                yield Meeting(task, other.task, path, other.path, same=same)
        for path, normal in mine:
            seen.add(normal, _Owner(task, path, side))


def _declared(task: Task, dialect: Dialect) -> list[tuple[str, str]]:
    """The paths of a task as it spells them, and as all are compared."""
    paths = (path for path in targets(task, dialect) if not is_bare_glob(path))
    return [(path, normal) for path in paths for normal in footprint([path])]


def _can_meet(paths: Sequence[str]) -> bool:
    """Whether it is worth a closer look, which takes five times as long: most groups share nothing."""
    names = set(paths)
    above = (folder for path in names for folder in ancestors(path)[1:])
    return len(names) < len(paths) or not names.isdisjoint(above) or any(is_glob(path) for path in names)


def _note(owners: list[_Owner], owner: _Owner) -> None:
    if not owners or (len(owners) == 1 and owners[0].side != owner.side):
        owners.append(owner)


def _first(owners: Iterable[_Owner], side: Hashable) -> _Owner | None:
    return next((owner for owner in owners if owner.side != side), None)


def _fixed(glob: str) -> str:
    """The directory that a glob begins with, `.` where the first part is one already."""
    parts = glob.split("/")
    first = next(position for position, part in enumerate(parts) if is_glob(part))
    return "/".join(parts[:first]) or "."
