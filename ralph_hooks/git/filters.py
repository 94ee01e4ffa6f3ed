"""Filters that write files of the worktree. git takes a file away before it asks the filter for its new content."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from ralph_hooks.errors import RefusedError
from ralph_hooks.git.diff import Diff
from ralph_hooks.git.objects import REGULAR
from ralph_hooks.git.process import GitError
from ralph_hooks.git.repository import Repository

_NONE = ("unspecified", "unset", "set")  # values of the attribute that name no filter


@contextmanager
def asking_filters(place: Repository, changes: Diff) -> Iterator[Callable[[], None]]:
    """Ask which filters are to write these paths. What is given lets each of them write something, to nowhere.

    That raises RefusedError where one is required and cannot: half of a sync would leave files that nobody can write
    back.
    """
    written = {path: change.new.oid for path, change in changes.items() if change.new and change.new.mode in REGULAR}
    if not written:
        yield lambda: None
        return
    listed = os.fsencode("".join(f"{path}\0" for path in written))
    with place.ask("check-attr", "-z", "--stdin", "filter", stdin=listed) as answer:
        yield lambda: _require(place, written, answer().records)


def _require(place: Repository, written: Mapping[str, str], fields: Sequence[str]) -> None:
    """`fields`: path, attribute and its value, of each path."""
    filters = [(path, name) for path, name in zip(fields[::3], fields[2::3], strict=True) if name not in _NONE]
    first = {name: path for path, name in reversed(filters)}
    for name, path in first.items():
        try:
            place.git("cat-file", "--filters", f"--path={path}", written[path], discard=True)
        except GitError as error:
            raise RefusedError(
                f"the filter {name} cannot write {path}: {error.what}",
                f"mend it (git config --get-regexp filter.{name}), then try again",
            ) from error
