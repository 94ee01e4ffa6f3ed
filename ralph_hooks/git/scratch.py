"""A folder for a while, in the place that the system has for such. After a crash the next command removes it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import gettempdir

from ralph_hooks.git.claims import Claim, claimed
from ralph_hooks.git.repository import Repository


@contextmanager
def scratch_folder(repository: Repository, kind: str) -> Iterator[Path]:
    """An empty folder that nobody else may read; it goes with the block. The caller holds the landing lock."""
    path = Path(gettempdir(), f"ralph-{kind}-{os.urandom(8).hex()}")
    with claimed(repository.common_dir, "scratch", Claim(own=(str(path),))):
        path.mkdir(mode=0o700)
        yield path
