"""Two versions of one task, or of one line, as one."""

from __future__ import annotations

from typing import Final

from ralph_hooks.patterns import pattern
from ralph_hooks.tasklist.threeway import Region, regions
from ralph_hooks.tasklist.units import Unit

CONFLICT: Final = None  # what there is instead of a text where both sides contradict each other
_LINES = pattern(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z")
_DONE = {"x", "X"}


def merged_unit(base: Unit | None, ours: Unit, theirs: Unit) -> str | None:
    """The text of a unit that both sides have. `base` None: both have added it."""
    end = _pick(base.end if base else "", ours.end, theirs.end) or ours.end or theirs.end
    body = _lines_merged(base, ours, theirs) if not ours.task else _task(base, ours, theirs)
    return None if body is None else body + end


def _task(base: Unit | None, ours: Unit, theirs: Unit) -> str | None:
    state = _state(base, ours, theirs)
    if state is None or (base and _ambiguous(base, ours, theirs)):
        return CONFLICT
    return _lines_merged(base and _with(base, state), _with(ours, state), _with(theirs, state))


def _state(base: Unit | None, ours: Unit, theirs: Unit) -> str | None:
    """The character in the box; `x` and `X` are the same. A task that both have added is done where one says so."""
    mine, other = _char(ours), _char(theirs)
    if mine == other or {mine, other} <= _DONE:
        return mine
    return _pick(_char(base) if base else " ", mine, other)


def _ambiguous(base: Unit, ours: Unit, theirs: Unit) -> bool:
    """Does one side tick what the other has given another title? The id may stand for another task there."""
    titles = [unit.task.title if unit.task else "" for unit in (base, ours, theirs)]
    states = [_char(unit) for unit in (base, ours, theirs)]
    renamed, changed = ([value != side[0] for value in side[1:]] for side in (titles, states))
    return (renamed[0] and changed[1] and not changed[0]) or (renamed[1] and changed[0] and not changed[1])


def _lines_merged(base: Unit | None, ours: Unit, theirs: Unit) -> str | None:
    whole = _pick(base.body if base else None, ours.body, theirs.body)
    if whole is not None or base is None:
        return whole
    texts = [_LINES.findall(unit.body) for unit in (base, ours, theirs)]
    parts = [_region(region, *texts) for region in regions(*texts)]
    return CONFLICT if any(part is None for part in parts) else "".join(part or "" for part in parts)


def _region(region: Region, base: list[str], ours: list[str], theirs: list[str]) -> str | None:
    was, mine, other = (
        "".join(lines[part.start : part.stop])
        for lines, part in ((base, region.base), (ours, region.ours), (theirs, region.theirs))
    )
    return _pick(was, mine, other)


def _pick(base: str | None, ours: str, theirs: str) -> str | None:
    """What both agree on, or what the one that changed it says."""
    if ours in {theirs, base}:
        return theirs
    return ours if theirs == base else None


def _char(unit: Unit) -> str:
    return unit.body[unit.box : unit.box + 1]


def _with(unit: Unit, state: str) -> Unit:
    return unit._replace(body=unit.body[: unit.box] + state + unit.body[unit.box + 1 :])
