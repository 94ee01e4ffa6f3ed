"""The hook events that we ask Claude Code for, as data: for the plugin's `hooks.json` and a project's settings alike.

Every hook has an explicit time limit. When it is over the client kills the hook and goes on as if nothing had been
said, so the program's own deadline comes before it: then it can still write down what happened.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from ralph_hooks.records import NamedTuple

AGENT = "Agent|Task"  # `Task` is the tool's older name, and still works
LAUNCHER = "claude-event"  # the file in `hooks/`, and the mark by which a command is known as ours
PLUGIN_COMMAND = f'"${{CLAUDE_PLUGIN_ROOT}}/hooks/{LAUNCHER}"'


class Hook(NamedTuple):
    """One event. Times in seconds: the client kills the hook after `limit`, the program gives up after `deadline`."""

    event: str
    limit: int
    deadline: float
    matcher: str | None = None  # of the tool's name; None: the event has none, or every one is wanted


HOOKS = (
    Hook("SessionStart", 120, 100),
    Hook("UserPromptSubmit", 300, 280),  # may find that the last executor of a batch has ended
    Hook("PreToolUse", 3600, 3500, AGENT),  # waits for a free place, see calls.py
    Hook("SubagentStart", 2400, 2300),  # runs `setup`
    Hook("SubagentStop", 1800, 1700),  # this one and those below land the batch when it is the last to end
    Hook("StopFailure", 1800, 1700),
    Hook("PostToolUse", 1800, 1700, AGENT),
    Hook("PostToolUseFailure", 1800, 1700, AGENT),
    Hook("PostToolBatch", 1800, 1700),
)
# Whoever is asked this makes every worktree of the session, those of other agents too: only where `claude.pool` is set.
POOLING = Hook("WorktreeCreate", 1800, 1700)
EVENTS = {hook.event: hook for hook in (*HOOKS, POOLING)}


def wanted(*, pool: bool) -> tuple[Hook, ...]:
    """The events that a project asks for. `pool`: its `claude.pool`."""
    return (*HOOKS, POOLING) if pool else HOOKS


def hooks_object(launcher: str, *, pool: bool = False) -> dict[str, Any]:
    """The `hooks` object of a settings file or a `hooks.json`.

    `launcher`: a shell command that takes the event's name as its last argument; it must hold LAUNCHER.
    """
    return {hook.event: [_entry(hook, launcher)] for hook in wanted(pool=pool)}


def _entry(hook: Hook, launcher: str) -> dict[str, Any]:
    matcher = {} if hook.matcher is None else {"matcher": hook.matcher}
    command = {"type": "command", "command": f"{launcher} {hook.event}", "timeout": hook.limit}
    return {**matcher, "hooks": [command]}


def plugin_hooks() -> str:
    """The text of the plugin's `hooks/hooks.json`."""
    document = {
        "description": "Parallel tasks in worktrees of their own, landed in order",
        "hooks": hooks_object(PLUGIN_COMMAND),
    }
    return json.dumps(document, indent=2) + "\n"


if __name__ == "__main__":
    sys.stdout.write(plugin_hooks())
