"""Three versions of a task list as one: ticks and new tasks of both sides, conflict markers where they contradict.

Tasks are known by their ids, so one side may move what the other ticks. A merge without a conflict has every task that
either side has, but for those that a side took out and the other left alone, and has none twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ralph_hooks.patterns import pattern
from ralph_hooks.records import NamedTuple
from ralph_hooks.tasklist.grammar import by_number
from ralph_hooks.tasklist.parse import parse
from ralph_hooks.tasklist.threeway import Region, regions
from ralph_hooks.tasklist.unit_merge import CONFLICT, merged_unit
from ralph_hooks.tasklist.units import Key, Unit, units

MARKER = 7  # characters of a conflict marker, unless git says otherwise
_LINE = pattern(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z")


class Merged(NamedTuple):
    """The merged text. `clean`: it holds no conflict."""

    text: str
    clean: bool


def merge(base: str, ours: str, theirs: str, *, marker: int = MARKER) -> Merged:
    """Merge two versions of a list that come from `base`. Texts are decoded with utf-8 and surrogateescape."""
    if theirs in {ours, base}:
        return Merged(ours, clean=True)
    if ours == base:
        return Merged(theirs, clean=True)
    dialect = parse(base if base.strip() else ours).dialect
    sides = [units(parse(text, dialect)) for text in (base, ours, theirs)]
    made = _Merge(*sides, marker=marker)
    made.run()
    merged = Merged(made.paper.text, made.paper.clean)
    # What one side adds may change what the other side's lines mean: a fence that is left open, say.
    if made.lost or (merged.clean and _keys(units(parse(merged.text, dialect))) != _wanted(*map(_keys, sides))):
        return _undecided(ours, theirs, marker)
    return merged


def _keys(found: Sequence[Unit]) -> frozenset[Key]:
    return frozenset(unit.key for unit in found if unit.task)


def _wanted(base: frozenset[Key], ours: frozenset[Key], theirs: frozenset[Key]) -> frozenset[Key]:
    """The tasks of the result: a task that one side has and the other has not was added, or else taken out."""
    return (ours & theirs) | ((ours ^ theirs) - base)


def _undecided(ours: str, theirs: str, marker: int) -> Merged:
    """One conflict from the first line that differs to the last."""
    mine, other = _LINE.findall(ours), _LINE.findall(theirs)
    first = 0
    while first < min(len(mine), len(other)) and mine[first] == other[first]:
        first += 1
    last = 0
    while last < min(len(mine), len(other)) - first and mine[-1 - last] == other[-1 - last]:
        last += 1
    paper = _Paper(_line_end(ours), marker)
    paper.put("".join(mine[:first]))
    paper.conflict("".join(mine[first : len(mine) - last]), "".join(other[first : len(other) - last]))
    paper.put("".join(mine[len(mine) - last :]))
    return Merged(paper.text, clean=False)


def _line_end(text: str) -> str:
    return "\r\n" if "\r\n" in text[: text.find("\n") + 1] else "\n"


@dataclass(slots=True)
class _Paper:
    """What has been written so far."""

    eol: str
    marker: int
    parts: list[str] = field(default_factory=list)
    clean: bool = True

    @property
    def text(self) -> str:
        return "".join(self.parts)

    def put(self, text: str) -> None:
        """Write on a line of its own: what was the last line of a file may have no end."""
        if text:
            if self.parts and not self.parts[-1].endswith(("\n", "\r")):
                self.parts.append(self.eol)
            self.parts.append(text)

    def conflict(self, ours: str, theirs: str) -> None:
        self.clean = False
        for sign, label, text in (("<", " ours", ours), ("=", "", theirs), (">", " theirs", "")):
            self.put(sign * self.marker + label + self.eol)
            self.put(text)


class _Merge:
    """One merge under way.

    `written`: the tasks outside conflicts; `lost`: a conflict does not show all that both sides say.
    """

    def __init__(self, base: Sequence[Unit], ours: Sequence[Unit], theirs: Sequence[Unit], *, marker: int) -> None:
        self._base, self._ours, self._theirs = base, ours, theirs
        self._of_base, self._of_ours, self._of_theirs = (
            {unit.key: unit for unit in side if unit.task} for side in (base, ours, theirs)
        )
        self.paper = _Paper(_line_end("".join(unit.body + unit.end for unit in ours)), marker)
        self.written: set[Key] = set()
        self.lost = False
        self._shown: set[Key] = set()  # in conflicts

    def run(self) -> None:
        for region in regions(*([unit.key for unit in side] for side in (self._base, self._ours, self._theirs))):
            base = self._base[region.base.start : region.base.stop]
            ours = self._ours[region.ours.start : region.ours.stop]
            theirs = self._theirs[region.theirs.start : region.theirs.stop]
            if not region.by_ours and not region.by_theirs:
                self._write_kept(base[0], ours[0], theirs[0])
            elif region.by_ours and region.by_theirs:
                self._write_both(region, ours, theirs)
            elif region.by_ours:
                self._write_one(base, ours, theirs, mine=True)
            else:
                self._write_one(base, theirs, ours, mine=False)

    def _write_kept(self, base: Unit, ours: Unit, theirs: Unit) -> None:
        if base.task:
            self._write_task(ours)
        else:
            found = merged_unit(base, ours, theirs)
            self.paper.put(found if isinstance(found, str) else ours.body + ours.end)

    def _write_one(self, base: Sequence[Unit], changed: Sequence[Unit], left: Sequence[Unit], *, mine: bool) -> None:
        """A region that one side has changed. What it took out must be as it was on the side that left it in place."""
        there = self._of_ours if mine else self._of_theirs
        edited = [
            unit
            for was, unit in zip(base, left, strict=True)
            if was.task and was.key not in there and (unit.body != was.body)
        ]
        if edited:
            self._conflict(changed if mine else left, left if mine else changed)
            return
        for unit in changed:
            self._write(unit, mine=mine)

    def _write_both(self, region: Region, ours: Sequence[Unit], theirs: Sequence[Unit]) -> None:
        if [unit.key for unit in ours] == [unit.key for unit in theirs]:
            for unit in ours:
                self._write(unit, mine=True)
        elif not region.base and (order := _in_order(ours, theirs)) is not None:
            for unit, mine in order:
                self._write(unit, mine=mine)
        else:
            self._conflict(ours, theirs)

    def _write(self, unit: Unit, *, mine: bool) -> None:
        """A unit that stands here on one side. On the other the same task may stand elsewhere, or be gone."""
        if not unit.task:
            self.paper.put(unit.body + unit.end)
            return
        other = self._of_theirs if mine else self._of_ours
        if unit.key in self._shown:
            return
        if unit.key in self.written or (unit.key in self._of_base and unit.key not in other):
            self._conflict((unit,) if mine else (), () if mine else (unit,))
        else:
            self._write_task(unit)

    def _write_task(self, unit: Unit) -> None:
        found = self._both(unit)
        if found is CONFLICT:
            self._conflict((self._of_ours[unit.key],), (self._of_theirs[unit.key],))
        else:
            self.written.add(unit.key)
            self.paper.put(found)

    def _both(self, unit: Unit) -> str | None:
        """What both sides say about the task `unit`, wherever they have it."""
        ours, theirs = self._of_ours.get(unit.key), self._of_theirs.get(unit.key)
        if ours is None or theirs is None:
            return unit.body + unit.end
        return merged_unit(self._of_base.get(unit.key), ours, theirs)

    def _conflict(self, ours: Sequence[Unit], theirs: Sequence[Unit]) -> None:
        met = {unit.key for unit in ours} & {unit.key for unit in theirs}
        self.paper.conflict(*("".join(self._said(unit, met) for unit in side) for side in (ours, theirs)))
        self._shown |= {unit.key for unit in (*ours, *theirs) if unit.task}

    def _said(self, unit: Unit, met: set[Key]) -> str:
        """The text of a unit in a conflict. Where the other side has the task elsewhere, what it says is in it."""
        found = unit.body + unit.end if not unit.task or unit.key in met else self._both(unit)
        self.lost = self.lost or found is CONFLICT
        return found or ""


def _in_order(ours: Sequence[Unit], theirs: Sequence[Unit]) -> list[tuple[Unit, bool]] | None:
    """What both sides added at one place, each unit with whether it is ours; None where it is more than tasks.

    A task that both have added is merged where ours stands. Tasks go before the sections that a side added below them;
    of two, the one that is numbered lower goes first.
    """
    both = [*ours, *theirs]
    if not all(unit.task or unit.heading or unit.blank for unit in both):
        return None
    titles = [unit.body.strip() for unit in both if unit.heading]
    if len(set(titles)) < len(titles):
        return None
    common = {unit.key for unit in ours if unit.task}
    mine = [(unit, True) for unit in ours]
    other = [(unit, False) for unit in theirs if unit.key not in common]
    heads = [_split(mine), _split(other)]
    heads.sort(key=lambda parts: _number(parts[0]))
    tails = sorted((parts[1] for parts in heads), key=_number)
    return [pair for part in (*(parts[0] for parts in heads), *tails) for pair in part]


_Pairs = list[tuple[Unit, bool]]


def _split(pairs: _Pairs) -> tuple[_Pairs, _Pairs]:
    """What stands before the first heading, with the blank lines above it, and the rest."""
    at = next((index for index, (unit, _) in enumerate(pairs) if unit.heading), len(pairs))
    while at and at < len(pairs) and pairs[at - 1][0].blank:
        at -= 1
    return pairs[:at], pairs[at:]


def _number(pairs: _Pairs) -> list[tuple[int, str]]:
    """How the first task of some units sorts: by its id."""
    return by_number(next((unit.task.id for unit, _ in pairs if unit.task and unit.task.id), ""))
