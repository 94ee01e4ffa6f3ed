"""Is git at work in a repository? As the system's list of processes says; where nobody can tell, it is."""

import os
import time
from contextlib import suppress
from pathlib import Path

from ralph_hooks.git.discover import discover

_SETTLED = 0.3  # seconds: programs that know git's files without being git hold a lock for far less
_PATIENCE = 3.0  # seconds for git processes to end: those of a hook, say
_NAMING = {b"GIT_DIR", b"GIT_COMMON_DIR", b"--git-dir"}


def is_quiet(folder: Path) -> bool:
    """Does no git process live that could hold a lock here? Waits a little for those that do."""
    end = time.monotonic() + _PATIENCE
    time.sleep(_SETTLED)
    while busy := _is_git_at_work(folder):
        if time.monotonic() > end:
            break
        time.sleep(_SETTLED)
    return not busy


def _is_git_at_work(folder: Path) -> bool:
    """May a git process be at work in the repository of the git directory `folder`? Where nobody can tell: yes."""
    try:
        processes = [Path(entry.path) for entry in os.scandir("/proc") if entry.name.isdigit()]
    except OSError:
        return True
    return any(_is_git(process) and not _is_own(process) and _is_in(process, folder) for process in processes)


def _is_git(process: Path) -> bool:
    with suppress(OSError):
        return (process / "comm").read_bytes().startswith(b"git")
    return False


def _is_own(process: Path) -> bool:
    """Did we begin it? Ours that lock anything have ended where a claim ends; others read on."""
    with suppress(OSError):
        return (process / "stat").read_text().rpartition(")")[2].split()[1] == str(os.getpid())
    return False


def _is_in(process: Path, folder: Path) -> bool:
    """Is a process at work in our repository? Where it stands says so, or a variable or option that names it."""
    try:
        here = (process / "cwd").readlink()
        words = (process / "environ").read_bytes().split(b"\0") + (process / "cmdline").read_bytes().split(b"\0")
    except (FileNotFoundError, ProcessLookupError):
        return False  # dead by now
    except OSError:
        return True  # another user's
    named = (os.fsdecode(value) for word in words for name, _, value in [word.partition(b"=")] if name in _NAMING)
    return any(_belongs(here / path, folder) for path in ("", *named))


def _belongs(path: Path, folder: Path) -> bool:
    with suppress(OSError):
        place = discover(path)
        return path.resolve().is_relative_to(folder) or (place is not None and place.common_dir.resolve() == folder)
    return True
