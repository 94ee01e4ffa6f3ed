"""Worktrees that the client has our hook make, with files from the pool."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Any

import pytest
from killing import killed
from pretend_client import Agent, Session
from workshop import Workshop

from ralph_hooks.batch import housing
from ralph_hooks.integrations.claude import spacing

STATE = {"phase": "execution", "taskIndex": 0, "totalTasks": 4, "awaitingApproval": False}

FILES = {f"src/{number}.py": f"{number}\n" for number in range(9)}


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spacing, "LEAST", 0.0)
    monkeypatch.setattr(spacing, "MOST", 0.0)


@pytest.fixture
def session(tmp_path: Path) -> Session:
    return Session(Workshop.make(tmp_path / "repo", ("1.1", "1.2", "1.3", "1.4"), FILES, state=STATE), pooled=True)


def slots(shop: Workshop) -> list[Path]:
    return sorted((shop.path / ".git/ralph/pool").glob("*/files"))


def land(session: Session, *agents: Agent) -> None:
    for agent in agents:
        agent.work({f"{agent.id}.txt": "x\n"}, f"Make {agent.id}")
        agent.end()
    assert session.step().endswith("TASK_COMPLETE\nBATCH_COMPLETE")


def inodes(place: Path) -> set[int]:
    return {path.stat().st_ino for path in (place / "src").iterdir()}


def test_the_next_executors_get_the_files_of_earlier_ones_and_nothing_else(session: Session) -> None:
    shop = session.shop
    first = [session.call(f"Task {task}") for task in ("1.1", "1.2")]
    for agent in first:
        shop.write({"left.ignored": "x\n", "deep/left.ignored": "x\n"}, at=agent.place)
    files = set.union(*(inodes(agent.place) for agent in first))
    land(session, *first)
    assert len(slots(shop)) == 2
    assert not any(agent.place.exists() for agent in first)

    again = [session.call(f"Task {task}") for task in ("1.3", "1.4")]
    assert slots(shop) == []
    for agent in again:
        assert inodes(agent.place) <= files
        assert shop.status(at=agent.place) == ""
        assert not list(agent.place.rglob("*.ignored"))
        assert shop.git("rev-parse", "HEAD", at=agent.place) == shop.git("rev-parse", "HEAD")
    land(session, *again)
    assert shop.git("worktree", "list").count("\n") == 0
    assert shop.git("branch", "--list", "worktree-*") == ""
    assert not (shop.path / ".git/ralph/claude").exists()
    assert session.log == ""


def test_an_executors_worktree_begins_at_the_base_of_its_batch(session: Session) -> None:
    shop = session.shop
    base = shop.git("rev-parse", "HEAD")
    session.call("Task 1.1")
    shop.write({"by-hand.txt": "x\n"})
    shop.commit("By hand")
    agent = session.call("Task 1.2")
    assert shop.git("rev-parse", "HEAD", at=agent.place) == base


def test_links_copies_and_setup_are_made_in_it(session: Session) -> None:
    session.shop.write({".ralph-hooks.toml": 'copy = [".env"]\nsetup = "date > made.ignored"\n', ".env": "one\n"})
    for tasks in (("1.1", "1.2"), ("1.3", "1.4")):
        agents = [session.call(f"Task {task}") for task in tasks]
        assert [(agent.place / ".env").read_text() for agent in agents] == ["one\n"] * 2
        assert all((agent.place / "made.ignored").exists() for agent in agents)
        land(session, *agents)


def test_other_agents_get_one_at_head(session: Session) -> None:
    shop = session.shop
    said = session.asked_for("agent-a1")
    place = Path(said.rstrip("\n"))
    assert place == shop.path / ".claude/worktrees/agent-a1"
    assert shop.status(at=place) == shop.status() == ""
    assert shop.git("rev-parse", "--symbolic-full-name", "HEAD", at=place) == "refs/heads/worktree-agent-a1"
    assert shop.git("rev-parse", "HEAD", at=place) == shop.git("rev-parse", "HEAD")
    assert "locked" not in shop.git("worktree", "list", "--porcelain")


@pytest.mark.parametrize("name", ["", "..", "../outside", "a/b", "-x", ".git", "a\nb", "x" * 101])
def test_a_name_that_leads_elsewhere_is_refused(
    session: Session, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = session.shop.tree()
    assert session.asked_for(name, code=1) == ""
    assert "is no name for a worktree" in capsys.readouterr().err
    assert session.shop.tree() == before
    assert not (session.shop.path / ".claude").exists()


@pytest.mark.parametrize("step", ["add_worktree", "refill", "put_seal"])
def test_a_worktree_goes_whose_making_is_killed(session: Session, step: str, monkeypatch: pytest.MonkeyPatch) -> None:
    shop = session.shop
    land(session, *(session.call(f"Task {task}") for task in ("1.1", "1.2")))
    before, done = shop.git("for-each-ref"), getattr(housing, step)

    def die(*args: Any, **options: Any) -> None:
        done(*args, **options)
        os.kill(os.getpid(), signal.SIGKILL)

    monkeypatch.setattr(housing, step, die)
    killed(lambda: session.asked_for("agent-a1"))
    monkeypatch.undo()
    assert (shop.path / ".claude/worktrees/agent-a1").exists()
    assert shop.run("recover").code == 0
    assert not (shop.path / ".claude/worktrees/agent-a1").exists()
    assert shop.git("worktree", "list").count("\n") == 0
    assert shop.git("for-each-ref") == before


@pytest.mark.parametrize("taken", ["folder", "branch"])
def test_what_is_in_the_way_is_somebody_elses_and_stays(session: Session, taken: str) -> None:
    shop = session.shop
    place = shop.path / ".claude/worktrees/agent-a1"
    shop.git("branch", "worktree-agent-a1")
    if taken == "folder":
        shop.git("worktree", "add", "--quiet", str(place), "worktree-agent-a1")
        shop.write({"mine.txt": "mine\n"}, at=place)
    before = shop.git("for-each-ref"), shop.git("worktree", "list")
    session.asked_for("agent-a1", code=1)
    assert shop.run("recover").code == 0
    assert (shop.git("for-each-ref"), shop.git("worktree", "list")) == before
    assert (place / "mine.txt").exists() == (taken == "folder")


def test_what_cannot_be_made_is_said_and_the_task_comes_again(
    session: Session, capsys: pytest.CaptureFixture[str]
) -> None:
    shop = session.shop
    first = session.call("Task 1.1")
    call, answer = session.ask("Task 1.2")
    agent = session.agent(session.made, call, answer["hookSpecificOutput"]["updatedInput"])
    shop.git("branch", f"worktree-{agent.place.name}")  # in the way
    assert session.asked_for(agent.place.name, code=1) == ""
    said = capsys.readouterr().err
    assert said.startswith("ralph-hooks made no worktree: the branch worktree-agent-")
    session.fire("PostToolUseFailure", **agent.asked, error=f"WorktreeCreate hook failed: claude-event: {said}")
    first.work({"1.txt": "x\n"})
    first.end()
    assert "failed  1.2  WorktreeCreate hook failed" in session.step()
    record = shop.run("log", "--format", "json").json["batches"][0]
    assert [item["id"] for item in record["landed"]] == ["1.1"]
