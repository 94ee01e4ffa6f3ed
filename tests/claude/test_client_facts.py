"""What our hooks build on, as the client does it without them. A version of it that differs fails here first."""

from __future__ import annotations

import json
import shlex
import sys
from pathlib import Path
from typing import Any

import pytest
from scratch_spec import EXECUTOR
from scripted_model import Turn, Use
from session import HERE, Played, bash, play, write
from workshop import Workshop

pytestmark = [pytest.mark.slow, pytest.mark.client]

ANSWERED = ("PreToolUse", "SubagentStop", "PostToolUse", "PostToolBatch")


ENDS_AND_STARTS = ("SubagentStart", "SubagentStop", "StopFailure")


def call(name: str, **more: Any) -> Use:
    return Use("Agent", {"description": name, "prompt": f"SCRIPT:{name}", "subagent_type": "spec-executor", **more})


def work(name: str) -> list[Turn]:
    return [Turn(uses=[bash(f"{write({name: name})} && ls")]), Turn(says=f"Left {name}"), Turn(says=f"End of {name}")]


def names(played: Played) -> list[str]:
    """The order of events, without those of tools inside subagents."""
    return [event.name for event in played.events if event.of_root or event.name in ENDS_AND_STARTS]


@pytest.fixture
def shop(tmp_path: Path) -> Workshop:
    shop = Workshop.make(tmp_path / "repo", files={".claude/agents/spec-executor.md": EXECUTOR})
    shop.git("clone", "--quiet", "--bare", ".", "../origin")
    shop.git("remote", "add", "origin", "../origin")
    shop.git("fetch", "--quiet", "origin")
    shop.git("remote", "set-head", "origin", "main")
    shop.write({"unpushed": ""})
    shop.commit("Not pushed")
    return shop


def let_answer(shop: Workshop, log: Path) -> None:
    """Give the repository the hook that answers."""
    command = shlex.join([sys.executable, str(HERE / "answering_hook.py"), str(log)])
    entry = [{"matcher": "", "hooks": [{"type": "command", "command": command}]}]
    shop.write({".claude/settings.local.json": json.dumps({"hooks": dict.fromkeys(ANSWERED, entry)})})


def notes(log: Path, name: str) -> list[dict[str, Any]]:
    """What it noted of these events, without those of tools inside subagents."""
    noted = [json.loads(line) for line in log.read_text().splitlines()]
    outside = [note for note in noted if name in ENDS_AND_STARTS or "agent_id" not in note["event"]]
    return [note for note in outside if note["event"]["hook_event_name"] == name]


def test_every_answer_is_honoured_in_the_foreground(shop: Workshop, tmp_path: Path) -> None:
    log = tmp_path / "notes"
    let_answer(shop, log)
    root = [Turn(uses=[call("a"), call("denied"), call("b")]), Turn(repeats="SAY_.*")]
    played = play(shop, {"root": root, "a": work("a"), "b": work("b")})

    begin = ["SessionStart", "UserPromptSubmit", *["PreToolUse"] * 3, *["SubagentStart"] * 2]
    assert names(played)[:7] == begin, played
    assert sorted(names(played)[7:-3]) == [*["PostToolUse"] * 2, *["SubagentStop"] * 4], played
    assert names(played)[-3:] == ["PostToolBatch", "Stop", "SessionEnd"], played

    assert "Preamble <!-- mark a -->" in played.told("a", 0)
    assert "Commit first." in played.told("a", 2), "SubagentStop sends back"
    assert played.named("Stop")[0].payload["last_assistant_message"] == "SAY_THIS", "PostToolBatch is heard before Stop"
    calls = played.named("PostToolBatch")[-1].payload["tool_calls"]
    assert [call["tool_input"]["description"] for call in calls] == ["a", "denied", "b"]
    assert "isolation" not in calls[0]["tool_input"], "it shows what the model wrote"
    assert calls[1]["tool_response"] == "PreToolUse:Agent hook error: not this one"

    assert {len(note["locked"]) for note in notes(log, "SubagentStop")} <= {1, 2}, (
        "locked as long as the agent is there"
    )
    for note in notes(log, "PostToolUse"):
        assert note["event"]["tool_response"]["worktreePath"] not in note["locked"]
    for start in played.named("SubagentStart"):
        assert start.cwd.parent == shop.path / ".claude/worktrees"
        assert not (start.cwd / "unpushed").exists(), "a worktree begins at origin's branch"


def test_the_transcript_of_a_subagent_names_the_call(shop: Workshop) -> None:
    root = [Turn(uses=[call("a", isolation="worktree", run_in_background=False)])]
    played = play(shop, {"root": root, "a": work("a")})
    stop = played.named("SubagentStop")[0].payload
    transcript = Path(stop["agent_transcript_path"])
    assert "SCRIPT:a" in transcript.read_text().split("\n")[0]
    facts = json.loads(transcript.with_suffix(".meta.json").read_text())
    assert facts["toolUseId"] == played.named("PreToolUse")[0].payload["tool_use_id"]
    assert facts["worktreePath"] == stop["cwd"]


def test_a_dying_subagent_has_no_stop_and_loses_its_worktree(shop: Workshop, tmp_path: Path) -> None:
    late = shlex.join(["sh", "-c", f'here=$PWD; sleep 1; ls "$here" > {shlex.quote(str(tmp_path / "late"))} 2>&1'])
    failing = {"StopFailure": [{"hooks": [{"type": "command", "command": late}]}]}
    shop.write({".claude/settings.local.json": json.dumps({"hooks": failing})})
    calls = [call(name, isolation="worktree", run_in_background=False) for name in "ab"]
    still = [Turn(uses=[bash("sleep 2")]), Turn(says="End of b")]
    played = play(shop, {"root": [Turn(uses=calls)], "a": [Turn(status=400)], "b": still})

    (dead,), (ended,) = played.named("StopFailure"), played.named("SubagentStop")
    assert dead.payload["agent_id"] != ended.payload["agent_id"]
    assert "No such file" in (tmp_path / "late").read_text(), "it goes while the hook runs"
    (failure,) = played.named("PostToolUseFailure")
    assert failure.payload["tool_use_id"] == "toolu_0001_0"
    assert "agent_id" not in failure.payload
    assert names(played)[-3:] == ["PostToolBatch", "Stop", "SessionEnd"], played


def test_agents_run_in_the_background_unless_told_otherwise(shop: Workshop) -> None:
    root = [Turn(uses=[call("a"), call("b")]), Turn(says="They run.")]
    scripts = {name: [Turn(uses=[bash("sleep 2")]), Turn(says=f"End of {name}")] for name in "ab"}
    played = play(shop, {"root": root, **scripts})
    order = names(played)
    assert order.index("PostToolBatch") < order.index("Stop") < order.index("SubagentStop"), played
    stops = [[task["status"] for task in event.payload["background_tasks"]] for event in played.named("Stop")]
    assert stops[0] == ["running"] * 2
    assert stops[-1] == []
    news = [event.payload["prompt"] for event in played.named("UserPromptSubmit")[1:]]
    assert all(text.startswith("<task-notification>") for text in news), news
