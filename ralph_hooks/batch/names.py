"""Names that a batch gives to things: its id, refs, branches, worktree folders. Each is spelt here and nowhere else."""

from __future__ import annotations

import re
from pathlib import Path

from ralph_hooks.batch.model import Attempt

ROOT = "refs/ralph/"
BATCH = ROOT + "batch/"  # the record of a batch, on top of its base
DONE = ROOT + "done/"  # heads of attempts that their executors called done
FAILED = ROOT + "failed/"
PARKED = ROOT + "parked/"
ABORTED = ROOT + "aborted/"
LANDED = ROOT + "landed/"  # the last of the commits that a landing made
UNDO = ROOT + "undo/"  # the target's tip before a landing
SAVED = ROOT + "saved/"  # spec files that executors dirtied in the target's worktree
JOURNAL = ROOT + "landing/"  # a move of the target that is under way
LOG = ROOT + "log/"  # the journals of moves that were completed
WRITTEN = (UNDO, LANDED, LOG)  # by a landing, once

FOLDER = ".ralph"  # at the top of the worktree, excluded from its status
AGENTS = "/.claude/worktrees/"  # where Claude Code has those of its agents, which it ignores nowhere
BRANCHES = "ralph/"
EXECUTORS = (f"refs/heads/{BRANCHES}", "refs/heads/worktree-agent-")  # ours, and those that Claude Code makes
LOCKED = "ralph-hooks batch"  # how the reason of our own worktree locks begins, see `is_own_lock`

_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


def batch_id(base: str, ordinal: int) -> str:
    """The id of the `ordinal`-th batch on `base`. No clock and no chance: the same work gives the same commits."""
    import hashlib  # noqa: PLC0415 - only a start needs it

    return hashlib.sha256(f"{base} {ordinal}".encode()).hexdigest()[:8]


def worktree_folder(top: str, batch: str) -> Path:
    """Where the worktrees of a batch stand, below the worktree `top` that it was started in."""
    return Path(top) / FOLDER / "worktrees" / batch


def started_in(top: Path) -> Path | None:
    """The worktree that a batch was started in, if `top` is one of those that it made."""
    folder = top.parent.parent.parent
    return folder.parent if top.parent.parent == folder / "worktrees" and folder.name == FOLDER else None


def is_own_lock(reason: str | None) -> bool:
    """Is that the reason of a worktree's lock that is ours? Of any other, whoever set it may be at work there."""
    return reason is not None and reason.startswith(LOCKED)


def slug(index: int, task_id: str | None) -> str:
    """A task's name in branches and folders. Ids are data: only harmless characters of them get this far."""
    if task_id is None:
        return f"task-{index}"
    plain = re.sub(r"\.{2,}", ".", _UNSAFE.sub("-", task_id)).strip(".-")[:40]
    return plain if plain and not plain.endswith(".lock") else f"task-{index}"


def attempt_ref(root: str, batch: str, attempt: Attempt | int) -> str:
    """The ref below `root` (DONE, PARKED, …) of an attempt."""
    return f"{root}{batch}/{attempt if isinstance(attempt, int) else attempt.index}"
