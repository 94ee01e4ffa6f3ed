"""Ref locks that a killed update leaves behind. They block every later update, and look like anybody's."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from ralph_hooks.git.repository import Repository


def remove_stale_ref_lock(repository: Repository, ref: str, new: str) -> bool:
    """Remove the lock of `ref`, and that of HEAD beside it, if the lock proves to be ours: it holds `new`.

    The caller holds the landing lock, so a lock with our value in it has no living owner.
    """
    lock = _lock(repository, ref)
    with suppress(FileNotFoundError, NotADirectoryError):  # no folder of refs: a reftable repository
        if lock.read_text(errors="replace").strip() != new:
            return False
        head = _lock(repository, "HEAD")
        # While a branch that HEAD names is locked, git locks HEAD too, with nothing written into it.
        with suppress(FileNotFoundError):
            if head.stat().st_size == 0:
                head.unlink()
        lock.unlink()
        return True
    return False


def _lock(repository: Repository, ref: str) -> Path:
    folder = repository.git_dir if ref == "HEAD" else repository.common_dir
    return folder / f"{ref}.lock"
