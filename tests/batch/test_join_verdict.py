"""Both stop-handlers beside a batch that an orchestrator has joined: nothing while it is open, then the next task."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from orchestrator import Orchestrator
from stop_handlers import EXECUTING, Decision, increments, reads, said
from workshop import Ran, Workshop

from ralph_hooks.batch.model import State

STATE: dict[str, Any] = {**EXECUTING, "awaitingApproval": False}
LIST = "- [x] 1.1 A\n  - **Do**: it\n- [ ] 1.2 [P] B\n- [ ] 1.3 [P] C\n- [ ] 1.4 [P] D\n- [ ] 1.5 E\n"
HOLD = Decision(True, "awaiting approval")


@pytest.fixture(params=["increments", "reads"])
def handler(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def shop(tmp_path: Path, handler: str) -> Workshop:
    config = f'stop_handler = "{handler}"\n'
    shop = Workshop.make(tmp_path / "repo", LIST, {"specs/.current-spec": "demo\n"}, state=STATE, config=config)
    shop.write({".git/info/exclude": "/.claude/\n"})
    return shop


def decides(shop: Workshop, handler: str, transcript: str = "") -> Decision:
    return (increments if handler == "increments" else reads)(shop.path, transcript)


def landed(shop: Workshop, handler: str, failing: str | None = None) -> Ran:
    """Three calls, begun in one order and ended in another; the handler is asked after every step."""
    client = Orchestrator(shop)
    for task in ("1.4", "1.2", "1.3"):
        client.begin(task)
        assert decides(shop, handler) == HOLD
    for task in ("1.3", "1.4", "1.2"):
        shop.write({f"{task}.txt": task}, at=client.folder(task))
        client.end(task, State.FAILED if task == failing else State.DONE)
        client.leave(task)
        assert decides(shop, handler) == HOLD
    return shop.run("land")


def test_all_landed(shop: Workshop, handler: str) -> None:
    ran = landed(shop, handler)
    assert "TASK_COMPLETE" in ran.out
    decision = decides(shop, handler, said(ran.out))
    assert (decision.allow, decision.reason.split("\n")[0]) == (
        False,
        "Continue with task 4" if handler == "increments" else "Continue (Task 5/5)",
    )
    assert shop.state()["taskIndex"] == 4
    assert shop.state()["globalIteration"] == (2 if handler == "increments" else 1)


@pytest.mark.parametrize(("failing", "index"), [("1.2", 1), ("1.3", 2), ("1.4", 3)])
def test_one_failed(shop: Workshop, handler: str, failing: str, index: int) -> None:
    ran = landed(shop, handler, failing)
    assert "TASK_COMPLETE" not in ran.out
    decision = decides(shop, handler, said(ran.out))
    assert not decision.allow
    assert shop.state()["taskIndex"] == index
    assert failing in decision.reason or decision.reason == f"Task {index} did not complete"
    assert Orchestrator(shop).join(failing, "call-again").opened
    assert decides(shop, handler) == HOLD


def test_aborted(shop: Workshop, handler: str) -> None:
    client = Orchestrator(shop)
    for task in ("1.2", "1.3"):
        client.begin(task)
    shop.run("abort")
    assert shop.state() == STATE
    assert not decides(shop, handler).allow
