"""A command broken off at one point after the other, each time in a fresh copy: what comes of it, as worlds."""

from __future__ import annotations

import random
import re
import shutil
import subprocess
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from injecting import Broken, Fault, Point, copy_of
from scenes import Scene
from workshop import Ran
from worlds import World, differences, files_below

# Loose objects that nobody refers to yet change nothing. Of SQLite's own writes the journal's beginning and end are
# points, its end being the commit: what it does between the two is its own promise.
_UNSEEN = re.compile(r"\.git/objects/(tmp_|pack/tmp_|..(/|$))")
_SETUP = "sh"
_SQLITE = re.compile(r"/ralph\.db(-journal)?$")


class Stage:
    """A deed with the world before it, and those that it may end in.

    Its points are dealt to `parts`, and `part` is this one. `point`: the one that is wanted, None for all. `calls`: the
    kinds of calls that are wanted, none for all. `faults`: also those at which only an error differs from a success.
    `ours`: not those of the user's own setup, which may make of an error what it will.
    """

    def __init__(
        self,
        deed: Scene,
        folder: Path,
        part: int,
        parts: int,
        point: int | None,
        *,
        calls: Collection[str] = (),
        faults: bool = False,
        ours: bool = False,
    ) -> None:
        self.deed, self.folder, self._part, self._parts, self._point = deed, folder, part, parts, point
        self._calls, self._faults, self._ours = calls, faults, ours
        self.shop = deed.prepare(folder / "repo")
        self.keep("before")
        self.before = self.world()
        self.back("before")
        self.whole = self.break_off(Fault())
        self.end()
        self.ends = [self.world()]
        for other in self.deed.others:
            self.back("before")
            other(self.shop)
            self.end()
            self.ends.append(self.world())
        self.failures: list[str] = []

    def world(self) -> World:
        return self.deed.seen(self.shop)

    def keep(self, name: str) -> None:
        shutil.rmtree(self.folder / name, ignore_errors=True)
        _copy(self.shop.path, self.folder / name)

    def back(self, name: str) -> None:
        shutil.rmtree(self.shop.path)
        _copy(self.folder / name, self.shop.path)

    def back_to_copy(self) -> None:
        """To what the supervisor has copied."""
        shutil.rmtree(self.shop.path)
        copy_of(self.shop.path).rename(self.shop.path)

    def points(self) -> Iterator[Point]:
        """The points of this part of the sweep."""
        seen = [point for point in self.whole.points if self.wants(point)]
        assert seen, self.whole
        for at, point in enumerate(seen):
            if self._point == point.number or (self._point is None and at % self._parts == self._part):
                yield point

    def wants(self, point: Point) -> bool:
        if _UNSEEN.search(point.path) or (self._ours and point.program == _SETUP):
            return False
        sqlite = point.call == "write" and _SQLITE.search(point.path)
        known = not self._calls or point.call in self._calls
        return known and (self._faults or not (sqlite or point.call == "fsync"))

    def break_off(self, fault: Fault) -> Broken:
        return self.deed.run(self.shop, fault)

    def end(self) -> list[Ran]:
        """The commands that end the deed where it was broken off."""
        return self.deed.end(self.shop)

    def judge(self, fault: Fault, point: Point, what: str, *expected: World) -> bool:
        """Is the world one of these? Otherwise it is a failure of the sweep."""
        wrong = differences(self.world(), *expected)
        if wrong:
            self.failures.append(f"{fault} at {point}, {what}:\n    " + "\n    ".join(wrong[:8]))
        return not wrong

    def check(self) -> None:
        assert not self.failures, f"{len(self.failures)} failures\n" + "\n".join(self.failures[:20])


def _copy(source: Path, target: Path) -> None:
    subprocess.run(["cp", "-a", "--reflink=auto", source, target], check=True)


def sweep(stage: Stage, action: str, *, product: bool = False) -> tuple[int, int]:
    """Break the deed off at its points, recover, end it. Then the same with the recovery broken off as well.

    That is at a point of its own that the number of the first one draws: from the disk as it was before that point. Or,
    for the `product`, it is killed at each. Gives how many first points and second points there were.
    """
    first = second = 0
    for point in stage.points():
        stage.back("before")
        fault = Fault(action, point.number)
        broken = stage.break_off(fault)
        if broken.ran.code >= 0:
            ran = [broken.ran, *stage.end()]
            stage.judge(fault, point, f"not reached: {ran}", *stage.ends)  # runs differ by a name of git's
            continue
        first += 1
        if product:
            stage.keep("broken")
        recovery = stage.deed.recover(stage.shop, Fault("copy", 1, hold=point.number))
        ended(stage, fault, point, recovery.ran)
        if product:
            second += recovery_killed(stage, fault, point, len(recovery.points))
        elif recovery.copied:
            stage.back_to_copy()
            second += recovered_again(stage, fault, point, recovery.copied)
    stage.check()
    return first, second


def ended(stage: Stage, fault: Fault, point: Point, recovery: Ran) -> None:
    """After a recovery, end the deed."""
    no_locks(stage, fault, point)
    stage.judge(fault, point, f"ended: {[recovery, *stage.end()]}", *stage.ends)


def recovery_killed(stage: Stage, fault: Fault, point: Point, points: int) -> int:
    """Recover, killed at each of that many points, and each time again. Gives how often all ended well."""
    good = 0
    for at in range(1, points + 1):
        stage.back("broken")
        broken = stage.deed.recover(stage.shop, Fault("kill", at))
        good += recovered_again(stage, fault, point, broken.points[-1])
    return good


def recovered_again(stage: Stage, fault: Fault, point: Point, second: Point) -> bool:
    """Recover after a recovery that was broken off. Gives whether all ended well."""
    ran = [stage.shop.run("recover"), *stage.end()]
    return stage.judge(fault, point, f"its recovery broken off at {second}, ended: {ran}", *stage.ends)


def no_locks(stage: Stage, fault: Fault, point: Point) -> None:
    """Of `git`'s kind, whose existence is the lock."""
    left = [name for name in files_below(stage.shop.path / ".git") if name.endswith(".lock")]
    left += map(str, stage.folder.glob("ralph-*"))  # scratch
    if left:
        stage.failures.append(f"{fault} at {point}: after the recovery there are {left}")


def struck(stage: Stage, action: str) -> Iterator[tuple[Point, Ran]]:
    """Have `action` happen at each point of the stage; after whoever asks has judged the run, recover and end it."""
    for wanted in stage.points():
        stage.back("before")
        fault = Fault(action, wanted.number)
        broken = stage.break_off(fault)
        point = broken.points[min(wanted.number, len(broken.points)) - 1]  # one run differs from the next
        if stage.wants(point):
            yield point, broken.ran
            ended(stage, fault, point, stage.shop.run("recover"))
    stage.check()


def at_instants(stage: Stage, seeds: Iterable[int]) -> int:
    """Kill the deed at an instant that each seed draws, wherever it is by then. Gives how many there were."""
    count = 0
    for seed in seeds:
        stage.back("before")
        fault = Fault("instant", seed, hold=random.Random(seed).randrange(stage.whole.length))
        broken = stage.break_off(fault)
        last = broken.points[-1] if broken.points else Point(0, "nothing", "", "")
        ended(stage, fault, last, stage.shop.run("recover"))
        count += 1
    stage.check()
    return count
