"""A repository as it would be without us: asked of git, read from disk, and what we have put there taken off."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from ralph_hooks.git import features
from ralph_hooks.git.repository import Repository, worktree_at
from ralph_hooks.git.worktrees import worktrees
from ralph_hooks.integrations.install import git_settings
from ralph_hooks.integrations.install.claude_settings import PATH
from ralph_hooks.integrations.install.files import names_in, read_all
from ralph_hooks.integrations.install.manifest import Manifest, read_manifest
from ralph_hooks.integrations.install.model import LINK, Facts, File, HooksPath
from ralph_hooks.integrations.install.restore import MOVED, without_us
from ralph_hooks.records import NamedTuple


class Found(NamedTuple):
    """A repository as it is. `now`: every file that we have written or may write; `facts`: the same without us."""

    facts: Facts
    manifest: Manifest
    now: dict[Path, File]
    without: dict[Path, File | None]


def gather(repository: Repository, launchers: Sequence[str]) -> Found:
    """Look at the repository. `launchers`: the names of our launchers.

    Raises RefusedError when something cannot be read.
    """
    common = repository.common_dir
    folder = common / "ralph"
    top = main_worktree(repository)
    hooks_path = _hooks_path(repository, folder)
    hooks_dir = _hooks_dir(top, common, hooks_path)
    manifest = read_manifest(folder, common)
    now = read_all({*_places(common, top, hooks_dir, hooks_path), *_recorded(manifest)})
    now |= read_all(
        hooks_dir / os.fsdecode(file.content)
        for path, file in list(now.items())
        if path.parent == hooks_dir and file.mode == LINK
    )
    without = without_us(manifest.edits, now, folder, launchers)
    files = {path: file for path, file in {**now, **without}.items() if file is not None}
    facts = Facts(top, common, hooks_dir, hooks_path, features.installed().config_hooks, files)
    return Found(facts, manifest, now, without)


def main_worktree(repository: Repository) -> Path:
    """The worktree that stays: the main one; of a bare repository the one that we are in."""
    for tree in worktrees(repository)[:1]:
        # A bare repository lists its linked worktrees alone; of a submodule git names the git directory.
        if (tree.path / ".git").exists() and worktree_at(repository, tree.path).git_dir == repository.common_dir:
            return tree.path
    return repository.top


def _hooks_path(repository: Repository, folder: Path) -> HooksPath | None:
    """`core.hooksPath` as git would take it, had we not set it."""
    asked = repository.git(
        "config", "--null", "--show-scope", "--show-origin", "--type=path", "--get-all", "core.hooksPath", accept=(0, 1)
    )
    fields = asked.records
    found = [
        HooksPath(value, scope, repository.top / origin.removeprefix("file:"))
        for scope, origin, value in zip(fields[::3], fields[1::3], fields[2::3], strict=True)
    ]
    others = [item for item in found if item.origin.resolve() != (folder / git_settings.NAME).resolve()]
    return others[-1] if others else None


def _hooks_dir(top: Path, common: Path, hooks_path: HooksPath | None) -> Path:
    return top / hooks_path.value if hooks_path else common / "hooks"


def _places(common: Path, top: Path, hooks_dir: Path, hooks_path: HooksPath | None) -> Iterator[Path]:
    yield hooks_dir
    yield from (path for path in names_in(hooks_dir) if path.suffix != ".sample")
    yield from (common / "config", common / "info" / "exclude", common / "info" / "attributes", top / PATH)
    if hooks_path and hooks_path.scope == "worktree":
        yield hooks_path.origin


def _recorded(manifest: Manifest) -> Iterator[Path]:
    for edit in manifest.edits:
        yield edit.path
        yield from (edit.path.with_name(edit.path.name + end) for end in MOVED)
