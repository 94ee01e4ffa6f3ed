"""A model of one of ralph-specum's stop-handlers as a real Stop hook: `stop_hook.py increments|reads LOG`."""

from __future__ import annotations

import json
import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))

from stop_handlers import Decision, increments, reads


def decide(generation: str, event: dict[str, object]) -> Decision:
    transcript = Path(str(event["transcript_path"])).read_text()
    if generation == "increments":
        return increments(Path.cwd(), transcript)
    return reads(Path(str(event["cwd"])), transcript, bool(event["stop_hook_active"]))


def main(generation: str, log: str) -> None:
    decision = decide(generation, json.load(sys.stdin))
    with Path(log).open("a") as file:
        file.write(json.dumps({"allow": decision.allow, "reason": decision.reason}) + "\n")
    if not decision.allow:
        print(json.dumps({"decision": "block", "reason": decision.reason}))


if __name__ == "__main__":
    main(*sys.argv[1:])
