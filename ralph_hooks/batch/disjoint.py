"""Merges that nobody has to make: two sides that touch different paths, so that both changes stand side by side.

Pure. git's own merge looks at every path of both sides and at renames; where neither can meet, its answer is known, and
a process for each task is saved. Whatever is not plainly apart goes to git.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from ralph_hooks.git.diff import Change, Diff


def disjoint(mine: Diff, theirs: Mapping[str, Change]) -> bool:
    """Do two changes of one base, path by path, have nothing to do with each other? Then the merge is clean."""
    return not (
        mine.keys() & theirs.keys()
        or _stands_on(mine, theirs)
        or _stands_on(theirs, mine)
        or _may_follow_rename(mine.values(), theirs.values())
        or _may_follow_rename(theirs.values(), mine.values())
    )


def _stands_on(mine: Collection[str], theirs: Collection[str]) -> bool:
    """Is a path of `theirs` a folder that a path of `mine` lies in? File and folder cannot both be there."""
    return any(folder in theirs for path in mine for folder in _folders(path))


def _folders(path: str) -> Iterator[str]:
    end = path.rfind("/")
    while end > 0:
        yield path[:end]
        end = path.rfind("/", 0, end)


def _may_follow_rename(mine: Collection[Change], theirs: Collection[Change]) -> bool:
    """Did one side perhaps rename a folder, and the other add a file to it? git asks where that file should go."""
    return any(change.new is None for change in mine) and any(change.old is None for change in theirs)
