"""Which family a task list belongs to, from the ids and fields that it uses."""

from __future__ import annotations

from collections.abc import Sequence

from ralph_hooks.patterns import pattern
from ralph_hooks.tasklist.grammar import NUMBER_ID, SPECKIT_ID, VERIFY_ID
from ralph_hooks.tasklist.model import Dialect

_SPECKIT = pattern(SPECKIT_ID)
_NUMBER = pattern(NUMBER_ID)
_VERIFY = pattern(VERIFY_ID)


def guess(ids: Sequence[str], *, has_fields: bool, has_state: bool) -> Dialect:
    """The dialect of a list. `ids`: of top-level boxes, read as ralph's; `has_fields`: some box has a ralph field."""
    speckit = sum(bool(_SPECKIT.fullmatch(name)) for name in ids)
    if speckit * 2 > len(ids):
        return Dialect.SPECKIT
    verify = any(_VERIFY.fullmatch(name) for name in ids)
    number = any(_NUMBER.fullmatch(name) for name in ids)
    if verify or (number and (has_fields or has_state)):
        return Dialect.RALPH
    return Dialect.PLAIN
