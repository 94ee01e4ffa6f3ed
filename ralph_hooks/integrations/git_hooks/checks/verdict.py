"""What a guard says."""

from __future__ import annotations

from ralph_hooks.records import NamedTuple


class Refusal(NamedTuple):
    """What is refused, and what to do instead."""

    what: str
    todo: str


class Verdict(NamedTuple):
    """Any refusal stops git; notes do not."""

    refusals: tuple[Refusal, ...] = ()
    notes: tuple[str, ...] = ()


PASSED = Verdict()
