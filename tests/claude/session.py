"""One run of the real client in a scratch repository: loopback only, the model scripted, and what happened as data."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from client import client
from scripted_model import Turn, Use, texts
from workshop import Workshop

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent

Scripts = Mapping[str, Sequence[Turn]]

_RECORDED = {
    name: matcher
    for names, matcher in (
        (("SessionStart", "SubagentStart", "SubagentStop", "StopFailure", "PostToolBatch", "Stop"), ""),
        (("UserPromptSubmit", "SessionEnd"), ""),
        (("PreToolUse", "PostToolUse", "PostToolUseFailure"), "Agent"),
    )
    for name in names
}


@dataclass(frozen=True, slots=True)
class Event:
    """A hook event as the client gave it, and the commit that was checked out in the project then."""

    name: str
    time: float
    head: str
    payload: Mapping[str, Any]

    @property
    def cwd(self) -> Path:
        return Path(self.payload["cwd"])

    @property
    def of_root(self) -> bool:
        return "agent_id" not in self.payload


@dataclass(frozen=True, slots=True)
class Played:
    """What came of a session. `stream`: the client's own account; `requests`: what the model was asked, in order."""

    shop: Workshop
    code: int
    stream: Sequence[Mapping[str, Any]]
    requests: Sequence[Mapping[str, Any]]
    events: Sequence[Event]
    stderr: str

    def named(self, name: str) -> list[Event]:
        return [event for event in self.events if event.name == name]

    def told(self, script: str, turn: int) -> str:
        """What the model was sent, as JSON, before it took this turn of a script."""
        asked = (request for request in self.requests if (request["script"], request["turn"]) == (script, turn))
        return json.dumps(next(asked)["messages"], ensure_ascii=False)

    def added(self, script: str, turn: int) -> str:
        """What hooks added to what the model was told before this turn, since the one before."""
        messages = json.loads(self.told(script, turn))
        said = (place for place, message in enumerate(messages) if message["role"] == "assistant")
        news = (text for message in messages[max(said, default=-1) + 1 :] for text in texts(message))
        return "\n".join(text for text in news if "hook additional context:" in text)

    def __repr__(self) -> str:
        """For failing tests: the order of events, who said what, and our own log."""
        order = [f"{event.time:.2f} {event.name} {event.payload.get('agent_id', '')}" for event in self.events]
        said = [line for message in self.stream for line in _outline(message)]
        logs = [path.read_text() for path in sorted(self.shop.path.glob(".git/ralph/*.log"))]
        return "\n".join(["", f"exit {self.code}", *order, *said, *logs, self.stderr])


def _outline(line: Mapping[str, Any]) -> list[str]:
    """One line for each content block of what somebody said."""
    if line["type"] not in {"assistant", "user"}:
        return []
    who = f"{line['type']} {line.get('agent_id', 'root')}"
    content = line["message"]["content"]
    return [f"{who}: {block}" for block in ([content] if isinstance(content, str) else content)]


def bash(command: str) -> Use:
    return Use("Bash", {"command": command, "description": "Work on the task"})


def write(files: Mapping[str, str]) -> str:
    """A shell command that writes these files, below the current directory."""
    folders = sorted({os.path.dirname(name) for name in files} - {""})
    made = [shlex.join(["mkdir", "-p", *folders])] if folders else []
    return " && ".join(made + [f"printf %s {shlex.quote(files[name])} > {shlex.quote(name)}" for name in files])


def play(shop: Workshop, scripts: Scripts, *options: str, hooks: Mapping[str, str] = MappingProxyType({})) -> Played:
    """Run the client in `shop` with the conversation `root`; every other script is that of a subagent.

    `options` go to the client; `hooks` are more hooks of the user's, event -> command.
    """
    stage = Stage(shop.path.parent / f"session of {shop.path.name}")
    stage.set(scripts, {"hooks": _hooks(stage.events, hooks)})
    verbose = ("--output-format", "stream-json", "--verbose", "--dangerously-skip-permissions")
    done = stage.perform([client(), "-p", "SCRIPT:root", *verbose, *options], shop.path)
    events = [_event(record) for record in _lines(stage.events.read_text())]
    return Played(shop, done.returncode, _lines(done.stdout), _lines(stage.requests.read_text()), events, done.stderr)


class Stage:
    """What a run needs beside the repository: a HOME for the client, the scripts, and where requests and events go."""

    def __init__(self, place: Path) -> None:
        self.home = place / "home"
        self.scripts, self.requests, self.events = (place / name for name in ("scripts", "requests", "events"))

    @property
    def env(self) -> dict[str, str]:
        """All that the client and its hooks see; no key is real. Our own program comes first on PATH."""
        return {
            "PATH": f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin",
            "HOME": str(self.home),
            "LANG": "C.UTF-8",
            "TERM": "dumb",
            "IS_SANDBOX": "1",  # lets root skip the permissions
            "ANTHROPIC_API_KEY": "no-key",
            "CLAUDE_CODE_MAX_RETRIES": "1",
            "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
            "DISABLE_AUTOUPDATER": "1",
            "DISABLE_ERROR_REPORTING": "1",
            "DISABLE_TELEMETRY": "1",
        }

    def set(self, scripts: Scripts, settings: Mapping[str, Any]) -> None:
        (self.home / ".claude").mkdir(parents=True, exist_ok=True)
        (self.home / ".gitconfig").write_text("[user]\n\tname = Ada\n\temail = ada@example.org\n")
        (self.home / ".claude/settings.json").write_text(json.dumps(settings))
        self.scripts.write_text(json.dumps({name: [asdict(turn) for turn in turns] for name, turns in scripts.items()}))
        for log in (self.requests, self.events):
            log.write_text("")

    def perform(self, command: Sequence[str | Path], place: Path, **env: str) -> subprocess.CompletedProcess[str]:
        """Run a command in `place`, with the model within reach and nothing else."""
        model = [sys.executable, HERE / "scripted_model.py", self.scripts, self.requests]
        return subprocess.run(
            [*_alone(), *model, *command],
            cwd=place,
            env={**self.env, **env},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )


def _alone() -> list[str]:
    """A network with a loopback and nothing else. Who is not root needs a user namespace for it."""
    return ["unshare", "--net"] if os.geteuid() == 0 else ["unshare", "--map-root-user", "--net"]


def _hooks(log: Path, more: Mapping[str, str]) -> dict[str, list[dict[str, Any]]]:
    recorder = shlex.join([sys.executable, str(HERE / "hook_recorder.py"), str(log)])
    entries = {name: [_entry(recorder, matcher)] for name, matcher in _RECORDED.items()}
    for name, command in more.items():
        entries[name].append(_entry(command, _RECORDED[name]))
    return entries


def _entry(command: str, matcher: str) -> dict[str, Any]:
    return {"matcher": matcher, "hooks": [{"type": "command", "command": command, "timeout": 30}]}


def _event(record: Mapping[str, Any]) -> Event:
    payload = record["payload"]
    return Event(payload["hook_event_name"], record["time"], record["head"], payload)


def _lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]
