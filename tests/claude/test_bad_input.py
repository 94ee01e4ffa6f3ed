"""Whatever comes, and whatever is in the way: the agent's session goes on, nothing is half-done, the log says it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from pretend_client import Agent, Session
from workshop import Workshop

from ralph_hooks.batch.workplace import exclusive, open_workplace
from ralph_hooks.integrations.claude import hook, registration, spacing

STATE = {"phase": "execution", "taskIndex": 0, "totalTasks": 3, "awaitingApproval": False}
SECRET = "sesame-open"


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spacing, "LEAST", 0.0)
    monkeypatch.setattr(spacing, "MOST", 0.0)
    monkeypatch.setenv("CLAUDE_CODE_MESSAGING_TOKEN", SECRET)


@pytest.fixture
def session(tmp_path: Path) -> Session:
    return Session(Workshop.make(tmp_path / "repo", state=STATE))


def pair(session: Session) -> tuple[Agent, Agent]:
    """Two executors that have ended, of a batch that has not landed."""
    one, two = (session.call(f"Task {task}. {SECRET}") for task in ("1.1", "1.2"))
    for agent in (one, two):
        agent.work({f"{agent.call}.txt": "x\n"})
        agent.end()
    return one, two


@pytest.mark.parametrize("event", [*registration.EVENTS, "Stop", "Nonsense", ""])
def test_events_that_cannot_be_read_or_are_unknown(session: Session, event: str) -> None:
    session.call("Task 1.1")
    before = session.shop.state()
    for text in (b"", b"{", b"null", b'{"hook_event_name": "Nonsense"}', f'{{"hook_event_name": {SECRET!r}'.encode()):
        assert session.raw(event, text) == {}
    assert session.shop.state() == before
    assert "the event cannot be read: not JSON" in session.log
    assert SECRET not in session.log
    assert "Traceback" not in session.log


def test_an_event_that_is_too_large(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ralph_hooks.integrations.claude.payload.LIMIT", 1000)
    session.call("Task 1.1")
    monkeypatch.setattr("ralph_hooks.integrations.claude.payload.LIMIT", 100)
    assert session.step() == ""
    assert "more than 100 bytes" in session.log


def test_a_spec_that_has_vanished(session: Session) -> None:
    pair(session)
    session.shop.git("rm", "-r", "--quiet", "specs")
    told = session.step()
    assert "TASK_COMPLETE" not in told
    assert session.shop.run("status").code == 0
    assert "Traceback" not in session.log


def test_a_configuration_that_cannot_be_read(session: Session) -> None:
    session.shop.write({".ralph-hooks.toml": "max_paralel = 1\n"})
    assert "an error of its own" in session.ask("Task 1.1")[1]["hookSpecificOutput"]["additionalContext"]
    assert "unknown key" in session.log


def test_a_git_directory_that_cannot_be_written(session: Session) -> None:
    (session.shop.path / ".git" / "ralph").write_text("in the way")
    session.ask(f"Task 1.1 {SECRET}")
    assert session.shop.state() == STATE


def test_outside_of_any_repository(session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    lost = Session(Workshop(tmp_path))
    for event in registration.EVENTS:
        said: dict[str, Any] = {
            "tool_calls": [],
            "tool_name": "Agent",
            "tool_use_id": "t",
            "tool_input": {"subagent_type": "spec-executor"},
        }
        assert lost.fire(event, **said) == {}
        assert lost.raw(event, b"{") == {}


def test_our_time_is_over_before_the_clients(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    pair(session)
    quick = registration.EVENTS["PostToolBatch"]
    monkeypatch.setitem(hook.EVENTS, "PostToolBatch", registration.Hook(quick.event, 2, 0.3))
    with open_workplace(session.shop.path) as work, exclusive(work):
        assert "an error of its own (DeadlineError)" in session.step()
    assert "not done after 0.3 seconds" in session.log
    monkeypatch.undo()
    assert session.step("toolu_later").endswith("BATCH_COMPLETE")


def test_errors_of_ours_stay_in_the_log(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    pair(session)
    monkeypatch.setattr("ralph_hooks.integrations.claude.landing.land", lambda *_: 1 / 0)
    told = session.step()
    assert "an error of its own (ZeroDivisionError): see" in told
    assert "TASK_COMPLETE" not in told
    assert "ZeroDivisionError" in session.log
    assert SECRET not in session.log
    monkeypatch.undo()
    assert session.step("toolu_later").endswith("BATCH_COMPLETE")


@pytest.mark.slow
@pytest.mark.parametrize("after", [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0, 1.5])
def test_a_hook_that_is_killed_half_way(session: Session, after: float) -> None:
    pair(session)
    event = {
        "session_id": session.id,
        "cwd": str(session.shop.path),
        "hook_event_name": "PostToolBatch",
        "tool_calls": [],
    }
    command = [sys.executable, "-m", "ralph_hooks", "hook", "claude", "PostToolBatch"]
    running = subprocess.Popen(command, cwd=session.shop.path, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert running.stdin
    running.stdin.write(json.dumps(event).encode())
    running.stdin.close()
    time.sleep(after)
    os.kill(running.pid, signal.SIGKILL)
    running.wait()
    session.step("toolu_later")
    assert session.shop.ticks() == ["1.1", "1.2"]
    assert session.shop.state()["awaitingApproval"] is False
    assert session.shop.status() == ""
