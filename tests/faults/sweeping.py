"""A command broken off at one point after the other, each time in a fresh copy: what comes of it, as worlds."""

from __future__ import annotations

import json
import random
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from injecting import Broken, Fault, Point, run
from scenes import Deed
from workshop import Ran
from worlds import World, differences, world

# Objects are whole before they have their name, and nobody looks at what has none yet, or at a folder without any.
_UNSEEN = re.compile(r"\.git/objects/(../|pack/)?tmp_|\.git/objects/..$")


class Stage:
    """A deed with the world before it and the world after it. `point`: the one that is wanted, None for all."""

    def __init__(self, deed: Deed, folder: Path, part: int, parts: int, point: int | None) -> None:
        self.deed, self.folder, self._part, self._parts, self._point = deed, folder, part, parts, point
        self.shop = deed.prepare(folder / "repo")
        self.keep("before")
        self.before = self.world()
        self.back("before")
        self.whole = self.break_off(Fault())
        self.end()
        self.after = self.world()
        self.failures: list[str] = []

    def world(self) -> World:
        found = world(self.shop)
        if not self.deed.dated:
            return found
        tip, tree = self.shop.git("rev-parse", "HEAD", "HEAD^{tree}").split()
        return {name: json.loads(json.dumps(value, default=str).replace(tip, tree)) for name, value in found.items()}

    def keep(self, name: str) -> None:
        shutil.rmtree(self.folder / name, ignore_errors=True)
        _copy(self.shop.path, self.folder / name)

    def back(self, name: str) -> None:
        shutil.rmtree(self.shop.path)
        _copy(self.folder / name, self.shop.path)

    def points(self, *, faults: bool = False) -> Iterator[Point]:
        """The points of this part of the sweep; `faults`: those at which an error differs from a success too."""
        seen = [point for point in self.whole.points if faults or point.call != "fsync"]
        seen = [point for point in seen if not _UNSEEN.search(point.path) or point.call in {"link", "rename"}]
        assert seen, self.whole
        for at, point in enumerate(seen):
            if self._point == point.number or (self._point is None and at % self._parts == self._part):
                yield point

    def break_off(self, fault: Fault) -> Broken:
        return self.deed.run(self.shop, fault)

    def end(self) -> list[Ran]:
        """The commands that end the deed where it was broken off."""
        return [self.shop.run(*command) for command in self.deed.then]

    def judge(self, fault: Fault, point: Point, what: str, *expected: World) -> bool:
        """Is the world one of these? Otherwise it is a failure of the sweep."""
        wrong = differences(self.world(), *expected)
        if wrong:
            self.failures.append(f"{fault.action} at {point}, {what}:\n    " + "\n    ".join(wrong[:8]))
        return not wrong


def _copy(source: Path, target: Path) -> None:
    subprocess.run(["cp", "-a", "--reflink=auto", source, target], check=True)


@contextmanager
def quick_folder() -> Iterator[Path]:
    """A scratch folder in memory where there is one: a sweep makes thousands of repositories."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(prefix="ralph-faults-", dir=memory if memory.is_dir() else None) as folder:
        yield Path(folder)


def sweep(stage: Stage, action: str, wanted: Callable[[Point], bool] = lambda point: True) -> tuple[int, int]:
    """Break the deed off at its points, recover, end it; then the same with the recovery killed as well, at a point of
    its own that the number of the first one draws. Gives how many first points and second points there were.
    """
    first = second = 0
    for point in stage.points():
        if not wanted(point):
            continue
        stage.back("before")
        fault = Fault(action, point.number)
        broken = stage.break_off(fault)
        if broken.ran.code >= 0:
            stage.judge(fault, point, f"not reached: {broken.ran}", stage.after)  # runs differ by a name of git's
            continue
        first += 1
        stage.keep("broken")
        recovered(stage, fault, point)
        stage.back("broken")
        second += recovery_killed(stage, fault, point)
    assert not stage.failures, f"{len(stage.failures)} failures\n" + "\n".join(stage.failures[:20])
    return first, second


def recovered(stage: Stage, fault: Fault, point: Point) -> None:
    ran = [stage.shop.run("recover")]
    no_locks(stage, fault, point)
    ran += stage.end()
    stage.judge(fault, point, f"ended: {ran}", stage.after)


def recovery_killed(stage: Stage, fault: Fault, point: Point) -> bool:
    """Gives whether the recovery did get so far."""
    drawn = random.Random(point.number).randint(1, 60)
    broken = run("recover", cwd=stage.shop.path, below=stage.shop.path, fault=Fault("kill", drawn))
    if broken.ran.code >= 0 and broken.points:  # there are fewer: one of those
        stage.back("broken")
        drawn = drawn % len(broken.points) + 1
        broken = run("recover", cwd=stage.shop.path, below=stage.shop.path, fault=Fault("kill", drawn))
    if broken.ran.code >= 0:
        return False
    ran = [stage.shop.run("recover"), *stage.end()]
    return stage.judge(fault, point, f"its recovery killed at {broken.points[-1]}, ended: {ran}", stage.after)


def no_locks(stage: Stage, fault: Fault, point: Point) -> None:
    left = [str(path) for path in (stage.shop.path / ".git").rglob("*.lock") if path.name != "lock"]
    if left:
        stage.failures.append(f"{fault.action} at {point}: after the recovery there are {left}")
