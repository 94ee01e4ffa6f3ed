"""How the commands get to work: in a repository, after recovery, and with the lock where they change anything."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from ralph_hooks.batch.unfinished import needs_recovery
from ralph_hooks.batch.workplace import BusyError, Workplace, exclusive, open_workplace
from ralph_hooks.commands.activity import shown
from ralph_hooks.commands.printing import note


@contextmanager
def reading() -> Iterator[Workplace]:
    """A workplace to look at. What a crash left is put in order first."""
    with open_workplace(Path.cwd()) as work:
        if needs_recovery(work):
            # Whoever holds the lock is alive: what it is in the middle of is nothing to recover, and can be looked at.
            # A dead one's git processes hold it for as long as they take to notice.
            with suppress(BusyError), exclusive(work, wait=0.5):
                _recover(work)
        yield work


@contextmanager
def changing() -> Iterator[Workplace]:
    """A workplace to change things in, with the landing lock held."""
    with open_workplace(Path.cwd()) as work, ExitStack() as lock:
        with shown("looking whether anybody else is at work"):
            lock.enter_context(exclusive(work))
        _recover(work)
        yield work


def _recover(work: Workplace) -> None:
    if needs_recovery(work):
        from ralph_hooks.batch.recover import recover  # noqa: PLC0415 - with all that lands and moves

        with shown("putting in order what a crash left"):
            recovered = recover(work)
        for item in recovered:
            note(f"recovered batch {item.batch}: {item.action}")
