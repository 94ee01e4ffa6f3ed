"""Filters that write files of the worktree. git takes a file away before it asks the filter for its new content."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager

from ralph_hooks.errors import RefusedError
from ralph_hooks.git.diff import Diff
from ralph_hooks.git.objects import REGULAR
from ralph_hooks.git.process import GitError
from ralph_hooks.git.repository import Repository

_NONE = ("unspecified", "unset", "set")  # values of the attribute that name no filter


Names = Mapping[str, str]  # path -> the value of its attribute


@contextmanager
def asking_filters(place: Repository, likely: Collection[str] = ()) -> Iterator[Callable[[Diff], None]]:
    """What is given lets each filter that is to write a file of these changes write one, to nowhere.

    That raises RefusedError where one is required and cannot: half of a sync would leave files that nobody can write
    back. git is asked at once about paths that are `likely` to be among them: it reads the whole index for an answer.
    """
    with _asking_names(place, likely) as names:
        yield lambda changes: _require(place, changes, names())


@contextmanager
def _asking_names(place: Repository, paths: Collection[str]) -> Iterator[Callable[[], Names]]:
    if not paths:
        yield dict
        return
    listed = os.fsencode("".join(f"{path}\0" for path in paths))
    with place.ask("check-attr", "-z", "--stdin", "filter", stdin=listed) as answer:
        yield lambda: _by_path(answer().records)


def _by_path(fields: Sequence[str]) -> Names:
    """`fields`: path, attribute and its value, of each path."""
    return dict(zip(fields[::3], fields[2::3], strict=True))


def _require(place: Repository, changes: Diff, known: Names) -> None:
    written = {path: change.new.oid for path, change in changes.items() if change.new and change.new.mode in REGULAR}
    with _asking_names(place, written.keys() - known.keys()) as more:
        names = {**known, **more()}
    first: dict[str, str] = {}
    for path in written:
        first.setdefault(names[path], path)
    for name, path in first.items():
        if name in _NONE:
            continue
        try:
            place.git("cat-file", "--filters", f"--path={path}", written[path], discard=True)
        except GitError as error:
            raise RefusedError(
                f"the filter {name} cannot write {path}: {error.what}",
                f"mend it (git config --get-regexp filter.{name}), then try again",
            ) from error
