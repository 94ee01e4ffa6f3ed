"""SIGKILL over joining and adopting, where no git process is: the batch is as before or as after.

Every point of the hooks that join and adopt is in tests/faults/test_hook_kills.py.
"""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable
from pathlib import Path

import orchestrator
import pytest
from killing import Killing
from orchestrator import Orchestrator
from workshop import Workshop

from ralph_hooks.batch import join as joining
from ralph_hooks.batch.adopt import BROKEN_OFF
from ralph_hooks.batch.store import Store
from ralph_hooks.errors import RefusedError

STATE = {"phase": "execution", "taskIndex": 0, "totalTasks": 3, "taskIteration": 1, "awaitingApproval": False}


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workshop:
    tests = Path(__file__).parents[1]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tests), str(tests / "batch")]))
    config = 'setup = "echo made >made.txt"\n'
    shop = Workshop.make(tmp_path / "repo", files={"a.txt": "a\n"}, state=STATE, config=config)
    shop.write({".git/info/exclude": "/.claude/\n", shop.page("notes.md"): "untracked\n"})
    shop.write({"a.txt": "newer\n"})
    shop.commit("Newer")
    return shop


def facts(shop: Workshop) -> object:
    """The batch, its record, the hold, worktrees and their files; nothing that has the time of day in it."""
    status = shop.run("status", "--format", "json").json
    recorded = [
        json.loads(shop.show(ref, "batch.json")) | {"started": None, "phase": None}
        for ref in shop.refs("refs/ralph/batch/")
    ]
    work = shop.path / ".claude"
    files = {str(path): path.read_bytes() for path in work.rglob("*") if path.is_file() and path.name != ".git"}
    others = {ref: oid for ref, oid in shop.refs().items() if not ref.startswith("refs/ralph/batch/")}
    return status, recorded, shop.state(), shop.git("worktree", "list"), files, others


def ready(shop: Workshop, deed: str, *, first: bool) -> str:
    """Everything up to the deed. Gives the task that it is about."""
    client = Orchestrator(shop)
    task = "1.1" if first else "1.2"
    if not first:
        client.begin("1.1")
    if deed != "join":
        client.join(task)
        client.spawn(task, "HEAD~1")
    return task


@pytest.mark.parametrize("first", [True, False], ids=["opening", "joining"])
@pytest.mark.parametrize("when", ["before the first row", "after the hold", "after the last row"])
def test_between_the_store_and_the_rest(shop: Workshop, first: bool, when: str) -> None:
    """Where no git process is: killed at the store's own steps."""
    begins, ends = ("add", "set_phase") if first else ("begin_joining", "end_joining")
    task = ready(shop, "join", first=first)
    before = facts(shop)
    child = os.fork()
    if child == 0:
        step = begins if when == "before the first row" else ends
        _dying_at(step, late=when == "after the last row")
        Orchestrator(shop).join(task)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
    shop.run("status")  # whatever the command, it recovers first
    assert (facts(shop) == before) == (when != "after the last row")
    Orchestrator(shop).join(task)
    ids = [attempt.id for attempt in Orchestrator(shop).batch().attempts]
    assert ids == (["1.1"] if first else ["1.1", "1.2"])
    shop.run("abort")
    assert shop.state() == STATE


def test_an_adoption_that_was_broken_off(shop: Workshop, tmp_path: Path) -> None:
    """Killed before the reset it is done later. Killed over the setup it has failed: who knows what that has made."""
    task = ready(shop, "adopt", first=True)
    killing, client = Killing(shop, tmp_path), Orchestrator(shop)
    assert killing.run("adopt", task, at="reset", program=orchestrator.PROGRAM) == -signal.SIGKILL
    assert client.adopt(task).complaint is None
    killing.back()
    assert killing.run("adopt", task, program=orchestrator.PROGRAM) == 0
    last = killing.processes()
    killing.back()
    assert killing.run("adopt", task, at=last, program=orchestrator.PROGRAM) == -signal.SIGKILL
    assert client.adopt(task).complaint == BROKEN_OFF
    client.assign(task)
    assert client.end(task).message == BROKEN_OFF


def _dying_at(step: str, *, late: bool) -> None:
    method = getattr(Store, step)

    def die(*args: object, **kwargs: object) -> None:
        if late:
            method(*args, **kwargs)
        os.kill(os.getpid(), signal.SIGKILL)

    setattr(Store, step, die)


def interrupted(shop: Workshop, patch: pytest.MonkeyPatch) -> type[BaseException]:
    patch.setattr(joining, "put_on_hold", lambda _: signal.raise_signal(signal.SIGINT))
    return KeyboardInterrupt


def vetoed(shop: Workshop, patch: pytest.MonkeyPatch) -> type[BaseException]:
    hook = shop.path / ".git/hooks/reference-transaction"
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    return RefusedError


@pytest.mark.parametrize("failing", [interrupted, vetoed], ids=lambda failing: failing.__name__)
def test_a_join_that_fails_is_taken_back_at_once(
    shop: Workshop, failing: Callable[[Workshop, pytest.MonkeyPatch], type[BaseException]]
) -> None:
    client = Orchestrator(shop)
    client.join("1.1")
    before = facts(shop)
    with pytest.MonkeyPatch.context() as patch, pytest.raises(failing(shop, patch)):
        client.join("1.2")
    with client.at_work() as work:
        assert not work.store.is_joining()
    (shop.path / ".git/hooks/reference-transaction").unlink(missing_ok=True)
    assert facts(shop) == before
    client.join("1.2")
    assert shop.state()["parallelGroup"]["taskIndices"] == [0, 1]
