"""Details of errors, for whoever has to find out: `ralph/errors.log` in the git common dir."""

from __future__ import annotations

import traceback
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from ralph_hooks.errors import RalphError

LIMIT = 1_000_000  # bytes; then the log starts anew, and the last one is kept beside it


def write_error(error: Exception) -> str:
    """Append the traceback and what git said; gives the place in words.

    Never raises: there is an error to report already.
    """
    from ralph_hooks.git.process import GitError  # noqa: PLC0415 - this is the edge that knows both
    from ralph_hooks.git.repository import open_repository  # noqa: PLC0415

    with suppress(RalphError, OSError):
        path = open_repository(Path.cwd()).common_dir / "ralph" / "errors.log"
        path.parent.mkdir(exist_ok=True)
        if path.exists() and path.stat().st_size > LIMIT:
            path.replace(path.with_suffix(".log.1"))
        lines = traceback.format_exception(error)
        cause = error if isinstance(error, GitError) else error.__cause__
        if isinstance(cause, GitError):
            lines.append(cause.stderr)
        with path.open("a", encoding="utf-8", errors="backslashreplace") as file:
            file.write(f"--- {datetime.now(UTC).isoformat(timespec='seconds')}\n{''.join(lines)}\n")
        return str(path)
    return "what you did"
