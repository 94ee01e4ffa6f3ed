"""The client leaves it to us to make a worktree (`claude.pool`): with files from the pool, where they fit."""

from __future__ import annotations

import re
from pathlib import Path

from ralph_hooks.batch import names
from ralph_hooks.batch.housing import Room, house_one
from ralph_hooks.errors import RefusedError
from ralph_hooks.git.worktrees import exclude
from ralph_hooks.integrations.claude import decide
from ralph_hooks.integrations.claude.answer import made
from ralph_hooks.integrations.claude.payload import WorktreeWanted
from ralph_hooks.integrations.claude.turn import PATIENCE, Reply, changing, own_batch

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


def worktree_wanted(event: WorktreeWanted, place: Path) -> Reply:
    """Make the worktree, named as the client would: on the base of the batch where that waits for one, else on HEAD.

    Raises RefusedError where there can be none. The client takes silence for a failure, and fails the call.
    """
    if not _NAME.fullmatch(event.name):
        raise RefusedError(f"{event.name!r} is no name for a worktree", "use letters, digits, dots and dashes")
    with changing(place, PATIENCE) as work:
        batch = own_batch(work, event.where)
        awaited = batch if batch and decide.is_awaited(batch) else None
        exclude(work.repository, names.AGENTS)
        room = Room(
            folder=place / names.AGENTS.strip("/") / event.name,
            branch=f"worktree-{event.name}",
            commit=awaited.base if awaited else work.repository.head(),
            lock=f"{names.LOCKED} {awaited.id}, {event.name}" if awaited else None,
        )
        house_one(work, room)
    return Reply(made(room.folder))
