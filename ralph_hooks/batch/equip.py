"""What a fresh worktree needs and git does not give it: links, copies, the spec's untracked files, a setup command."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from ralph_hooks.batch.model import Batch
from ralph_hooks.config import Config
from ralph_hooks.git.objects import Objects
from ralph_hooks.git.process import scrubbed
from ralph_hooks.git.repository import Repository
from ralph_hooks.git.worktrees import dirt

TAIL = 2000  # characters of a failed setup's output that are kept

Copies = Mapping[str, bytes]  # the spec's untracked files by path


def copied_files(objects: Objects, batch: Batch) -> Copies:
    """The spec's untracked files, as they were when the batch was opened."""
    return {path: objects.blob(blob) for path, blob in batch.copied.items()}


def asks_for_anything(copies: Copies, config: Config) -> bool:
    """Is anything to be put into a fresh worktree, or run there?"""
    return bool(copies or config.link or config.copy or config.setup)


def equip(
    place: Repository, copies: Copies, source: Path, config: Config, extra: Mapping[str, str]
) -> tuple[tuple[str, ...], str | None]:
    """Give the worktree `place` what it needs; links and copies lead to the worktree at `source`.

    `extra`: for the environment of `setup`. Returns the paths that this made, and why `setup` failed, if it did.

    What was made never enters a squash, ignored or not, so it is written down at once.
    """
    for path, content in copies.items():
        _put(place.top / path, content)
    linked = [path for path in config.link if _link(source / path, place.top / path)]
    for path in config.copy:
        _copy(source / path, place.top / path)
    complaint = _run_setup(place, config, extra) if config.setup else None
    found = dirt(place)
    # A link to a folder that `.gitignore` names with a slash is not ignored, and whatever is ignored can be forced.
    return tuple(dict.fromkeys([*copies, *linked, *found.loose, *found.ignored])), complaint


def _put(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def _link(source: Path, target: Path) -> bool:
    if not os.path.lexists(source) or os.path.lexists(target):
        return False
    target.parent.mkdir(parents=True, exist_ok=True)
    target.symlink_to(source)
    return True


def _copy(source: Path, target: Path) -> None:
    if not os.path.lexists(source) or os.path.lexists(target):
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir() and not source.is_symlink():
        shutil.copytree(source, target, symlinks=True)
    else:
        shutil.copy2(source, target, follow_symlinks=False)


def _run_setup(place: Repository, config: Config, extra: Mapping[str, str]) -> str | None:
    """Run the configured command. A shell, because the user wrote it for one; nothing of a task list enters it."""
    assert config.setup is not None  # noqa: S101 - the caller asked
    ours = {**extra, "RALPH_WORKTREE": str(place.top), "GIT_TERMINAL_PROMPT": "0"}
    try:
        done = subprocess.run(  # noqa: S602 - the user wrote it for a shell
            config.setup,
            shell=True,
            cwd=place.top,
            env=scrubbed() | ours,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=config.setup_timeout,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"setup gave no answer within {config.setup_timeout:g} seconds"
    if done.returncode == 0:
        return None
    return f"setup exited with {done.returncode}: {done.stdout.decode(errors='replace').strip()[-TAIL:]}"
