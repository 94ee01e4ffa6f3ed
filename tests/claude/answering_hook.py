"""A hook that answers in each of the forms that ours use, to see what the client makes of them.

`answering_hook.py LOG`: notes which worktrees the client holds locked, then answers the event on standard input.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any


def answer(event: dict[str, Any]) -> dict[str, Any]:
    name = event["hook_event_name"]
    if name == "PreToolUse":
        return {"hookSpecificOutput": {"hookEventName": name, **_permission(event["tool_input"])}}
    if name == "SubagentStop" and not event["stop_hook_active"]:
        return {"decision": "block", "reason": "Commit first."}
    if name == "PostToolBatch" and "agent_id" not in event:
        return {"hookSpecificOutput": {"hookEventName": name, "additionalContext": "Landed all.\nSAY_THIS"}}
    return {}


def _permission(call: dict[str, Any]) -> dict[str, Any]:
    if call["description"] == "denied":
        return {"permissionDecision": "deny", "permissionDecisionReason": "not this one"}
    prompt = f"Preamble <!-- mark {call['description']} -->\n{call['prompt']}"
    return {"updatedInput": {**call, "prompt": prompt, "isolation": "worktree", "run_in_background": False}}


def main(log: str) -> None:
    event = json.load(sys.stdin)
    listed = subprocess.run(["git", "worktree", "list", "--porcelain"], capture_output=True, text=True, check=True)
    locked = [block.split("\n")[0] for block in listed.stdout.split("\n\n") if "\nlocked" in block]
    with Path(log).open("a") as file:
        file.write(json.dumps({"event": event, "locked": [line.removeprefix("worktree ") for line in locked]}) + "\n")
    print(json.dumps(answer(event)))


if __name__ == "__main__":
    main(sys.argv[1])
