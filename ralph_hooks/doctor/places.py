"""Worktrees, folders that were worktrees, and lock files."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from ralph_hooks.batch import names
from ralph_hooks.doctor.model import Lock, Tree
from ralph_hooks.doctor.processes import is_alive, who_has_open
from ralph_hooks.git.checkout import LOCK_MARK
from ralph_hooks.git.repository import Repository
from ralph_hooks.git.worktrees import Worktree

_HOLDER = re.compile(r"\(pid (\d{1,9})\b")  # Claude Code: claude agent agent-… (pid N start N)
_OURS = ("lock", "install.lock")  # in our folder; they stay when nobody holds them
_REF_FOLDERS = ("refs/heads", "refs/ralph")


def tree(item: Worktree, phases: Mapping[str, str]) -> Tree:
    """What is known of a linked worktree. `phases`: batch -> phase."""
    batch = _batch(item.path)
    holder = _HOLDER.search(item.locked or "")
    pid = int(holder[1]) if holder else None
    return Tree(
        item.path,
        item.branch,
        there=item.path.is_dir(),
        batch=batch,
        phase=phases.get(batch) if batch else None,
        holder=None if pid is None else (pid, is_alive(pid)),
    )


def strays(top: Path, linked: Iterable[Worktree]) -> tuple[Path, ...]:
    """Folders where worktrees of batches stand that are none."""
    known = {item.path.resolve() for item in linked}
    folders = (top / names.FOLDER / "worktrees").glob("*/*")
    return tuple(sorted(folder for folder in folders if folder.is_dir() and folder.resolve() not in known))


def locks(repository: Repository) -> tuple[Lock, ...]:
    """git's lock files, and ours that somebody holds."""
    common = repository.common_dir
    gits = list(dict.fromkeys(path for path in _of_git(repository) if path.exists()))
    ours = [common / "ralph" / name for name in _OURS]
    owners = who_has_open([*gits, *ours])
    held = (Lock(path, 0, owners[path]) for path in ours if path in owners)
    return (*held, *(Lock(path, _age(path), owners.get(path), ours=_is_ours(path)) for path in gits))


def size(folder: Path) -> int:
    """Bytes of the files in a folder."""
    total = 0
    for here, _, files in os.walk(folder):
        for name in files:
            try:
                total += (Path(here) / name).lstat().st_size
            except OSError:
                continue
    return total


def _batch(path: Path) -> str | None:
    parts = path.parts
    return parts[-2] if len(parts) > 3 and parts[-4:-2] == (names.FOLDER, "worktrees") else None


def _of_git(repository: Repository) -> Iterator[Path]:
    common = repository.common_dir
    yield from common.glob("*.lock")
    yield from common.glob("worktrees/*/*.lock")
    for folder in _REF_FOLDERS:
        yield from (common / folder).rglob("*.lock")


def _age(path: Path) -> float:
    try:
        return time.time() - path.stat().st_mtime
    except OSError:
        return 0


def _is_ours(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(len(LOCK_MARK)) == LOCK_MARK
    except OSError:
        return False
