"""Has a crash left anything that is to be put in order? Apart from the recovery, since every command asks."""

from __future__ import annotations

from ralph_hooks.batch import names
from ralph_hooks.batch.model import Phase
from ralph_hooks.batch.workplace import Workplace
from ralph_hooks.git.claims import are_left
from ralph_hooks.git.refs import asking_refs, refs_below


def needs_recovery(work: Workplace) -> bool:
    """Is there anything to put in order? One git process, so that every command can ask."""
    if are_left(work.repository.common_dir):
        return True
    with asking_refs(work.repository, [names.JOURNAL]) as left:
        batch = work.store.open_batch()
        opening = batch is not None and batch.phase is Phase.OPENING
        lost = work.store.is_empty() and bool(refs_below(work.repository, names.BATCH))
        return bool(left()) or opening or lost or work.store.is_joining()
