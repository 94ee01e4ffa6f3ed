"""What Claude Code says on standard input, as events. Fields that we do not need are not looked at."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from ralph_hooks.records import NamedTuple

LIMIT = 16 * 1024 * 1024  # bytes; a real event has some kilobytes, one with the output of many tools a megabyte


class PayloadError(ValueError):
    """The input is not an event. Says what is wrong with it, and nothing of what it says: it may hold secrets."""


class Where(NamedTuple):
    """What every event says. `agent`: the subagent that it comes from, None for the session's own conversation."""

    session: str
    cwd: str
    transcript: str  # the session's; those of its subagents stand in a folder of that name
    agent: str | None = None
    agent_type: str | None = None


class SessionBegins(NamedTuple):
    """SessionStart: a new session, or one that goes on after `/clear`, `--resume` or a compaction."""

    where: Where


class PromptGiven(NamedTuple):
    """UserPromptSubmit. A background agent's end is told to the session in this way."""

    where: Where
    prompt: str


class CallBegins(NamedTuple):
    """PreToolUse: the model has called a tool; `input` is what it wrote."""

    where: Where
    call: str
    tool: str
    input: Mapping[str, Any]


class CallReturned(NamedTuple):
    """PostToolUse of an Agent call. `launched`: the agent goes on in the background, so `report` is empty."""

    where: Where
    call: str
    agent: str | None
    launched: bool
    report: str


class CallFailed(NamedTuple):
    """PostToolUseFailure of an Agent call: its agent never began, or died."""

    where: Where
    call: str
    error: str


class StepEnded(NamedTuple):
    """PostToolBatch: every call of one message of the model has been answered. `calls`: their ids."""

    where: Where
    calls: tuple[str, ...]


class WorktreeWanted(NamedTuple):
    """WorktreeCreate: the client wants a worktree called `name` and takes the path of the one that it is told.

    No call and no agent is named; of an agent's worktree the name is `agent-ID`.
    """

    where: Where
    name: str


class AgentBegins(NamedTuple):
    """SubagentStart; again for an agent that is resumed."""

    where: Where


class AgentEnds(NamedTuple):
    """SubagentStop. `again`: it was sent back by a hook, and ends once more."""

    where: Where
    message: str
    notes: str  # path of its transcript
    again: bool


class AgentFails(NamedTuple):
    """StopFailure in a subagent: an API error. No SubagentStop comes."""

    where: Where
    error: str


Event = (
    SessionBegins
    | PromptGiven
    | CallBegins
    | CallReturned
    | CallFailed
    | StepEnded
    | WorktreeWanted
    | AgentBegins
    | AgentEnds
    | AgentFails
)


def read(raw: bytes) -> Event | None:
    """The event in `raw`; None for one that we know nothing of. Raises PayloadError."""
    if len(raw) > LIMIT:
        raise PayloadError(f"more than {LIMIT} bytes")
    try:
        document = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise PayloadError(f"not JSON ({type(error).__name__})") from None
    if not isinstance(document, dict):
        raise PayloadError("not a JSON object")
    make = _MAKERS.get(_text(document, "hook_event_name"))
    return make(_where(document), document) if make else None


def _where(document: Mapping[str, Any]) -> Where:
    return Where(
        session=_text(document, "session_id"),
        cwd=_text(document, "cwd"),
        transcript=_text(document, "transcript_path", ""),
        agent=_text(document, "agent_id", "") or None,
        agent_type=_text(document, "agent_type", "") or None,
    )


def _call_begins(where: Where, document: Mapping[str, Any]) -> Event:
    tool = _text(document, "tool_name")
    return CallBegins(where, _text(document, "tool_use_id"), tool, _object(document, "tool_input"))


def _call_returned(where: Where, document: Mapping[str, Any]) -> Event:
    response = document.get("tool_response")
    said = response if isinstance(response, dict) else {}
    return CallReturned(
        where,
        _text(document, "tool_use_id"),
        agent=_text(said, "agentId", "") or None,
        launched=said.get("status") == "async_launched",
        report=_joined(said.get("content")),
    )


def _step_ended(where: Where, document: Mapping[str, Any]) -> Event:
    calls = document.get("tool_calls")
    if not isinstance(calls, list):
        raise PayloadError("tool_calls is not a list")
    return StepEnded(where, tuple(_text(call, "tool_use_id") for call in calls if isinstance(call, dict)))


def _agent_ends(where: Where, document: Mapping[str, Any]) -> Event:
    message = _text(document, "last_assistant_message", "")
    notes = _text(document, "agent_transcript_path", "")
    return AgentEnds(where, message, notes, again=document.get("stop_hook_active") is True)


def _agent_fails(where: Where, document: Mapping[str, Any]) -> Event:
    said = (_text(document, key, "") for key in ("last_assistant_message", "error_details", "error"))
    return AgentFails(where, next((text for text in said if text), "no reason given"))


_MAKERS: Mapping[str, Callable[[Where, Mapping[str, Any]], Event]] = {
    "SessionStart": lambda where, _: SessionBegins(where),
    "UserPromptSubmit": lambda where, document: PromptGiven(where, _text(document, "prompt", "")),
    "PreToolUse": _call_begins,
    "PostToolUse": _call_returned,
    "PostToolUseFailure": lambda where, document: CallFailed(
        where, _text(document, "tool_use_id"), _text(document, "error", "")
    ),
    "PostToolBatch": _step_ended,
    "WorktreeCreate": lambda where, document: WorktreeWanted(where, _text(document, "name")),
    "SubagentStart": lambda where, _: AgentBegins(where),
    "SubagentStop": _agent_ends,
    "StopFailure": _agent_fails,
}


def _text(document: Mapping[str, Any], key: str, default: str | None = None) -> str:
    value = document.get(key, default)
    if value is None and default is not None:
        return default
    if not isinstance(value, str):
        raise PayloadError(f"{key} is missing" if value is None else f"{key} is not text")
    return value


def _object(document: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = document.get(key)
    if not isinstance(value, dict):
        raise PayloadError(f"{key} is not an object")
    return value


def _joined(content: object) -> str:
    """The text blocks of a result, one after the other."""
    if isinstance(content, str):
        return content
    blocks = content if isinstance(content, list) else []
    texts = [block.get("text") for block in blocks if isinstance(block, dict) and block.get("type") == "text"]
    return "\n".join(text for text in texts if isinstance(text, str))
