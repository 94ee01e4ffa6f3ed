"""Programs that npm has: each in one pinned version, installed once into a cache outside the repository.

Whoever selects tests that need one wants them: where it cannot be had they fail, they are not skipped.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path

import pytest
from filelock import FileLock

# Looked up when this module is imported: every test has a HOME of its own, without the cache and npm's settings.
_HOME = Path.home()
_CACHE = Path(os.environ.get("XDG_CACHE_HOME") or _HOME / ".cache") / "ralph-hooks-tests"
_LIMIT = 600  # seconds for about 100 MB to download, 350 MB unpacked


@cache
def installed(name: str, version: str, folder: str) -> Path:
    """The folder of the cache where the package is, as `npm install --prefix` makes it.

    Test processes that start together install once.
    """
    _CACHE.mkdir(parents=True, exist_ok=True)
    home = _CACHE / f"{folder}-{version}"
    with FileLock(f"{home}.lock"):
        if not home.is_dir():
            _install(f"{name}@{version}", home)
    return home


def _install(package: str, home: Path) -> None:
    """Install beside `home`, then rename, so that `home` is whole whenever it is there."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.fail(f"these tests need npm, to install {package}")
    with tempfile.TemporaryDirectory(dir=home.parent, ignore_cleanup_errors=True) as place:
        # Scripts of packages that matter here only put a link to the program of this platform in place.
        command = [npm, "install", "--prefix", place, "--ignore-scripts", "--no-audit", "--no-fund", package]
        env = {**os.environ, "HOME": str(_HOME)}
        done = subprocess.run(command, env=env, capture_output=True, text=True, check=False, timeout=_LIMIT)
        if done.returncode:
            pytest.fail(f"npm cannot install {package}:\n{done.stderr}")
        Path(place).rename(home)
