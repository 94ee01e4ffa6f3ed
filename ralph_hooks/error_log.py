"""Details of errors, for whoever has to find out: `ralph/errors.log` in the git common dir."""

from __future__ import annotations

import traceback
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from ralph_hooks.errors import RalphError

LIMIT = 1_000_000  # bytes; then the log starts anew, and the last one is kept beside it


def write_error(error: BaseException, common_dir: Path | None = None) -> str:
    """Append the traceback and what git said; gives the place in words.

    `common_dir`: by default that of the current directory. Never raises: there is an error to report already.
    """
    from ralph_hooks.git.process import GitError  # noqa: PLC0415 - this is the edge that knows both
    from ralph_hooks.git.repository import open_repository  # noqa: PLC0415

    with suppress(RalphError, OSError):
        folder = common_dir or open_repository(Path.cwd()).common_dir
        lines = traceback.format_exception(error)
        cause = error if isinstance(error, GitError) else error.__cause__
        if isinstance(cause, GitError):
            lines.append(cause.stderr)
        return str(_append(folder, "".join(lines)))
    return "what you did"


def write_line(common_dir: Path, line: str) -> None:
    """Append one line: something that nobody need do anything about. Never raises."""
    with suppress(OSError):
        _append(common_dir, f"{line}\n")


def _append(common_dir: Path, text: str) -> Path:
    path = common_dir / "ralph" / "errors.log"
    path.parent.mkdir(exist_ok=True)
    if path.exists() and path.stat().st_size > LIMIT:
        path.replace(path.with_suffix(".log.1"))
    with path.open("a", encoding="utf-8", errors="backslashreplace") as file:
        file.write(f"--- {datetime.now(UTC).isoformat(timespec='seconds')}\n{text}\n")
    return path
