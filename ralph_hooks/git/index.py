"""What a hook is told about the commit that is being made: its index, its configuration."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from ralph_hooks.git.diff import Diff, diff_index
from ralph_hooks.git.repository import Repository


def commit_index(repository: Repository) -> dict[str, str]:
    """`git commit PATH` and `commit -a` have an index of their own, which a hook is told in the environment.

    One that lies in another repository has leaked from somebody else's hook: it says nothing about this commit.
    """
    told = os.environ.get("GIT_INDEX_FILE")
    if not told:
        return {}
    path = Path(os.path.normpath(repository.top / told))
    return {"GIT_INDEX_FILE": str(path)} if path.parent == repository.git_dir and path.exists() else {}


def commit_config() -> dict[str, str]:
    """`git -c KEY=VALUE commit` tells its hooks in the environment what is configured for this one commit."""
    names = ("GIT_CONFIG_PARAMETERS", "GIT_CONFIG_COUNT", "GIT_CONFIG_KEY_", "GIT_CONFIG_VALUE_")
    return {name: value for name, value in os.environ.items() if name.startswith(names)}


def staged_changes(repository: Repository) -> Diff:
    """What the commit that is being made changes. Of a merge: what is as on neither side."""
    index = commit_index(repository)
    heads = ["HEAD"]
    with suppress(FileNotFoundError):
        heads += (repository.git_dir / "MERGE_HEAD").read_text().split()
    first, *others = (diff_index(repository, head, index) for head in heads)
    return {path: change for path, change in first.items() if all(path in other for other in others)}
