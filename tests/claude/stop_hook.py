"""A model of one of ralph-specum's stop-handlers as a real Stop hook: `stop_hook.py increments|reads LOG`."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))

from stop_handlers import Decision, increments, reads

PATIENCE = 10.0  # seconds


def decide(generation: str, event: dict[str, object]) -> Decision:
    transcript = whole(Path(str(event["transcript_path"])), str(event.get("last_assistant_message", "")))
    if generation == "increments":
        return increments(Path.cwd(), transcript)
    return reads(Path(str(event["cwd"])), transcript, bool(event["stop_hook_active"]))


def whole(path: Path, last: str) -> str:
    """The transcript with the last message in it: on a busy machine the client fires the hook before it writes that.

    The scripts do not wait, and ask for the task again then; that is theirs, and not what is tried here.
    """
    end = time.monotonic() + PATIENCE
    while True:
        text = path.read_text()
        lines = [line for line in text.splitlines() if '"role":"assistant"' in line]
        if time.monotonic() > end or (lines and json.dumps(last, ensure_ascii=False)[1:-1] in lines[-1]):
            return text
        time.sleep(0.05)


def main(generation: str, log: str) -> None:
    decision = decide(generation, json.load(sys.stdin))
    with Path(log).open("a") as file:
        file.write(json.dumps({"allow": decision.allow, "reason": decision.reason}) + "\n")
    if not decision.allow:
        print(json.dumps({"decision": "block", "reason": decision.reason}))


if __name__ == "__main__":
    main(*sys.argv[1:])
