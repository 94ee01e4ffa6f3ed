"""Repositories at the moments that races begin at, each made once and put back before every round."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from unittest import mock

from killing import Killing
from moment import Moment
from pretend_client import Session
from workshop import Workshop

from ralph_hooks.integrations.claude import spacing

STATE = {"phase": "execution", "taskIndex": 0, "totalTasks": 4, "taskIteration": 1, "awaitingApproval": False}
IDS = ("1.1", "1.2", "1.3")
WORK = {
    "1.1": {"a.txt": "by 1.1\n"},
    "1.2": {"new/b.txt": "by 1.2\n"},
    "1.3": {"c.txt": None, "d.txt": "by 1.3\n"},
    "2.1": {"e.txt": "by 2.1\n"},
}
LOOSE = {"loose-1.2.txt": "not committed by 1.2\n"}  # of task 1.2 when it ends
UNDER_WAY = {"under-way.txt": "not committed by 1.3\n"}  # of task 1.3 while it runs
MANY = tuple(f"1.{number}" for number in range(1, 11))
LINES = "".join(f"line {number}\n" for number in range(20))


@dataclass
class Moments:
    """The moments that were asked for so far. One of these per process: each moment has a folder below `root`."""

    root: Path
    made: dict[str, Moment] = field(default_factory=dict)

    def at(self, name: str) -> Moment:
        if name not in self.made:
            folder = self.root / name
            folder.mkdir(parents=True)
            self.made[name] = Moment.of(folder, MAKERS[name](folder))
        moment = self.made[name]
        moment.back()
        return moment


def fresh(folder: Path) -> Workshop:
    """No batch is open. A person has an edit that is nobody else's business, and a second branch."""
    shop = Workshop.make(
        folder / "repo",
        (*IDS, "2.1"),
        {"a.txt": "a\n", "c.txt": LINES, "mine.txt": "mine\n"},
        state=STATE,
        init=("--template=",),
    )
    shop.git("branch", "side")
    shop.write({"mine.txt": "edited by a person\n"})
    return shop


def working(folder: Path) -> Workshop:
    """Two executors have ended, the third is still at work."""
    shop = fresh(folder)
    shop.start(*IDS)
    for task in IDS:
        shop.work(task, WORK[task])
    shop.write(LOOSE, at=shop.worktree("1.2"))
    shop.write(UNDER_WAY, at=shop.worktree("1.3"))
    for task in IDS[:2]:
        shop.finish(task)
    return shop


def ready(folder: Path) -> Workshop:
    """Every executor has ended; nothing has landed."""
    shop = working(folder)
    shop.finish("1.3")
    return shop


def landed(folder: Path) -> Workshop:
    """A batch has landed; the next one is ready to."""
    shop = ready(folder)
    assert shop.land().code == 0
    shop.start("2.1")
    shop.work("2.1", WORK["2.1"])
    shop.finish("2.1")
    return shop


def over(folder: Path) -> Workshop:
    """A batch has landed; none is open."""
    shop = ready(folder)
    assert shop.land().code == 0
    return shop


def broken(folder: Path) -> Workshop:
    """A landing was killed when the worktree had moved and the target had not."""
    shop = ready(folder)
    scratch = folder.with_name(f"{folder.name}.scratch")
    scratch.mkdir()
    assert Killing(shop, scratch).run("land", at="read-tree", when="after") < 0
    while (shop.path / ".git" / "HEAD.lock").exists():  # git's transaction ends by itself when its other end has gone
        time.sleep(0.01)
    return shop


def aside(folder: Path) -> Workshop:
    """As `ready`, but the target is checked out in a worktree of its own, and another branch in the main one."""
    shop = ready(folder)
    shop.git("restore", "mine.txt")
    shop.git("switch", "--quiet", "side")
    shop.git("worktree", "add", "--quiet", str(folder / "aside"), "main")
    return shop


def remote(folder: Path) -> Workshop:
    """As `ready`, with a bare repository to push to, and a clone that pushes into the target, checked out nowhere.

    (Into a branch that is checked out git pushes with `receive.denyCurrentBranch=updateInstead` alone, and brings the
    worktree along before it knows whether it can move the branch: that race is git's own.)
    """
    shop = ready(folder)
    shop.git("restore", "mine.txt")
    shop.git("init", "--quiet", "--bare", "--template=", str(folder / "origin.git"))
    shop.git("remote", "add", "origin", str(folder / "origin.git"))
    shop.git("switch", "--quiet", "side")
    shop.git("clone", "--quiet", "--template=", "--branch=main", str(shop.path), str(folder / "clone"))
    (folder / "clone" / "pushed.txt").write_text("pushed\n")
    Workshop(folder / "clone").commit("Pushed")
    return shop


def delegating(folder: Path) -> Workshop:
    """A coordinator is about to call ten executors at once."""
    shop = Workshop.make(
        folder / "repo",
        MANY,
        {"mine.txt": "mine\n"},
        state=STATE,
        config=f"max_parallel = {len(MANY)}\n[claude]\nbackground = true\n",
        init=("--template=",),
    )
    shop.write({"mine.txt": "edited by a person\n"})
    return shop


def delegated(folder: Path) -> Workshop:
    """Ten executors of a coordinator, in the background, have done their work and are about to end."""
    shop = delegating(folder)
    session = Session(shop)
    with mock.patch.multiple(spacing, LEAST=0.0, MOST=0.0):
        agents = [session.call(f"Task {task}") for task in MANY]
    for task, agent in zip(MANY, agents, strict=True):
        launched = {"status": "async_launched", "isAsync": True, "agentId": agent.id}
        session.fire("PostToolUse", **agent.asked, tool_response=launched)
        agent.work({f"{task}.txt": "x\n"}, f"Work on {task}")
    session.step()
    return shop


MAKERS: dict[str, Callable[[Path], Workshop]] = {
    maker.__name__: maker
    for maker in (fresh, working, ready, landed, over, broken, aside, remote, delegating, delegated)
}
