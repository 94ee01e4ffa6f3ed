"""Steps of a session of Claude Code: each is one event, with what the client does before it fires the hook."""

from __future__ import annotations

from collections.abc import Callable

from pretend_client import DONE, Agent, Session

from ralph_hooks.batch.adopt import BROKEN_OFF
from ralph_hooks.batch.model import Adopted
from ralph_hooks.batch.workplace import open_workplace

Step = Callable[[Session], object]


def ask(task: str) -> Step:
    return lambda session: session.ask(f"Task {task}")


def start(number: int) -> Step:
    return lambda session: session.agent(number).begin()


def stop(number: int) -> Step:
    """It ends, and was sent back for what is not committed before."""
    return lambda session: session.agent(number).stop(stop_hook_active=True)


def die(number: int) -> Step:
    return lambda session: session.fire(
        "StopFailure", session.agent(number), error="unknown", last_assistant_message="API Error: 500"
    )


def returned(number: int) -> Step:
    """The client unlocks the worktree, and the call has its result."""

    def step(session: Session) -> object:
        agent = session.agent(number)
        unlock(agent)
        return session.fire("PostToolUse", **agent.returned())

    return step


def failed(number: int) -> Step:
    def step(session: Session) -> object:
        agent = session.agent(number)
        unlock(agent)
        return session.fire("PostToolUseFailure", **agent.asked, error="API Error: 500", is_interrupt=False)

    return step


def unlock(agent: Agent) -> None:
    agent.session.shop.git("worktree", "unlock", str(agent.place), accept=(0, 128))


def step_ended(session: Session) -> object:
    """All calls of a message have been answered."""
    calls = [{"tool_name": "Agent", "tool_input": {}, "tool_use_id": session.agent(n).call} for n in (1, 2)]
    return session.fire("PostToolBatch", tool_calls=calls)


def prompt(number: int) -> Step:
    """The client tells of a background executor's end, as a prompt."""

    def step(session: Session) -> object:
        agent = session.agent(number)
        unlock(agent)
        facts = {"task-id": agent.id, "tool-use-id": agent.call, "status": "completed", "result": DONE}
        text = "\n".join(f"<{tag}>{value}</{tag}>" for tag, value in facts.items())
        return session.fire("UserPromptSubmit", prompt=f"<task-notification>\n{text}\n</task-notification>")

    return step


def wants_worktree(session: Session) -> object:
    """The second executor is to get a worktree, and the client asks for it."""
    return session.fire("WorktreeCreate", name=session.agent(2).place.name)


def begins(session: Session) -> object:
    return session.fire("SessionStart", source="startup")


def in_main(task: str) -> Step:
    """An executor that nobody has isolated does its task in the main checkout, and its call returns."""

    def step(session: Session) -> object:
        agent = session.agent(int(task[-1]))
        if f"{task}.txt" not in session.shop.tree():
            session.shop.write({f"{task}.txt": "x\n"})
            session.shop.git("add", f"{task}.txt")
            session.shop.git("commit", "--quiet", "-m", f"By hand: {task}")
        return session.fire("PostToolUse", **agent.returned())

    return step


def spoil(number: int) -> Step:
    """Its worktree is half on the base when its hook is killed: nobody can tell any more that it is fresh."""

    def step(session: Session) -> None:
        place = session.agent(number).place
        session.shop.write({"a.txt": "half"}, at=place)
        with open_workplace(session.shop.path) as work:
            batch = work.store.open_batch()
            assert batch
            row = Adopted(session.agent(number).id, batch.id, str(place), f"worktree-{place.name}")
            work.store.put_adopted(row._replace(complaint=BROKEN_OFF))

    return step
