"""After a landing: worktrees and branches of what has landed go, unless anything in them is in no commit of ours."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from ralph_hooks import progress
from ralph_hooks.batch import names
from ralph_hooks.batch.leftovers import clear, look, some
from ralph_hooks.batch.model import Attempt, Batch, Landing, State
from ralph_hooks.batch.workplace import Workplace
from ralph_hooks.errors import RalphError
from ralph_hooks.git.repository import worktree_at


def tidy(work: Workplace, batch: Batch, landing: Landing) -> tuple[str, ...]:
    """Remove what landed attempts no longer need; gives lines for people. A failure is no more: the landing is done."""
    if work.config.keep_worktrees:
        return ()
    if Path(batch.top).is_dir():
        # Not from where we stand: `land` may have been called in one of the worktrees that go.
        work = work._replace(repository=worktree_at(work.repository, Path(batch.top)))
    indices = {item.index for item in landing.landed}
    landed = [attempt for attempt in batch.in_state(State.DONE, State.LANDED) if attempt.index in indices]
    return tuple(_each(work, batch, landed))


def _each(work: Workplace, batch: Batch, attempts: list[Attempt]) -> Iterator[str]:
    for attempt in progress.each("removing worktrees that have landed", attempts):
        try:
            yield from _remove(work, batch, attempt)
        except RalphError as error:
            yield f"the worktree of task {attempt.name} was kept: {error.what}"
    with suppress(OSError):
        names.worktree_folder(batch.top, batch.id).rmdir()


def _remove(work: Workplace, batch: Batch, attempt: Attempt) -> Iterator[str]:
    """Remove one worktree and its branch; or say why not. Ignored files go with it, and are named."""
    left = look(work, attempt, work.repository.commit(names.attempt_ref(names.DONE, batch.id, attempt)))
    if left.obstacle:
        yield f"the worktree of task {attempt.name} was kept: {left.obstacle}"
        return
    if left.ignored:
        yield f"ignored files went with the worktree of task {attempt.name}: {some(left.ignored)}"
    clear(work, left, pool=True)
