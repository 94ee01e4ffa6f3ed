"""Reading history for people, through GitPython: read-only, by explicit path, with a clean environment.

GitPython takes 100 ms to import, starts git while it is imported and has a long list of advisories about options made
from data. So it is imported here alone, only by commands that show history, and is asked for objects by their ids.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from ralph_hooks.git.process import environment
from ralph_hooks.git.repository import Repository


def subjects(repository: Repository, commits: Sequence[str]) -> dict[str, str]:
    """The first message line of each commit. A commit that is missing is left out."""
    if not commits:
        return {}
    with _clean_environment():
        import git  # noqa: PLC0415

        found: dict[str, str] = {}
        with git.Repo(repository.git_dir, odbt=git.GitCmdObjectDB) as repo:
            for oid in commits:
                try:
                    message = repo.commit(oid).message
                except (git.BadName, git.BadObject, ValueError):
                    continue
                text = message if isinstance(message, str) else message.decode("utf-8", "replace")
                found[oid] = text.split("\n", 1)[0]
        return found


@contextmanager
def _clean_environment() -> Iterator[None]:
    """GitPython gives its children our environment: while it works, that is one without leaked GIT_ variables."""
    before = dict(os.environ)
    os.environ.clear()
    os.environ.update(environment())
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
