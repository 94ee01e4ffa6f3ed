"""The moments that are swept: a repository right before a command, and what ends it where it was broken off."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

from injecting import Broken, Fault, run
from workshop import Ran, Workshop
from worlds import World, world

STATE = {"phase": "execution", "taskIndex": 0, "totalTasks": 3, "taskIteration": 2, "awaitingApproval": False}
TEXT = "".join(f"line {number}\n" for number in range(20))


class Scene(Protocol):
    """What can be swept: `run` is broken off in what `prepare` makes, `recover` puts in order, `end` ends it.

    `others`: what may come of the run beside its whole, made by other means.
    """

    @property
    def prepare(self) -> Callable[[Path], Workshop]: ...
    @property
    def others(self) -> Sequence[Callable[[Workshop], object]]: ...

    def run(self, shop: Workshop, fault: Fault) -> Broken: ...
    def recover(self, shop: Workshop, fault: Fault) -> Broken: ...
    def end(self, shop: Workshop) -> list[Ran]: ...
    def seen(self, shop: Workshop) -> World: ...


class Deed(NamedTuple):
    """`command` is broken off in what `prepare` makes; `then` are the commands that end it, after a recovery."""

    prepare: Callable[[Path], Workshop]
    command: tuple[str, ...]
    then: tuple[tuple[str, ...], ...]
    parts: int = 1  # tests that share the points
    dated: bool = False  # its commit has the time of day, as a person's has
    others: tuple[Callable[[Workshop], object], ...] = ()
    akin: bool = False  # to another: every N-th point will do

    def run(self, shop: Workshop, fault: Fault) -> Broken:
        return run(*self.command, cwd=shop.path, below=shop.path, fault=fault)

    def recover(self, shop: Workshop, fault: Fault) -> Broken:
        return run("recover", cwd=shop.path, below=shop.path, fault=fault)

    def end(self, shop: Workshop) -> list[Ran]:
        return [shop.run(*command) for command in self.then]

    def seen(self, shop: Workshop) -> World:
        found = world(shop)
        if not self.dated:
            return found
        tip, tree = shop.git("rev-parse", "HEAD", "HEAD^{tree}").split()
        return {name: json.loads(json.dumps(value, default=str).replace(tip, tree)) for name, value in found.items()}


def _empty(path: Path) -> Workshop:
    files = {"a.txt": TEXT, "b.txt": TEXT, "c.txt": TEXT}
    return Workshop.make(path, files=files, state=STATE, config='setup = "echo x > made.txt"\n', init=["--template="])


def _worked(path: Path) -> Workshop:
    """Three executors have worked: one plainly, one in conflict with it, one with a renamed and a deleted file."""
    shop = _empty(path)
    shop.start()
    shop.work("1.1", {"a.txt": TEXT.replace("line 3", "line three"), "new/deep/file": "new\n"})
    shop.work("1.2", {"a.txt": TEXT.replace("line 3", "Zeile 3")})
    shop.work("1.3", {"b.txt": None, "renamed.txt": TEXT})
    shop.write({"c.txt": "all new\n", "loose.txt": "not committed\n"}, at=shop.worktree("1.3"))
    return shop


def _ended(path: Path) -> Workshop:
    """All have ended, and one has ticked its box in the wrong worktree."""
    shop = _worked(path)
    for task in ("1.1", "1.2", "1.3"):
        shop.finish(task)
    shop.write({shop.page("tasks.md"): shop.read(shop.page("tasks.md")).replace("[ ] 1.1", "[x] 1.1")})
    return shop


def _landed(path: Path) -> Workshop:
    """Landed, and `git gc` has been there: to delete a ref is to write the file of packed ones."""
    shop = _ended(path)
    shop.land()
    shop.git("pack-refs", "--all")
    return shop


def _pooled(path: Path) -> Workshop:
    """Landed, with a worktree in the pool that an executor has left ignored files in."""
    shop = _empty(path)
    shop.start("1.1")
    shop.work("1.1", {"new/deep/file": "new\n"})
    shop.write({"left.ignored": "x\n", "build.ignored/deep": "x\n"}, at=shop.worktree("1.1"))
    shop.finish("1.1")
    shop.land()
    return shop


def _broken(path: Path) -> Workshop:
    """A landing that was killed while its files were being brought along."""
    shop = _ended(path)
    points = run("land", cwd=path, below=path).points
    number = next(point.number for point in points if point.call == "mkdir" and point.path.endswith("/new/deep"))
    shutil.rmtree(path)
    shop = _ended(path)
    run("land", cwd=path, below=path, fault=Fault("kill", number))
    return shop


DEEDS = {
    "start": Deed(_empty, ("start", "1.1", "1.2"), (("start", "1.1", "1.2"),), parts=3),
    "start from the pool": Deed(_pooled, ("start", "1.2"), (("start", "1.2"),), akin=True),
    "finish": Deed(_worked, ("finish", "1.3"), (("finish", "1.3"),)),
    "land": Deed(_ended, ("land",), (("land",),), parts=4),
    "undo": Deed(_landed, ("undo",), (("undo",),), parts=2),
    "abort": Deed(_worked, ("abort",), (("abort",),)),
    "recover": Deed(_broken, ("recover",), (("land",),), parts=4),
    "tick": Deed(_empty, ("tick", "1.1"), (("tick", "1.1"),), dated=True, akin=True),
    "resolve": Deed(_landed, ("resolve", "1.2"), (("resolve", "1.2"),), akin=True),
    "gc": Deed(_landed, ("gc", "--older-than", "0"), (("gc", "--older-than", "0"),), akin=True),
}
