"""What an installation writes into other people's files, without files: blocks, settings, which program is called."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ralph_hooks.errors import RefusedError, UsageError
from ralph_hooks.integrations.install.blocks import with_block, without_block
from ralph_hooks.integrations.install.claude_settings import commands, with_hooks, without_hooks
from ralph_hooks.integrations.install.git_settings import text
from ralph_hooks.integrations.install.managers import MANAGERS
from ralph_hooks.integrations.install.program import Program, choose
from ralph_hooks.integrations.install.scripts import call_moved

OURS = {
    "Stop": [{"hooks": [{"type": "command", "command": "/x/claude-event Stop", "timeout": 5}]}],
    "PreToolUse": [{"matcher": "Agent|Task", "hooks": [{"type": "command", "command": "/x/claude-event PreToolUse"}]}],
}


# Blocks.


@given(
    st.binary().map(lambda data: data.replace(b"\0", b"")), st.lists(st.sampled_from([b"a", b"*.md x=y"]), min_size=1)
)
def test_a_block_goes_as_it_came(content: bytes, lines: list[bytes]) -> None:
    ended = content if not content or content.endswith(b"\n") else content + b"\n"
    assert without_block(with_block(content, lines)) == ended
    assert without_block(with_block(ended, lines) + b"more\n") == ended + b"more\n"


# Settings.

ENTRIES = st.lists(
    st.fixed_dictionaries({"hooks": st.lists(st.fixed_dictionaries({"command": st.text(max_size=5)}), max_size=2)}),
    max_size=2,
)
SETTINGS = st.fixed_dictionaries(
    {},
    optional={
        "permissions": st.dictionaries(st.text(max_size=3), st.lists(st.integers(), max_size=2), max_size=2),
        "hooks": st.dictionaries(st.sampled_from(["Stop", "PreToolUse", "Other"]), ENTRIES, max_size=3),
        "é\n": st.text(max_size=4),
    },
)


@given(SETTINGS, st.sampled_from([None, 1, 2, "\t"]))
def test_hooks_are_added_behind_those_that_are_there_and_go_again(settings: dict[str, Any], indent: int | str) -> None:
    content = json.dumps(settings, indent=indent, ensure_ascii=False).encode()
    added = with_hooks(content, OURS)
    document = json.loads(added)
    for event, entries in OURS.items():
        assert document["hooks"][event] == settings.get("hooks", {}).get(event, []) + entries
    assert {key: value for key, value in document.items() if key != "hooks"} == {
        key: value for key, value in settings.items() if key != "hooks"
    }
    left = json.loads(without_hooks(added, "claude-event"))
    hooks = {event: entries for event, entries in settings.get("hooks", {}).items() if entries or event not in OURS}
    assert left == {
        **{key: value for key, value in settings.items() if key != "hooks"},
        **({"hooks": hooks} if hooks else {}),
    }


def test_the_formatting_of_what_is_there_stays() -> None:
    before = b'{\n    "permissions": {"allow": ["a",   "b"]},\n    "hooks": {"Stop": [ {"hooks": []} ]}\n}\n'
    after = with_hooks(before, OURS)
    for line in (b'    "permissions": {"allow": ["a",   "b"]},\n', b'"Stop": [ {"hooks": []},\n', b"\n}\n"):
        assert line in after
    assert without_hooks(after, "claude-event") == before


def test_windows_line_ends_stay() -> None:
    assert b"\n" not in with_hooks(b'{\r\n  "a": 1\r\n}\r\n', OURS).replace(b"\r\n", b"")


@pytest.mark.parametrize(
    "content", [b"[]", b"{", b'{"hooks": []}', b'{"hooks": {"Stop": {}}}', b'{"hooks": {"Stop": [1]}}', b"\xff"]
)
def test_what_is_no_settings_is_refused_and_left_alone(content: bytes) -> None:
    with pytest.raises(UsageError, match=r"settings\.local\.json"):
        with_hooks(content, OURS)
    assert without_hooks(content, "claude-event") == content
    assert commands(content) == ()


def test_commands_of_settings_are_listed_with_their_events() -> None:
    assert commands(with_hooks(None, OURS)) == (
        ("Stop", "/x/claude-event Stop"),
        ("PreToolUse", "/x/claude-event PreToolUse"),
    )


# Managers.


def test_every_manager_is_documented() -> None:
    document = (Path(__file__).resolve().parents[2] / "docs" / "install.md").read_text(encoding="utf-8")
    assert len(MANAGERS) == 6
    for name in MANAGERS:
        assert re.search(rf"^\|.*{name}", document, re.MULTILINE), name


# git's configuration.


def test_values_of_gits_configuration_are_quoted() -> None:
    said = text([("merge.ralph-tasks.driver", 'a "b" \\c\n'), ("core.hooksPath", "/x y")])
    assert '[merge "ralph-tasks"]\n\tdriver = "a \\"b\\" \\\\c\\n"\n[core]\n\thooksPath = "/x y"\n' in said


# Scripts.


@pytest.mark.parametrize(
    ("first", "shell"),
    [
        ("#!/bin/sh", "/bin/sh"),
        ("#!/usr/bin/env bash", "/usr/bin/env bash"),
        ("#! /bin/bash -e", "/bin/bash -e"),
        ("#!/usr/bin/python3", None),
        ("#!/usr/bin/env -S bash -e", None),
        ("\x7fELF", None),
    ],
)
def test_a_shell_reads_the_script_so_that_it_keeps_its_name(first: str, shell: str | None) -> None:
    call = call_moved("pre-commit", f"{first}\nexit 0\n".encode())
    assert call.startswith(f"{shell} -c ") if shell else call == '"$theirs"'


# Which program.

LINKED = Path("/repo/linked")


def test_the_first_program_that_stays_is_taken() -> None:
    goes = Program(Path("/repo/linked/.venv/bin/ralph-hooks"), (Path("/repo/linked/.venv/bin/ralph-hooks"),))
    editable = Program(Path("/venv/bin/ralph-hooks"), (Path("/venv/bin/ralph-hooks"), LINKED / "ralph_hooks"))
    stays = Program(Path("/usr/bin/ralph-hooks"), (Path("/usr/bin/ralph-hooks"),))
    assert choose([goes, editable, stays], [LINKED]) == (stays, None)
    with pytest.raises(RefusedError, match="in a linked worktree"):
        choose([goes, editable], [LINKED])
    with pytest.raises(RefusedError, match="no ralph-hooks"):
        choose([], [LINKED])


def test_a_program_of_one_run_is_taken_with_a_warning() -> None:
    passing = Program(Path("/home/x/.cache/uv/archive/bin/ralph-hooks"), (Path("/home/x/.cache/uv/archive/bin"),))
    chosen, warning = choose([passing], [])
    assert chosen is passing
    assert "may be removed" in str(warning)
