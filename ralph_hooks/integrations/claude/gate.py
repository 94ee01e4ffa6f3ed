"""Whether there can be anything to do, before anything else is loaded. Pure."""

from __future__ import annotations

from collections.abc import Collection

from ralph_hooks.integrations.claude.payload import CallBegins

TOOLS = {"Agent", "Task"}  # one tool, by its name of today and its older one


def is_executor(agent_type: str | None, executors: Collection[str]) -> bool:
    """A plugin's agents have its name before theirs: `ralph-specum:spec-executor`."""
    return agent_type is not None and (agent_type in executors or agent_type.rpartition(":")[2] in executors)


def is_own_call(event: CallBegins) -> bool:
    """Does the session itself call an agent? What subagents call is their own matter."""
    return event.where.agent is None and event.tool in TOOLS


def called(event: CallBegins) -> str | None:
    """The type of the agent that is called."""
    kind = event.input.get("subagent_type")
    return kind if isinstance(kind, str) else None
