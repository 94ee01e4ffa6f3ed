"""The merge drivers: git gives three files, and takes the first side's as the result."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ralph_hooks.batch.pages import decode, encode
from ralph_hooks.git.merge import merge_texts
from ralph_hooks.git.repository import open_repository
from ralph_hooks.spec.progress_merge import merge_logs
from ralph_hooks.tasklist.merge import MARKER, merge


def merge_tasks(args: Sequence[str], cwd: Path) -> bool:
    """`BASE OURS THEIRS PATH [MARKER]`: merge a task list. Gives whether it is clean."""
    ours, texts = _read(args, cwd)
    merged = merge(*texts, marker=int(args[4]) if len(args) > 4 else MARKER)
    ours.write_bytes(encode(merged.text))
    return merged.clean


def merge_progress(args: Sequence[str], cwd: Path) -> bool:
    """The same for a progress log: both sides, always. Where one has done more than append, line by line."""
    ours, texts = _read(args, cwd)
    merged = merge_logs(*texts)
    if merged is not None:
        ours.write_bytes(encode(merged))
        return True
    lines = merge_texts(open_repository(cwd), *map(encode, texts), union=True)
    if lines is not None:
        ours.write_bytes(lines)
    return lines is not None


def _read(args: Sequence[str], cwd: Path) -> tuple[Path, list[str]]:
    base, ours, theirs = (cwd / name for name in args[:3])
    return ours, [decode(file.read_bytes()) for file in (base, ours, theirs)]
