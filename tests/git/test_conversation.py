"""A git process that stays: what it says beside its answers, and when it says nothing."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from ralph_hooks.errors import RalphError
from ralph_hooks.git.conversation import Conversation

LOUD = (
    "#!/bin/sh\ni=0; while [ $i -lt 3000 ]; do echo 'a line that takes its place in the pipe' >&2; i=$((i+1)); done\n"
)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    return tmp_path


def test_a_hook_that_says_more_than_a_pipe_holds_is_not_waited_for(repository: Path) -> None:
    hook = repository / ".git" / "hooks" / "reference-transaction"
    hook.write_text(LOUD)
    hook.chmod(0o755)
    blob = subprocess.run(
        ["git", "hash-object", "-w", "--stdin"], cwd=repository, input=b"x", capture_output=True, check=True
    ).stdout.strip()
    talk = Conversation(repository, "update-ref", "--stdin", limit=10)
    talk.send(b"start\ncreate refs/x " + blob + b"\nprepare\n")
    assert [talk.line(), talk.line()] == [b"start: ok", b"prepare: ok"]
    talk.close()


def test_a_git_that_is_silent_is_given_up(repository: Path) -> None:
    talk = Conversation(repository, "-c", "alias.wait=!sleep 2", "wait", limit=0.1)
    with pytest.raises(RalphError, match=r"gave no answer within 0\.1 seconds"):
        talk.line()


def test_answers_come_in_lines_records_and_pieces(repository: Path) -> None:
    talk = Conversation(repository, "-c", "alias.say=!printf 'one\\ntwo\\0three four'", "say")
    assert (talk.line(), talk.record(), talk.read(5)) == (b"one", "two", b"three")
    talk.close()
