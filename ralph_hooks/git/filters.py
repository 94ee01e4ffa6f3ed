"""Filters that write files of the worktree. git takes a file away before it asks the filter for its new content."""

from __future__ import annotations

import os
from collections.abc import Iterator

from ralph_hooks.errors import RefusedError
from ralph_hooks.git.diff import Diff
from ralph_hooks.git.objects import REGULAR
from ralph_hooks.git.process import GitError
from ralph_hooks.git.repository import Repository

_NONE = ("unspecified", "unset", "set")  # values of the attribute that name no filter


def require_filters(place: Repository, changes: Diff) -> None:
    """Let each filter that is to write one of these paths write something, to nowhere.

    Raises RefusedError where one is required and cannot: half of a sync would leave files that nobody can write back.
    """
    written = {path: change.new.oid for path, change in changes.items() if change.new and change.new.mode in REGULAR}
    first = {name: path for path, name in reversed([*_filters(place, written)])}
    for name, path in first.items():
        try:
            place.git("cat-file", "--filters", f"--path={path}", written[path], discard=True)
        except GitError as error:
            raise RefusedError(
                f"the filter {name} cannot write {path}: {error.what}",
                f"mend it (git config --get-regexp filter.{name}), then try again",
            ) from error


def _filters(place: Repository, paths: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Paths and the name of the filter that attributes give to each."""
    if not paths:
        return
    listed = os.fsencode("".join(f"{path}\0" for path in paths))
    fields = place.git("check-attr", "-z", "--stdin", "filter", stdin=listed).records
    yield from ((path, name) for path, name in zip(fields[::3], fields[2::3], strict=True) if name not in _NONE)
