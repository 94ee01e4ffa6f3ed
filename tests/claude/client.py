"""The real Claude Code client, in one pinned version."""

from __future__ import annotations

import os
from pathlib import Path

from npm_packages import installed

VERSION = "2.1.328"


def client() -> Path:
    """The program, installed when it is not there yet."""
    home = installed("@anthropic-ai/claude-code", VERSION, "claude-code")
    # npm installs only the package of this platform, so there is one.
    found = [path for path in home.glob("node_modules/@anthropic-ai/claude-code-*/claude") if os.access(path, os.X_OK)]
    assert len(found) == 1, f"no single program in {home}: {found}"
    return found[0]
