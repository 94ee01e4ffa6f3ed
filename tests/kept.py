"""What tests need and cannot bring along: got once, kept in a cache outside the repository.

Whoever selects tests that need such a thing wants them: where it cannot be had they fail, they are not skipped.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from filelock import FileLock

# Looked up when this module is imported: every test has a HOME of its own, without the cache and npm's settings.
HOME = Path.home()
_CACHE = Path(os.environ.get("XDG_CACHE_HOME") or HOME / ".cache") / "ralph-hooks-tests"
_LIMIT = 600  # seconds for each command: the largest gets 100 MB


def kept(name: str, get: Callable[[Path], None]) -> Path:
    """The folder `name` of the cache; `get` fills it if it is not there. Test processes that start together wait."""
    _CACHE.mkdir(parents=True, exist_ok=True)
    home = _CACHE / name
    with FileLock(f"{home}.lock"):
        if not home.is_dir():
            # Beside it, then renamed: what is there is whole.
            with tempfile.TemporaryDirectory(dir=_CACHE, ignore_cleanup_errors=True) as place:
                get(Path(place))
                Path(place).rename(home)
    return home


def got(command: Sequence[str | Path], *, cwd: Path | None = None) -> str:
    """What a command printed that gets something from a registry; the test fails if it does."""
    env = {**os.environ, "HOME": str(HOME)}
    try:
        done = subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, check=False, timeout=_LIMIT)
    except FileNotFoundError:
        pytest.fail(f"these tests need {command[0]}")
    if done.returncode:
        pytest.fail(f"{' '.join(map(str, command))}:\n{done.stdout}{done.stderr}")
    return done.stdout
