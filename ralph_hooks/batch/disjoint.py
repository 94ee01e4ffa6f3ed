"""Merges that nobody has to make: two sides that touch different paths, so that both changes stand side by side.

Pure. git's own merge looks at every path of both sides and at renames; where neither can meet, its answer is known, and
a process for each task is saved. Whatever is not plainly apart goes to git.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ralph_hooks.git.diff import Change, Diff
from ralph_hooks.records import NamedTuple


class Touched(NamedTuple):
    """What a side has changed against a base: paths, the folders that they lie in, and whether any came or went.

    A path that is as in the base again may still be in it: then git is asked, which is never wrong.
    """

    paths: frozenset[str] = frozenset()
    folders: frozenset[str] = frozenset()
    adds: bool = False
    deletes: bool = False

    def also(self, changes: Iterable[Change]) -> Touched:
        """With these changes on top."""
        found = tuple(changes)
        return Touched(
            self.paths.union(change.path for change in found),
            self.folders.union(folder for change in found for folder in _folders(change.path)),
            self.adds or any(change.old is None for change in found),
            self.deletes or any(change.new is None for change in found),
        )


def disjoint(mine: Diff, theirs: Touched) -> bool:
    """Has a change nothing to do with what the other side has touched? Then git would merge it as it is."""
    own = Touched().also(mine.values())
    return (
        own.paths.isdisjoint(theirs.paths)
        # File and folder cannot both stand at a path.
        and own.paths.isdisjoint(theirs.folders)
        and own.folders.isdisjoint(theirs.paths)
        # One side may have renamed a folder that the other adds a file to: git asks where that file should go.
        and not (own.deletes and theirs.adds)
        and not (own.adds and theirs.deletes)
    )


def _folders(path: str) -> Iterator[str]:
    end = path.rfind("/")
    while end > 0:
        yield path[:end]
        end = path.rfind("/", 0, end)
