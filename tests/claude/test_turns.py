"""Whole batches, from the model's calls to what it is told: real git repositories, a client that only pretends."""

from __future__ import annotations

from pathlib import Path

import pytest
from pretend_client import Session
from workshop import Workshop

from ralph_hooks.integrations.claude import calls

STATE = {"phase": "execution", "taskIndex": 0, "totalTasks": 3, "awaitingApproval": False}


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calls, "APART", 0.0)


@pytest.fixture
def shop(tmp_path: Path) -> Workshop:
    made = Workshop.make(tmp_path / "repo", state=STATE)
    made.git("branch", "fresh")
    (made.path / ".ralph-state.json").unlink(missing_ok=True)
    return made


@pytest.fixture
def session(shop: Workshop) -> Session:
    return Session(shop)


def test_three_executors_that_end_in_reverse_order_land_in_order(session: Session, shop: Workshop) -> None:
    agents = [session.call(f"Task {task}, in {shop.path}/specs/demo") for task in ("1.1", "1.2", "1.3")]
    assert shop.state()["awaitingApproval"] is True
    for number, agent in reversed(list(enumerate(agents, 1))):
        assert agent.input["run_in_background"] is False
        assert "in specs/demo" in agent.input["prompt"]
        agent.work({f"{number}.txt": f"{number}\n"}, f"Do {number}")
        agent.end()
    told = session.step()
    assert told.endswith("TASK_COMPLETE\nBATCH_COMPLETE")
    assert shop.git("log", "--format=%s", "--reverse").splitlines()[1:] == ["Do 1", "Do 2", "Do 3"]
    assert shop.ticks() == ["1.1", "1.2", "1.3"]
    assert shop.status() == ""
    assert (shop.state()["awaitingApproval"], shop.state()["taskIndex"]) == (False, 3)
    assert not (shop.path / ".claude" / "worktrees").exists() or not list((shop.path / ".claude/worktrees").iterdir())
    assert not (shop.path / ".git" / "ralph" / "claude").exists()
    assert session.log == ""
