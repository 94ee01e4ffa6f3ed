"""Claude Code as our hooks see it: events in its order, worktrees as it makes them, answers taken as it takes them.

The hooks run in this process. What the real client does is in test_client_facts.py.
"""

from __future__ import annotations

import io
import json
import os
from collections.abc import Mapping
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest import mock

from workshop import Workshop

from ralph_hooks.cli import main

EXECUTOR = "ralph-specum:spec-executor"
DONE = "All is well.\nTASK_COMPLETE"
Answer = dict[str, Any]


@dataclass
class Agent:
    """A subagent that is at work. `input`: of its call, as the hooks changed it."""

    session: Session
    call: str
    id: str
    kind: str
    input: dict[str, Any]
    place: Path

    def begin(self) -> Answer:
        return self.session.fire("SubagentStart", agent=self)

    def work(self, files: Mapping[str, str | bytes | None], message: str = "Work", *, commit: bool = True) -> None:
        self.session.shop.write(files, at=self.place)
        if commit:
            self.session.shop.commit(message, at=self.place)

    def stop(self, message: str = DONE, **more: Any) -> Answer:
        return self.session.fire("SubagentStop", agent=self, **{**self.ending(message), **more})

    def end(self, message: str = DONE) -> None:
        """It stops, the client unlocks its worktree, and its call returns."""
        assert self.stop(message) == {}
        self.unlock()
        self.session.fire("PostToolUse", **self.returned(message))

    def die(self, reason: str = "API Error: 500") -> None:
        self.session.fire("StopFailure", agent=self, error="unknown", last_assistant_message=reason)
        self.unlock()
        error = f"Agent terminated early due to an API error: {reason}"
        self.session.fire("PostToolUseFailure", **self.asked, error=error, is_interrupt=False)

    def ending(self, message: str = DONE) -> dict[str, Any]:
        """What SubagentStop says of it."""
        said = {"last_assistant_message": message, "agent_transcript_path": str(self.transcript)}
        return {"stop_hook_active": False, **said}

    def returned(self, message: str = DONE) -> dict[str, Any]:
        """What PostToolUse says of its call."""
        content = [{"type": "text", "text": message}]
        return {**self.asked, "tool_response": {"status": "completed", "agentId": self.id, "content": content}}

    def unlock(self) -> None:
        if self.place != self.session.shop.path and not self.session.pooled:
            self.session.shop.git("worktree", "unlock", str(self.place))

    @property
    def asked(self) -> dict[str, Any]:
        return {"tool_name": "Agent", "tool_input": self.input, "tool_use_id": self.call}

    @property
    def transcript(self) -> Path:
        return self.session.subagents / f"agent-{self.id}.jsonl"


@dataclass
class Session:
    """One session of the client in the repository of `shop`."""

    shop: Workshop
    id: str = "sid-1"
    pid: int = field(default_factory=os.getpid)
    calls: list[str] = field(default_factory=list)  # of the message that is being answered
    made: int = 0
    told: str = ""  # the last context that the model was given
    pooled: bool = False  # it has our hook make the worktrees

    def fire(self, event: str, agent: Agent | None = None, **said: Any) -> Answer:
        """Let the client call our hook. Gives its answer, {} for none."""
        answer = self.raw(event, self.payload(event, agent, **said))
        self.told = answer.get("hookSpecificOutput", {}).get("additionalContext", self.told)
        return answer

    def payload(self, event: str, agent: Agent | None = None, **said: Any) -> bytes:
        """What our hook gets on its standard input."""
        document = {
            "session_id": self.id,
            "transcript_path": str(self.subagents.parent.with_suffix(".jsonl")),
            "cwd": str(agent.place if agent else self.shop.path),
            "permission_mode": "default",
            **({"agent_id": agent.id, "agent_type": agent.kind} if agent else {}),
            "hook_event_name": event,
            **said,
        }
        return json.dumps(document).encode()

    @property
    def env(self) -> dict[str, str]:
        """What the client adds to the environment of our hook."""
        return {"CLAUDE_PID": str(self.pid), "CLAUDE_PROJECT_DIR": str(self.shop.path)}

    def raw(self, event: str, text: bytes) -> Answer:
        answer: Answer = json.loads(self.said(event, text) or "{}")
        return answer

    def said(self, event: str, text: bytes, code: int = 0) -> str:
        """What our hook says on its standard output."""
        out = io.StringIO()
        stdin = SimpleNamespace(buffer=io.BytesIO(text))
        with redirect_stdout(out), mock.patch("sys.stdin", stdin), mock.patch.dict(os.environ, self.env):
            assert main(["hook", "claude", event]) == code
        return out.getvalue()

    def ask(self, prompt: str, kind: str = EXECUTOR, **more: Any) -> tuple[str, Answer]:
        """The model calls an agent. Gives the call's id and the hook's answer."""
        self.made += 1
        call = f"toolu_{self.id}_{self.made}"
        self.calls.append(call)
        wanted = {"description": "a task", "prompt": prompt, "subagent_type": kind, **more}
        return call, self.fire("PreToolUse", tool_name="Agent", tool_input=wanted, tool_use_id=call)

    def call(self, prompt: str, **more: Any) -> Agent:
        """The model calls an executor, the client makes its worktree, and it begins."""
        call, answer = self.ask(prompt, **more)
        given = answer["hookSpecificOutput"]["updatedInput"]
        assert given["isolation"] == "worktree", given
        agent = self.launch(call, given)
        agent.begin()
        return agent

    def launch(self, call: str, given: dict[str, Any], base: str = "HEAD") -> Agent:
        """Make a worktree as the client does, locked, and its notes."""
        agent = self.agent(self.made, call, given)
        name, place = agent.place.name, str(agent.place)
        if self.pooled:
            assert self.asked_for(name) == f"{place}\n"
        else:
            self.shop.git("worktree", "add", "--quiet", "--no-track", "-B", f"worktree-{name}", place, base)
            self.shop.git("worktree", "lock", "--reason", f"claude agent {name} (pid {self.pid} start 1)", place)
        self.subagents.mkdir(parents=True, exist_ok=True)
        agent.transcript.with_suffix(".meta.json").write_text(json.dumps({"toolUseId": call}))
        agent.transcript.write_text(json.dumps({"message": {"content": given["prompt"]}}) + "\n")
        return agent

    def asked_for(self, name: str, code: int = 0) -> str:
        """What our hook says when it is asked for a worktree of that name."""
        return self.said("WorktreeCreate", self.payload("WorktreeCreate", name=name), code)

    def agent(self, number: int, call: str = "", given: dict[str, Any] | None = None) -> Agent:
        """The executor of the call of this number, whether it has begun or not."""
        name = f"a{number:016x}"
        given = given or {"prompt": "", "subagent_type": EXECUTOR}
        place = self.shop.path / ".claude" / "worktrees" / f"agent-{name}"
        return Agent(self, call or f"toolu_{self.id}_{number}", name, str(given["subagent_type"]), given, place)

    def step(self, *others: str) -> str:
        """All calls of the message have been answered. Gives what the model is told."""
        calls = [{"tool_name": "Agent", "tool_input": {}, "tool_use_id": call} for call in (*self.calls, *others)]
        self.calls = []
        answer = self.fire("PostToolBatch", tool_calls=calls)
        assert set(answer) <= {"hookSpecificOutput"}
        return str(answer.get("hookSpecificOutput", {}).get("additionalContext", ""))

    @property
    def subagents(self) -> Path:
        return self.shop.path.parent / f"{self.shop.path.name}-notes" / self.id / "subagents"

    @property
    def log(self) -> str:
        path = self.shop.path / ".git" / "ralph" / "errors.log"
        return path.read_text() if path.exists() else ""
