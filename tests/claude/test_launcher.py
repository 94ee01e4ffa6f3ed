"""`hooks/claude-event`, as the client calls it: what it starts, what it says, and that it ends with 0.

But for WorktreeCreate, whose silence would be a failure all the same.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LAUNCHER = ROOT / "hooks" / "claude-event"
EVENTS = ("SessionStart", "UserPromptSubmit", "PreToolUse", "SubagentStart", "SubagentStop", "StopFailure")
EVENTS += ("PostToolUse", "PostToolUseFailure", "PostToolBatch")
ABOUT_AGENTS = ("PreToolUse", "PostToolUse", "PostToolUseFailure", "SubagentStart", "SubagentStop", "StopFailure")
CALL = b'{"tool_input": {"subagent_type": "ralph-specum:spec-executor"}}'


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    place = tmp_path / "a 'repository'"
    subprocess.run(["git", "init", "--quiet", place], check=True)
    return place


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What is started in place of ralph-hooks: it writes down its arguments and its input."""
    path = tmp_path / "program"
    path.write_text(
        f'#!/bin/sh\necho "$*" >>"{tmp_path}/args"\ncat >"{tmp_path}/input"\necho \'{{"some": "answer"}}\'\n'
    )
    path.chmod(0o755)
    monkeypatch.setenv("RALPH_HOOKS", str(path))
    return path


def call(
    place: Path, event: str, stdin: bytes = CALL, launcher: Path = LAUNCHER, code: int = 0, **env: str
) -> subprocess.CompletedProcess[bytes]:
    done = subprocess.run(
        [launcher, event], cwd=place, input=stdin, env=os.environ | env, check=False, capture_output=True
    )
    assert done.returncode == code, done
    return done


def started(program: Path) -> list[str]:
    args = program.with_name("args")
    return args.read_text().splitlines() if args.exists() else []


def busy(repository: Path) -> None:
    """As if a batch of Claude Code's were open."""
    (repository / ".git" / "ralph").mkdir()
    (repository / ".git" / "ralph" / "claude").touch()


def log(repository: Path) -> str:
    return (repository / ".git" / "ralph" / "errors.log").read_text()


@pytest.mark.parametrize("event", EVENTS)
def test_nothing_is_started_where_there_is_nothing_to_do(program: Path, tmp_path: Path, event: str) -> None:
    assert call(tmp_path, event).stdout == b""
    assert started(program) == []


@pytest.mark.parametrize("event", [event for event in EVENTS if event != "PreToolUse"])
def test_without_a_batch_only_calls_of_executors_start_anything(program: Path, repository: Path, event: str) -> None:
    assert call(repository, event).stdout == b""
    assert started(program) == []
    assert call(repository, "PreToolUse").stdout == b'{"some": "answer"}\n'
    assert started(program) == ["hook claude PreToolUse"]
    assert list((repository / ".git").glob("ralph*")) == []


@pytest.mark.parametrize("event", EVENTS)
def test_with_a_batch_each_event_is_handed_on(program: Path, repository: Path, event: str) -> None:
    busy(repository)
    (repository / "sub").mkdir()
    assert call(repository / "sub", event).stdout == b'{"some": "answer"}\n'
    assert started(program) == [f"hook claude {event}"]
    assert program.with_name("input").read_bytes() == CALL


def test_a_session_that_begins_beside_old_batches_is_handed_on(program: Path, repository: Path) -> None:
    (repository / ".git" / "ralph").mkdir()
    call(repository, "SessionStart")
    call(repository, "UserPromptSubmit")
    assert started(program) == ["hook claude SessionStart"]


def test_who_asks_for_a_worktree_gets_its_path_or_hears_why_not(program: Path, repository: Path) -> None:
    program.write_text('#!/bin/sh\necho "$*" >&2; cat >&2; echo "/a b/c"\n')
    asked = b'{"name": "agent-a1"}'
    done = call(repository, "WorktreeCreate", asked)
    assert (done.stdout, done.stderr) == (b"/a b/c\n", b"hook claude WorktreeCreate\n" + asked)
    program.write_text("#!/bin/sh\necho no worktree: because >&2; exit 1\n")
    done = call(repository, "WorktreeCreate", asked, code=1)
    assert (done.stdout, done.stderr) == (b"", b"no worktree: because\n")


@pytest.mark.parametrize("event", ABOUT_AGENTS)
def test_calls_and_ends_of_other_agents_start_nothing(program: Path, repository: Path, event: str) -> None:
    busy(repository)
    other = b'{"tool_input": {"subagent_type": "Explore"}, "agent_type": "Explore"}'
    call(repository, event, other)
    assert started(program) == []
    (repository / ".ralph-hooks.toml").write_text('[claude]\nexecutors = ["builder"]\n')
    call(repository, event, other)
    assert started(program) == [f"hook claude {event}"]


def test_the_main_checkout_says_who_is_an_executor_in_a_worktree(
    program: Path, repository: Path, tmp_path: Path
) -> None:
    busy(repository)
    for command in (["commit", "--quiet", "--allow-empty", "-m", "x"], ["worktree", "add", "-q", "../linked"]):
        subprocess.run(["git", *command], cwd=repository, check=True)
    (repository / "sub").mkdir()
    project = {"CLAUDE_PROJECT_DIR": str(repository / "sub")}
    call(tmp_path / "linked", "SubagentStop", b"{}", **project)
    assert started(program) == []
    (repository / ".ralph-hooks.yaml").write_text("claude.executors: [builder]\n")
    call(tmp_path / "linked", "SubagentStop", b"{}", **project)
    assert started(program) == ["hook claude SubagentStop"]


@pytest.mark.parametrize(
    ("payload", "so"),
    [
        ('{"cwd": "/x", "hook_event_name": "PostToolBatch", "tool_calls": [{"tool_input": {"agent_id": "a"}}]}', True),
        (json.dumps({"cwd": 'a "agent_id" b', "tool_calls": []}), True),
        ('{"cwd": "/x", "agent_id": "a1", "hook_event_name": "PostToolBatch", "tool_calls": []}', False),
        ('{"cwd": "/x", "agent_id":"a1", "tool_calls": []}', False),
    ],
)
def test_the_steps_of_subagents_start_nothing(program: Path, repository: Path, payload: str, *, so: bool) -> None:
    busy(repository)
    call(repository, "PostToolBatch", payload.encode())
    assert bool(started(program)) is so


def test_it_works_in_a_linked_worktree_and_outside_of_the_logical_path(
    program: Path, repository: Path, tmp_path: Path
) -> None:
    busy(repository)
    for command in (["commit", "--quiet", "--allow-empty", "-m", "x"], ["worktree", "add", "-q", "../linked"]):
        subprocess.run(["git", *command], cwd=repository, check=True)
    inside = tmp_path / "linked" / "a" / "b"
    inside.mkdir(parents=True)
    call(inside, "PostToolBatch")
    (tmp_path / "link").symlink_to(inside)
    call(tmp_path / "link", "PostToolBatch", PWD=str(tmp_path / "link"))
    assert len(started(program)) == 2


def test_the_directory_may_be_gone(program: Path, repository: Path, tmp_path: Path) -> None:
    busy(repository)
    (tmp_path / "gone").mkdir()
    command = f'rmdir "{tmp_path}/gone"; exec "{LAUNCHER}" StopFailure'
    env = os.environ | {"CLAUDE_PROJECT_DIR": str(repository)}
    subprocess.run(["sh", "-c", command], cwd=tmp_path / "gone", env=env, input=CALL, check=True, capture_output=True)
    assert started(program) == ["hook claude StopFailure"]


def test_an_answer_counts_although_what_came_after_it_was_killed(program: Path, repository: Path) -> None:
    busy(repository)
    program.write_text('#!/bin/sh\necho \'{"some": "answer"}\'; kill -9 $$\n')
    assert call(repository, "PostToolBatch").stdout == b'{"some": "answer"}\n'
    program.write_text("#!/bin/sh\necho '{\"some\":'; kill -9 $$\n")
    assert call(repository, "PostToolBatch").stdout == b""


@pytest.mark.parametrize("payload", [b"", b"\xff\xfe\x01 \\ %s \n\n", b"x" * 3_000_000 + b"\xc3"])
def test_the_event_reaches_the_program_as_it_is(program: Path, repository: Path, payload: bytes) -> None:
    busy(repository)
    call(repository, "UserPromptSubmit", payload)
    assert program.with_name("input").read_bytes() == payload.rstrip(b"\n")  # JSON ends where it ends


def test_an_endless_event_is_cut(program: Path, repository: Path) -> None:
    busy(repository)
    call(repository, "UserPromptSubmit", b"x" * 40_000_000)
    assert program.with_name("input").stat().st_size == 16 * 1024 * 1024 + 1


@pytest.mark.parametrize("code", ["exit 2", "exit 1", "kill -9 $$", "echo Traceback; exit 2"])
def test_no_status_of_the_program_gets_through(program: Path, repository: Path, code: str) -> None:
    busy(repository)
    program.write_text(f"#!/bin/sh\n{code}\n")
    done = call(repository, "PostToolBatch", b'{"secret": "sesame"}', TOKEN="sesame")
    assert done.stdout == b""
    assert "PostToolBatch: ralph-hooks ended with status" in log(repository)
    assert "sesame" not in log(repository)


def test_only_an_answer_is_printed(program: Path, repository: Path) -> None:
    program.write_text("#!/bin/sh\necho usage: this and that\necho more >&2\n")
    done = call(repository, "PreToolUse")
    assert (done.stdout, done.stderr) == (b"", b"")


def test_a_git_directory_that_cannot_be_written_is_no_matter(program: Path, repository: Path) -> None:
    (repository / ".git" / "ralph").write_text("in the way of the log")
    program.write_text("#!/bin/sh\nexit 2\n")
    assert call(repository, "PreToolUse").stdout == b""


def test_without_any_program_the_user_is_told(tmp_path: Path, repository: Path) -> None:
    folder = tmp_path / "hooks"
    shutil.copytree(ROOT / "hooks", folder)
    tools = tmp_path / "tools"
    tools.mkdir()
    for name in ("sh", "head", "cat", "readlink", "mkdir", "date", "grep"):
        (tools / name).symlink_to(str(shutil.which(name)))
    busy(repository)
    done = call(repository, "PreToolUse", launcher=folder / "claude-event", PATH=str(tools))
    assert "not installed" in json.loads(done.stdout)["systemMessage"]
    done = call(repository, "SubagentStop", launcher=folder / "claude-event", PATH=str(tools))
    assert done.stdout == b""
    assert "SubagentStop: ralph-hooks is not installed" in log(repository)
    (folder / "program.sh").unlink()
    call(repository, "SubagentStop", launcher=folder / "claude-event", PATH=str(tools))


def test_without_any_program_nobody_gets_a_worktree(tmp_path: Path, repository: Path) -> None:
    shutil.copytree(ROOT / "hooks", tmp_path / "hooks")
    done = call(repository, "WorktreeCreate", b"{}", tmp_path / "hooks/claude-event", 127, PATH=f"{tmp_path}:/usr/bin")
    assert (done.stdout, done.stderr.count(b"\n")) == (b"", 1)
    assert b"not installed" in done.stderr


def test_the_plugin_keeps_quiet_where_the_settings_call_it_too(program: Path, repository: Path) -> None:
    settings = repository / ".claude" / "settings.local.json"
    settings.parent.mkdir()
    settings.write_text("{}")
    plugin = {"CLAUDE_PLUGIN_ROOT": str(ROOT), "CLAUDE_PROJECT_DIR": str(repository)}
    call(repository, "PreToolUse", **plugin)
    settings.write_text('{"hooks": {"PreToolUse": [{"hooks": [{"command": "/x/claude-event PreToolUse"}]}]}}')
    call(repository, "PreToolUse", **plugin)
    assert len(started(program)) == 1
    call(repository, "PreToolUse")  # that of the settings
    assert len(started(program)) == 2
