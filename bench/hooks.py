"""What a hook of Claude Code costs when there is nothing for it to do. See README.md here.

    python bench/hooks.py [--rounds 30]

Whole processes, taking turns, in a scratch repository without a batch. Only ratios to `python -c pass` of the same
environment are printed; exit code 1: one was above what is allowed.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
ALLOWED = 4.0  # times `python -c pass`, of what the client calls
PASS = (sys.executable, "-c", "pass")
PROGRAM = (str(Path(sys.executable).with_name("ralph-hooks")), "hook", "claude")
LAUNCHER = (str(ROOT / "hooks" / "claude-event"),)


class Case(NamedTuple):
    """One hook call: what is run, and the event on its standard input."""

    name: str
    command: tuple[str, ...]
    event: Mapping[str, object]


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--rounds", type=int, default=30)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        subprocess.run(["git", "init", "--quiet", place], check=True)
        cases = _cases(place)
        times: dict[str, list[float]] = {case.name: [] for case in cases}
        for _ in range(args.rounds):
            for case in cases:
                times[case.name].append(_seconds(case, place))
    return _report(times)


def _cases(place: Path) -> list[Case]:
    tool = {"description": "look", "prompt": "Look around. " * 200, "subagent_type": "Explore"}
    call = {"tool_name": "Agent", "tool_use_id": "toolu_1", "tool_input": tool}
    step = {"tool_calls": [call | {"tool_response": "text " * 2000}]}
    common = {"session_id": "s", "transcript_path": "/tmp/s.jsonl", "cwd": str(place)}
    events = {
        "PreToolUse": common | {"hook_event_name": "PreToolUse"} | call,
        "PostToolBatch": common | {"hook_event_name": "PostToolBatch"} | step,
    }
    ways = {"launcher": LAUNCHER, "program alone": PROGRAM}
    found = [
        Case(f"{event}, {way}", (*command, event), payload)
        for event, payload in events.items()
        for way, command in ways.items()
    ]
    return [Case("pass", PASS, {}), *found]


def _seconds(case: Case, place: Path) -> float:
    env = os.environ | {"RALPH_HOOKS": PROGRAM[0]}
    begun = time.perf_counter()
    subprocess.run(
        case.command, cwd=place, env=env, input=json.dumps(case.event).encode(), check=True, capture_output=True
    )
    return time.perf_counter() - begun


def _report(times: Mapping[str, list[float]]) -> int:
    unit = statistics.median(times["pass"])
    worst = 0.0
    for name, found in times.items():
        ratio = statistics.median(found) / unit
        worst = max(worst, ratio) if "launcher" in name else worst
        rounds = sorted(one / base for one, base in zip(found, times["pass"], strict=True))
        print(f"{name:30} {ratio:6.2f} times `python -c pass`  ({rounds[0]:.2f} to {rounds[-1]:.2f})")
    verdict = "ok" if worst <= ALLOWED else "MISSED"
    print(f"allowed for the launcher: {ALLOWED:.2f}  {verdict}")
    return 0 if worst <= ALLOWED else 1


if __name__ == "__main__":
    sys.exit(main())
