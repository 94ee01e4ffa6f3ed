"""What Claude Code is told about us: the plugin's files and the data that they are made from."""

from __future__ import annotations

import json
import os
import tomllib
from pathlib import Path

from ralph_hooks import __version__
from ralph_hooks.integrations.claude import launcher
from ralph_hooks.integrations.claude.registration import EVENTS, HOOKS, LAUNCHER, POOLING, hooks_object, plugin_hooks

ROOT = Path(__file__).resolve().parents[2]


def test_the_plugins_hooks_are_those_registered() -> None:
    text = (ROOT / "hooks" / "hooks.json").read_text()
    assert text == plugin_hooks(), "run `python -m ralph_hooks.integrations.claude.registration > hooks/hooks.json`"


def test_every_deadline_comes_before_the_limit() -> None:
    assert len(EVENTS) == len(HOOKS) + 1
    for hook in EVENTS.values():
        assert 0 < hook.deadline < hook.limit, hook.event


def test_no_stop_hook_races_the_stop_handler() -> None:
    assert "Stop" not in EVENTS


def test_settings_call_the_launcher_that_they_are_given() -> None:
    made = hooks_object(f"'/a b/{LAUNCHER}'")
    assert made["PreToolUse"] == [
        {
            "matcher": "Agent|Task",
            "hooks": [{"type": "command", "command": "'/a b/claude-event' PreToolUse", "timeout": 3600}],
        }
    ]
    assert list(made) == [hook.event for hook in HOOKS]


def test_worktrees_are_asked_for_where_the_configuration_says_so() -> None:
    """Who has this hook makes the worktree of every agent: a plugin would do that to all repositories."""
    assert POOLING.event not in json.loads(plugin_hooks())["hooks"]
    assert POOLING.event not in hooks_object(LAUNCHER)
    assert list(hooks_object(LAUNCHER, pool=True)) == list(EVENTS)


def test_the_plugin_has_the_version_of_the_package() -> None:
    plugin = json.loads((ROOT / ".claude-plugin" / "plugin.json").read_text())
    assert (plugin["name"], plugin["version"]) == ("ralph-hooks", __version__)
    market = json.loads((ROOT / ".claude-plugin" / "marketplace.json").read_text())
    assert [(item["name"], item["source"]) for item in market["plugins"]] == [(plugin["name"], "./")]


def test_a_wheel_carries_the_launcher_and_what_it_sources() -> None:
    found = launcher.path()
    assert os.access(found, os.X_OK)
    text = tomllib.loads((ROOT / "pyproject.toml").read_text())
    carried = text["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    for name in (LAUNCHER, "program.sh"):
        assert carried[f"hooks/{name}"] == f"ralph_hooks/launchers/{name}"
        assert (found.parent / name).is_file()
