"""Whose batch it is: the client's process, which all executors of a session die with."""

from __future__ import annotations

import os
from pathlib import Path


def current() -> str | None:
    """The client that has called us, as `PID:START`; None where it does not say."""
    pid = os.environ.get("CLAUDE_PID", "")
    return f"{pid}:{_start(pid)}" if pid.isascii() and pid.isdigit() else None


def is_alive(owner: str | None) -> bool:
    """Whether that process may still run; of one that we know nothing of, it may.

    A process id is used again, so its start counts as well, where the system tells it.
    """
    pid, _, start = (owner or "").partition(":")
    if not pid:
        return True
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return False
    except (OSError, ValueError, OverflowError):  # another user's process is one that runs
        return True
    return start in {"", _start(pid)}


def _start(pid: str) -> str:
    """When it started, in the system's ticks; nothing where there is no /proc."""
    try:
        fields = (Path("/proc") / pid / "stat").read_text(errors="replace").rpartition(")")[2].split()
    except OSError:
        return ""
    return fields[19] if len(fields) > 19 else ""
