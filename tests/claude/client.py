"""The real Claude Code client: one pinned version, installed once with npm into a cache outside the repository.

Whoever selects these tests wants them: where the client cannot be had they fail, they are not skipped.
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

VERSION = "2.1.328"
PACKAGE = f"@anthropic-ai/claude-code@{VERSION}"

# Looked up when this module is imported: every test has a HOME of its own, without the cache and npm's settings.
_HOME = Path.home()
_CACHE = Path(os.environ.get("XDG_CACHE_HOME") or _HOME / ".cache") / "ralph-hooks-tests"
_LIMIT = 600  # seconds for about 100 MB to download, 350 MB unpacked


@cache
def client() -> Path:
    """The program, installed when it is not there yet; test processes that start together install once."""
    _CACHE.mkdir(parents=True, exist_ok=True)
    home = _CACHE / f"claude-code-{VERSION}"
    with FileLock(f"{home}.lock"):
        if not home.is_dir():
            _install(home)
    return _program(home)


def _install(home: Path) -> None:
    """Install beside `home`, then rename, so that `home` is whole whenever it is there."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.fail(f"the tests with the real client need npm, to install {PACKAGE}")
    with tempfile.TemporaryDirectory(dir=home.parent, ignore_cleanup_errors=True) as place:
        # The package's own script only puts a link to the program of this platform in place.
        command = [npm, "install", "--prefix", place, "--ignore-scripts", "--no-audit", "--no-fund", PACKAGE]
        env = {**os.environ, "HOME": str(_HOME)}
        done = subprocess.run(command, env=env, capture_output=True, text=True, check=False, timeout=_LIMIT)
        if done.returncode:
            pytest.fail(f"npm cannot install {PACKAGE}:\n{done.stderr}")
        _program(Path(place))
        Path(place).rename(home)


def _program(home: Path) -> Path:
    """npm installs only the package of this platform, so there is one."""
    found = [path for path in home.glob("node_modules/@anthropic-ai/claude-code-*/claude") if os.access(path, os.X_OK)]
    assert len(found) == 1, f"no single program in {home}: {found}"
    return found[0]
