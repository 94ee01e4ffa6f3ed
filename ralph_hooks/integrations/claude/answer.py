"""What a hook may answer, as the client wants it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

Answer = Mapping[str, Any] | str  # JSON, or one line of text


def context(event: str, text: str) -> Answer:
    """Tell the model something, and let everything go on."""
    return _specific(event, additionalContext=text)


def isolate(tool_input: Mapping[str, Any], text: str | None = None) -> Answer:
    """Let the call go on with another input: the whole of it, since it replaces the one that the model wrote."""
    more = {} if text is None else {"additionalContext": text}
    return _specific("PreToolUse", updatedInput=dict(tool_input), **more)


def deny(reason: str) -> Answer:
    """Do not make the call, and tell the model why."""
    return _specific("PreToolUse", permissionDecision="deny", permissionDecisionReason=reason)


def send_back(reason: str) -> Answer:
    """Let a subagent go on with this text, although it wanted to end."""
    return {"decision": "block", "reason": reason}


def made(worktree: Path) -> Answer:
    """The worktree that the client has asked for. This answer is no JSON."""
    return str(worktree)


def _specific(event: str, **said: Any) -> Answer:
    return {"hookSpecificOutput": {"hookEventName": event, **said}}
