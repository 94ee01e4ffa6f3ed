"""The two stop-handlers as models: what ralph-specum's hooks would decide, and what they would do to the state file.

Written from what the scripts do, step by step, traps included: `stop-handler.sh` (January 2026), which increments
`taskIndex` itself, and `stop-watcher.sh` (April 2026), which reads it. Paths as there: the spec is found through
`specs/.current-spec`, its files through `basePath` of the state.
"""

from __future__ import annotations

import json
import re
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CONTRADICTIONS = re.compile(
    "manual testing required|requires manual|cannot be automated|manual verification needed|needs user interaction"
    "|manual action required|could not complete|unable to complete|skipping verification|skip.*verification",
    re.IGNORECASE,
)

# The state of a spec of five tasks that is being executed, at its second one.
EXECUTING: dict[str, Any] = {
    "phase": "execution",
    "basePath": "./specs/demo",
    "taskIndex": 1,
    "totalTasks": 5,
    "taskIteration": 1,
    "maxTaskIterations": 5,
    "globalIteration": 1,
    "maxGlobalIterations": 100,
}


@dataclass(frozen=True, slots=True)
class Decision:
    """`allow`: the session may stop. `reason`: why, or what a block tells the coordinator."""

    allow: bool
    reason: str


def said(*texts: str, role: str = "assistant") -> str:
    """One transcript line: a message with a text part for each text."""
    parts = [{"type": "text", "text": text} for text in texts]
    return json.dumps({"message": {"role": role, "content": parts}}, separators=(",", ":")) + "\n"


def increments(root: Path, transcript: str) -> Decision:
    """`stop-handler.sh` with the working directory `root`."""
    pointer = root / "specs/.current-spec"
    name = pointer.read_text().rstrip("\n") if pointer.is_file() else ""
    path = root / "specs" / name / ".ralph-state.json"
    if not name or not path.is_file():
        return Decision(True, "no active spec")
    state = _document(path)
    needed = ("taskIndex", "totalTasks", "taskIteration", "maxTaskIterations", "globalIteration", "maxGlobalIterations")
    if state is None or not state.get("phase") or not all(isinstance(state.get(key), int) for key in needed):
        return Decision(True, "state unreadable")
    if state["globalIteration"] >= state["maxGlobalIterations"]:
        return Decision(False, "max global iterations")
    if state.get("awaitingApproval") is True:
        return Decision(True, "awaiting approval")
    if state["phase"] != "execution":
        return Decision(True, "not executing")
    if state["taskIteration"] >= state["maxTaskIterations"]:
        return Decision(False, f"Task {state['taskIndex']} failed after {state['maxTaskIterations']} attempts")
    if state["taskIndex"] >= state["totalTasks"]:
        return _all_done(root, path, pointer, state)
    return _task_done(root, path, state, _last_assistant_text(transcript))


def reads(root: Path, transcript: str, stop_hook_active: bool = False) -> Decision:
    """`stop-watcher.sh` with `.cwd` = `root`. Its sleep of a second after a fresh state is left out."""
    settings = root / ".claude/ralph-specum.local.md"
    front = re.match(r"---\n(.*?)^---$", settings.read_text(), re.DOTALL | re.MULTILINE) if settings.is_file() else None
    if front and re.search(r"^enabled:\s*[\"']?false\b", front[1], re.MULTILINE | re.IGNORECASE):
        return Decision(True, "disabled")
    directory = _current_directory(root, front[1] if front else "")
    path = root / directory / ".ralph-state.json" if directory else None
    if path is None or not path.is_file():
        return Decision(True, "no active spec")
    if re.search(r"(^|\W)ALL_TASKS_COMPLETE(\W|$)", "\n".join(transcript.splitlines()[-500:]), re.MULTILINE):
        return Decision(True, "ALL_TASKS_COMPLETE in the transcript")
    state = _document(path)
    if state is None:
        return Decision(False, "ERROR: Corrupt state file")
    if (state.get("globalIteration") or 1) >= (state.get("maxGlobalIterations") or 100):
        return Decision(True, "max global iterations")
    decision = _watched(root / str(directory) / "tasks.md", state, stop_hook_active)
    if decision.reason in {"", "not executing"} or (not decision.allow and decision.reason.startswith("Continue")):
        for old in (root / str(directory)).rglob(".progress-task-*.md"):
            if time.time() - old.stat().st_mtime > 60 * 60:
                old.unlink()
    return decision


def _all_done(root: Path, path: Path, pointer: Path, state: dict[str, Any]) -> Decision:
    tasks = root / state["basePath"] / "tasks.md"
    ticks = _ticks(tasks) if tasks.is_file() else None
    if ticks is not None and ticks < state["totalTasks"]:
        _write(path, state | {"taskIndex": ticks, "taskIteration": 1, "globalIteration": state["globalIteration"] + 1})
        return Decision(False, "STATE MANIPULATION DETECTED")
    path.unlink()
    pointer.unlink()
    return Decision(True, "all tasks complete")


def _task_done(root: Path, path: Path, state: dict[str, Any], text: str) -> Decision:
    claims = "TASK_COMPLETE" in text
    if claims and any(CONTRADICTIONS.search(line) for line in text.split("\n")):
        return _retry(path, state, "CONTRADICTION DETECTED")
    pages = [f"{state['basePath']}/{name}" for name in ("tasks.md", ".progress.md")]
    status = subprocess.run(
        ["git", "status", "--porcelain", *pages], cwd=root, capture_output=True, text=True, check=False
    )
    if claims and status.stdout:
        return _retry(path, state, "UNCOMMITTED SPEC FILES")
    tasks = root / state["basePath"] / "tasks.md"
    ticks = _ticks(tasks) if tasks.is_file() else None
    if claims and ticks is not None and ticks < state["taskIndex"] + 1:
        return _retry(path, state, "CHECKMARK NOT UPDATED")
    if not claims:
        return _retry(path, state, f"Task {state['taskIndex']} did not complete")
    following = state["taskIndex"] + 1
    _write(path, state | {"taskIndex": following, "taskIteration": 1, "globalIteration": state["globalIteration"] + 1})
    return Decision(False, f"Continue with task {following}")


def _retry(path: Path, state: dict[str, Any], reason: str) -> Decision:
    counted = {key: state[key] + 1 for key in ("taskIteration", "globalIteration")}
    _write(path, state | counted)
    return Decision(False, reason)


def _ticks(tasks: Path) -> int | None:
    """Lines with a lower-case tick. None when there is none: `grep -c … || echo 0` then gives two lines, and every
    comparison with them fails, so that the check lets anything through."""
    return sum(1 for line in tasks.read_text().split("\n") if re.match(r"\s*-\s*\[x\]", line)) or None


def _watched(tasks: Path, state: dict[str, Any], stop_hook_active: bool) -> Decision:
    index, total = state.get("taskIndex") or 0, state.get("totalTasks") or 0
    text = tasks.read_text() if tasks.is_file() else ""
    if state.get("phase") != "execution":
        return Decision(True, "not executing")
    if index >= total:
        left = sum(1 for line in text.split("\n") if re.match(r"\s*- \[ \]", line))
        if total > 0 and left:
            return Decision(False, f"Tasks incomplete: {left} unchecked items")
        return Decision(True, "all tasks verified complete" if total > 0 else "")
    if state.get("awaitingApproval") is True:
        return Decision(True, "awaiting approval")
    if stop_hook_active:
        return Decision(True, "stop_hook_active")
    return Decision(False, f"Continue (Task {index + 1}/{total})\n{_task_blocks(text, index)}\nALL_TASKS_COMPLETE")


def _task_blocks(text: str, index: int) -> str:
    """The block at `index`, counted over `- [ ]` and `- [x]` at column 0; a run of `[P]` from there, at most five."""
    blocks: list[list[str]] = []
    ended = True
    for line in text.split("\n"):
        if re.match(r"- \[[ x]\]", line):
            blocks.append([line])
            ended = False
        elif not ended and (line.startswith("  ") or not line):
            blocks[-1].append(line)
        else:
            ended = True
            if blocks:
                blocks[-1].append("\0")  # a heading or prose: no group goes on behind it
    chosen = blocks[index : index + 1]
    if chosen and "[P]" in chosen[0][0]:
        for above, block in zip(blocks[index : index + 4], blocks[index + 1 : index + 5], strict=False):
            if "[P]" not in block[0] or "\0" in above:
                break
            chosen.append(block)
    return "\n".join(line for block in chosen for line in block if line != "\0").rstrip()


def _current_directory(root: Path, front: str) -> str | None:
    named = re.search(r"^specs_dirs:\s*(.*)$", front, re.MULTILINE)
    listed = [part.strip() for part in re.sub(r'[\[\]"]', "", named[1]).split(",")] if named else []
    default = next((path.rstrip("/") for path in listed if path and (root / path).is_dir()), "./specs")
    pointer = root / default / ".current-spec"
    content = "".join(pointer.read_text().split()).rstrip("/") if pointer.is_file() else ""
    if not content:
        return None
    return content if content.startswith(("./", "/")) else f"{default}/{content}"


def _last_assistant_text(transcript: str) -> str:
    lines = [line for line in transcript.split("\n") if '"role":"assistant"' in line]
    try:
        content = json.loads(lines[-1])["message"]["content"] if lines else []
        return "\n".join(part["text"] for part in content if part["type"] == "text")
    except (ValueError, KeyError, TypeError):
        return ""


def _document(path: Path) -> dict[str, Any] | None:
    try:
        document = json.loads(path.read_text())
    except ValueError:
        return None
    return document if isinstance(document, dict) else None


def _write(path: Path, state: dict[str, Any]) -> None:
    path.write_text(json.dumps(state, indent=2) + "\n")
