"""SIGKILL before and after each git process of a landing, an undo and a start: the next command makes it whole.

Of a start it makes nothing: an executor never saw its worktrees.
"""

from __future__ import annotations

import signal
from pathlib import Path

import pytest
from killing import Killing
from workshop import Workshop

STATE = {"phase": "execution", "taskIndex": 0, "totalTasks": 3, "taskIteration": 2, "awaitingApproval": False}
MANY = 500


def whole(shop: Workshop) -> dict[str, object]:
    """All that must be the same. The journal of a landing holds the time of day, so its id is not."""
    refs = {
        name: oid for name, oid in shop.refs().items() if not name.startswith(("refs/ralph/log/", "refs/ralph/batch/"))
    }
    left = [path.name for path in (shop.path / ".git").rglob("*.lock")] + [
        path.name for path in (shop.path / ".git").glob("index.*")
    ]
    files = {path: shop.read(path) for path in shop.tree()}
    worktrees = shop.git("worktree", "list", "--porcelain")
    return {"refs": refs, "locks": left, "files": files, "status": shop.status(), "state": shop.state()} | {
        "worktrees": worktrees
    }


@pytest.fixture
def ready(tmp_path: Path) -> Workshop:
    """A batch whose executors have ended: one plain, one that conflicts, one with renames and deletions."""
    text = "".join(f"line {number}\n" for number in range(20))
    shop = Workshop.make(tmp_path / "repo", files={"a.txt": text, "b.txt": text, "c.txt": text}, state=STATE)
    shop.start()
    shop.work("1.1", {"a.txt": text.replace("line 3", "line three"), "new/deep/file": "new\n"})
    shop.work("1.2", {"a.txt": text.replace("line 3", "Zeile 3")})
    shop.work("1.3", {"b.txt": None, "renamed.txt": text, "c.txt": "all new\n"})
    for task in ("1.1", "1.2", "1.3"):
        shop.finish(task)
    shop.write({shop.page("tasks.md"): shop.read(shop.page("tasks.md")).replace("[ ] 1.1", "[x] 1.1")})  # leaked
    return shop


def sweep(killing: Killing, command: list[str], then: list[str], *, step: int) -> int:
    """Kill `command` at every `step`-th point; `then` must end where it would have ended. Gives the number of kills."""
    killing.run(*command)
    last = killing.processes()
    assert 0 < last < MANY
    killing.run(*then)
    expected = whole(killing.shop)
    kills = 0
    for at in range(1, last + 1, step):
        for when in ("before", "after"):
            killing.back()
            assert killing.run(*command, at=at, when=when) == -signal.SIGKILL, (at, when)
            killing.run("recover")
            assert killing.shop.refs("refs/ralph/landing/") == {}, (at, when)
            killing.run(*then)
            assert whole(killing.shop) == expected, (at, when)
            kills += 1
    return kills


@pytest.mark.compat("recovery")
def test_a_killed_landing_some_points(ready: Workshop, tmp_path: Path) -> None:
    assert sweep(Killing(ready, tmp_path), ["land"], ["land"], step=40) >= 2


@pytest.mark.slow
def test_a_killed_landing_every_point(ready: Workshop, tmp_path: Path) -> None:
    assert sweep(Killing(ready, tmp_path), ["land"], ["land"], step=1) >= 60


@pytest.mark.slow
def test_a_killed_undo_every_point(ready: Workshop, tmp_path: Path) -> None:
    ready.land()
    assert sweep(Killing(ready, tmp_path), ["undo"], ["undo"], step=1) >= 20


@pytest.mark.slow
def test_a_killed_start_every_point(tmp_path: Path) -> None:
    shop = Workshop.make(tmp_path / "repo", files={"a.txt": "a\n"}, state=STATE, config='setup = "echo x > made.txt"\n')
    before = whole(shop)
    killing = Killing(shop, tmp_path)
    killing.run("start")
    opened = whole(shop)
    for at in range(1, killing.processes() + 1):
        for when in ("before", "after"):
            killing.back()
            assert killing.run("start", at=at, when=when) == -signal.SIGKILL, (at, when)
            killing.run("recover")
            assert whole(shop) == before, (at, when)
            assert killing.run("start") == 0, (at, when)
            assert whole(shop) == opened, (at, when)
