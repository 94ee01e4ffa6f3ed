"""What a hook of Claude Code costs when there is nothing for it to do, and while a batch is open. See README.md here.

    python bench/hooks.py [--rounds 30]

Whole processes, taking turns, in two scratch repositories, one of which has an open batch. Only ratios to `python -c
pass` of the same environment are printed; exit code 1: one was above what is allowed.
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

from scratch import compiled

from ralph_hooks.integrations.claude.registration import HOOKS

ROOT = Path(__file__).resolve().parents[1]
ALLOWED, ALLOWED_OPEN = 1.0, 8.0  # times `python -c pass`, of what the client calls: nothing to do; an open batch
OPEN = "open batch"
TASKS = "# Tasks\n\n## Phase 1\n\n- [ ] 1.1 [P] One\n  - **Do**: it\n- [ ] 1.2 [P] Two\n  - **Do**: it\n"
COMMIT = ("-c", "user.name=B", "-c", "user.email=b@example.org", "commit", "--quiet", "-m", "Begin")
PASS = (sys.executable, "-c", "pass")
PROGRAM = (str(Path(sys.executable).with_name("ralph-hooks")), "hook", "claude")
LAUNCHER = (str(ROOT / "hooks" / "claude-event"),)


class Case(NamedTuple):
    """One hook call: what is run in which repository, and the event on its standard input."""

    name: str
    place: Path
    command: tuple[str, ...]
    event: Mapping[str, object]


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--rounds", type=int, default=30)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        compiled()
        bare, busy = Path(folder, "bare"), Path(folder, "busy")
        subprocess.run(["git", "init", "--quiet", bare], check=True)
        _open_batch(busy)
        cases = [*_cases(bare), *_open_cases(busy)]
        times: dict[str, list[float]] = {case.name: [] for case in cases}
        for number in range(args.rounds + 1):
            for case in cases:
                took = _seconds(case)
                if number:  # the first round warms up
                    times[case.name].append(took)
        if not (busy / ".git" / "ralph" / "claude").exists():
            raise AssertionError("the batch is not open any more: nothing was measured")
    return _report(times)


def _cases(place: Path) -> list[Case]:
    tool = {"description": "look", "prompt": "Look around. " * 200, "subagent_type": "Explore"}
    call = {"tool_name": "Agent", "tool_use_id": "toolu_1", "tool_input": tool}
    step = {"tool_calls": [call | {"tool_response": "text " * 2000}]}
    common = _common(place)
    events = {
        "PreToolUse": common | {"hook_event_name": "PreToolUse"} | call,
        "PostToolBatch": common | {"hook_event_name": "PostToolBatch"} | step,
    }
    ways = {"launcher": LAUNCHER, "program alone": PROGRAM}
    found = [
        Case(f"{event}, {way}", place, (*command, event), payload)
        for event, payload in events.items()
        for way, command in ways.items()
    ]
    return [Case("pass", place, PASS, {}), *found]


def _common(place: Path) -> dict[str, object]:
    return {"session_id": "s", "transcript_path": str(place.parent / "s.jsonl"), "cwd": str(place)}


def _open_batch(place: Path) -> None:
    """A repository with a list, whose two tasks a session has given to executors that are still at work.

    In the background, so that the end of a message ends neither.
    """
    spec = place / "specs" / "demo"
    spec.mkdir(parents=True)
    (spec / "tasks.md").write_text(TASKS)
    (spec / ".progress.md").write_text("# Progress\n")
    for command in (("init", "--quiet"), ("add", "."), COMMIT):
        subprocess.run(["git", *command], cwd=place, check=True)
    for task in ("1.1", "1.2"):
        _begin_executor(place, task)


def _begin_executor(place: Path, task: str) -> None:
    """The client calls one, makes its worktree and notes, and lets it begin."""
    name, call = f"agent-a{task}", f"toolu_{task}"
    said = {"description": "work", "prompt": f"Task {task}, in specs/demo", "subagent_type": "spec-executor"}
    asked = {"hook_event_name": "PreToolUse", "tool_name": "Agent", "tool_use_id": call, "tool_input": said}
    _seconds(Case("", place, (*PROGRAM, "PreToolUse"), _common(place) | asked))
    worktree = place / ".claude" / "worktrees" / name
    subprocess.run(["git", "worktree", "add", "--quiet", "-b", name, worktree], cwd=place, check=True)
    notes = place.parent / "s" / "subagents" / name
    notes.parent.mkdir(parents=True, exist_ok=True)
    notes.with_name(f"{name}.meta.json").write_text(json.dumps({"toolUseId": call}))
    notes.with_name(f"{name}.jsonl").write_text(json.dumps({"message": {"content": said["prompt"]}}) + "\n")
    agent = {"agent_id": f"a{task}", "agent_type": "spec-executor", "cwd": str(worktree)}
    begins = _common(place) | agent | {"hook_event_name": "SubagentStart"}
    _seconds(Case("", place, (*PROGRAM, "SubagentStart"), begins))
    launched = asked | {"hook_event_name": "PostToolUse", "tool_response": {"status": "async_launched"}}
    _seconds(Case("", place, (*PROGRAM, "PostToolUse"), _common(place) | launched))


def _open_cases(place: Path) -> list[Case]:
    """Every event that we are registered for, while executors are at work: whatever of it neither begins nor ends one.

    Of those that may be about an agent there are two: about an executor, and about another agent.
    """
    other = {"agent_id": "a1", "agent_type": "Explore"}
    own = {"agent_id": "a1.1", "agent_type": "spec-executor", "cwd": str(place / ".claude/worktrees/agent-a1.1")}
    look, work = (
        {
            "tool_name": "Agent",
            "tool_use_id": "toolu_9",
            "tool_input": {"prompt": "Do it. " * 200, "subagent_type": kind},
        }
        for kind in ("Explore", "spec-executor")
    )
    step = {"tool_calls": [look | {"tool_response": "text " * 2000}]}
    said = {"stop_hook_active": False, "last_assistant_message": "Seen."}
    failed = {"error": "rate_limit"}
    cases: tuple[tuple[str, str, Mapping[str, object]], ...] = (
        ("SessionStart", "", {"source": "resume"}),
        ("UserPromptSubmit", "", {"prompt": "How is it going?"}),
        ("PreToolUse", "another agent", look),
        ("SubagentStart", "an executor again", own),
        ("SubagentStart", "another agent", other),
        ("SubagentStop", "another agent", other | said),
        ("StopFailure", "the session", failed),
        ("StopFailure", "another agent", other | failed),
        ("PostToolUse", "an executor of no batch", work | {"tool_response": {"status": "completed"}}),
        ("PostToolUse", "another agent", look | {"tool_response": {"status": "completed"}}),
        ("PostToolUseFailure", "an executor of no batch", work | failed),
        ("PostToolUseFailure", "another agent", look | failed),
        ("PostToolBatch", "the session", step),
        ("PostToolBatch", "an executor", own | step),
    )
    if missed := {hook.event for hook in HOOKS} - {event for event, _, _ in cases}:
        raise AssertionError(f"not measured: {', '.join(missed)}")
    return [
        Case(
            ", ".join(filter(None, (event, whose, OPEN))),
            place,
            (*LAUNCHER, event),
            _common(place) | {"hook_event_name": event} | payload,
        )
        for event, whose, payload in cases
    ]


def _seconds(case: Case) -> float:
    env = os.environ | {"RALPH_HOOKS": PROGRAM[0], "CLAUDE_PID": str(os.getpid())}
    begun = time.perf_counter()
    subprocess.run(
        case.command, cwd=case.place, env=env, input=json.dumps(case.event).encode(), check=True, capture_output=True
    )
    return time.perf_counter() - begun


def _report(times: Mapping[str, list[float]]) -> int:
    unit = statistics.median(times["pass"])
    missed = False
    for name, found in times.items():
        ratio = statistics.median(found) / unit
        missed |= ratio > (ALLOWED if "launcher" in name else ALLOWED_OPEN)
        rounds = sorted(one / base for one, base in zip(found, times["pass"], strict=True))
        print(f"{name:56} {ratio:6.2f} times `python -c pass`  ({rounds[0]:.2f} to {rounds[-1]:.2f})")
    print(f"allowed: {ALLOWED:.2f} for the launcher, {ALLOWED_OPEN:.2f} with an {OPEN}  {'MISSED' if missed else 'ok'}")
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
