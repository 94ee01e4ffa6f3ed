"""Where the launcher is that a project's settings call."""

from __future__ import annotations

from pathlib import Path

import ralph_hooks
from ralph_hooks.errors import RalphError
from ralph_hooks.integrations.claude.registration import LAUNCHER


def path() -> Path:
    """The launcher of this installation: beside the package's modules in a wheel, in `hooks/` of a checkout."""
    package = Path(ralph_hooks.__file__).resolve().parent
    for folder in (package / "launchers", package.parent / "hooks"):
        if (folder / LAUNCHER).is_file():
            return folder / LAUNCHER
    raise RalphError(f"{package} came without {LAUNCHER}", "install ralph-hooks anew")
