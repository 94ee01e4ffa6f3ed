"""Repositories right before an event of Claude Code: what its session has done until then."""

from __future__ import annotations

from pathlib import Path

from hook_steps import step_ended, stop, unlock
from pretend_client import Session
from workshop import Workshop

STATE = {"phase": "execution", "taskIndex": 0, "totalTasks": 2, "taskIteration": 1, "awaitingApproval": False}
BACKGROUND = "[claude]\nbackground = true\n"
DEAD = 2**22 + 1  # no process has this id


def fresh(path: Path, config: str | None = None) -> Workshop:
    """Two tasks, and a commit that the client, which begins its worktrees at `origin`, does not have in them."""
    shop = Workshop.make(path, ("1.1", "1.2"), {"a.txt": "a\n"}, state=STATE, config=config, init=["--template="])
    shop.write({"b.txt": "b\n"})
    shop.commit("Not pushed")
    return shop


def known(path: Path) -> Workshop:
    """A repository in which the client has made worktrees before."""
    shop = fresh(path)
    shop.write({".git/info/exclude": "/.claude/worktrees/\n"})
    return shop


def called(path: Path, config: str | None = None) -> Workshop:
    """One executor is at work; another is called and its worktree is made, on an older commit."""
    shop = fresh(path, config)
    session = Session(shop)
    session.call("Task 1.1")
    call, answer = session.ask("Task 1.2")
    session.launch(call, answer["hookSpecificOutput"]["updatedInput"], "HEAD^")
    return shop


def joinable(path: Path) -> Workshop:
    shop = fresh(path)
    Session(shop).call("Task 1.1")
    return shop


def at_work(path: Path, config: str | None = None) -> Workshop:
    """Both have committed, and have something that is not committed."""
    shop = called(path, config)
    session = Session(shop)
    session.agent(2).begin()
    for number in (1, 2):
        session.agent(number).work({f"{number}.txt": "x\n"}, f"Make {number}.txt")
        session.agent(number).work({f"loose-{number}.txt": "x\n"}, commit=False)
    return shop


def unlocked(path: Path) -> Workshop:
    """The first has ended, and no hook has heard of it."""
    shop = at_work(path)
    unlock(Session(shop).agent(1))
    return shop


def one_ended(path: Path) -> Workshop:
    shop = at_work(path)
    session = Session(shop)
    stop(1)(session)
    session.agent(1).unlock()
    return shop


def all_ended(path: Path) -> Workshop:
    shop = one_ended(path)
    stop(2)(Session(shop))
    Session(shop).agent(2).unlock()
    return shop


def in_background(path: Path) -> Workshop:
    """The first has ended, the second is at work; the model goes on meanwhile."""
    shop = at_work(path, BACKGROUND)
    session = Session(shop)
    for number in (1, 2):
        launched = {"status": "async_launched", "isAsync": True, "agentId": session.agent(number).id}
        session.fire("PostToolUse", **session.agent(number).asked, tool_response=launched)
    step_ended(session)
    stop(1)(session)
    session.agent(1).unlock()
    return shop


def pooled(path: Path) -> Workshop:
    """Worktrees come from the pool, which has one: an executor is at work in another, and one more is called."""
    shop = Workshop.make(path, ("1.1", "1.2", "1.3", "1.4"), state=STATE | {"totalTasks": 4}, init=["--template="])
    shop.start("1.1", "1.2")
    for task in ("1.1", "1.2"):
        shop.work(task, {f"{task}.txt": "x\n"})
        shop.write({"left.ignored": "x\n"}, at=shop.worktree(task))
        shop.finish(task)
    shop.land()
    session = Session(shop, pooled=True)
    session.call("Task 1.3")
    session.ask("Task 1.4")
    session.agent(1).work({"1.txt": "x\n"}, "Make 1.txt")
    return shop


def abandoned(path: Path) -> Workshop:
    """One executor has ended, the other is at work; then the client was killed."""
    shop = fresh(path)
    session = Session(shop, pid=DEAD)
    agents = [session.call("Task 1.1"), session.call("Task 1.2")]
    for agent in agents:
        agent.work({f"{agent.id}.txt": "x\n"}, f"Make {agent.id}")
    agents[1].work({"loose.txt": "x\n"}, commit=False)
    agents[0].stop()
    return shop
