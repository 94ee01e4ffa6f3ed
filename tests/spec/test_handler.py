"""Which stop-handler is in use, from what Claude Code's own files say."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ralph_hooks.spec import handler
from ralph_hooks.spec.handler import detect
from ralph_hooks.spec.numbering import Handler

INCREMENTS, READS = Handler.INCREMENTS, Handler.READS
NOTHING = (READS, "no stop-handler found")
CACHED = ".claude/plugins/cache/market/ralph-specum/2.0.0"
CLONED = ".claude/plugins/marketplaces/market/plugins/ralph-specum"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "repository"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


def put(path: Path, content: Any = "") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content if isinstance(content, str) else json.dumps(content))


def hooks(script: str, event: str = "Stop") -> dict[str, Any]:
    command = f"${{CLAUDE_PLUGIN_ROOT}}/hooks/scripts/{script}"
    return {"hooks": {event: [{"matcher": "*", "hooks": [{"type": "command", "command": command}]}]}}


@pytest.mark.parametrize("setting", [INCREMENTS, READS])
def test_the_configuration_decides(root: Path, home: Path, setting: Handler) -> None:
    put(root / ".claude/settings.json", hooks("stop-handler.sh"))
    assert detect(root, home, setting.value) == (setting, f'stop_handler = "{setting}" in the configuration')


def test_nothing_found_reads(root: Path, home: Path) -> None:
    assert detect(root, home, "auto") == NOTHING


@pytest.mark.parametrize(("script", "generation"), [("stop-handler.sh", INCREMENTS), ("stop-watcher.sh", READS)])
@pytest.mark.parametrize(
    ("where", "path", "name"),
    [
        ("root", ".claude/settings.local.json", ".claude/settings.local.json"),
        ("root", ".claude/settings.json", ".claude/settings.json"),
        ("home", ".claude/settings.json", "~/.claude/settings.json"),
        ("home", f"{CACHED}/hooks/hooks.json", "~/.claude/plugins"),
        ("home", f"{CLONED}/hooks/hooks.json", "~/.claude/plugins"),
    ],
)
def test_a_script_named_for_stop(
    root: Path, home: Path, where: str, path: str, name: str, script: str, generation: Handler
) -> None:
    put({"root": root, "home": home}[where] / path, hooks(script))
    assert detect(root, home, "auto") == (generation, f"{script} in {name}")


def test_the_nearest_place_wins(root: Path, home: Path) -> None:
    places = [home / f"{CACHED}/hooks/hooks.json", home / ".claude/settings.json", root / ".claude/settings.json"]
    for place, script in zip(places, ["stop-watcher.sh", "stop-handler.sh", "stop-watcher.sh"], strict=True):
        put(place, hooks(script))
        assert detect(root, home, "auto")[1].startswith(script)
    put(root / ".claude/settings.local.json", hooks("stop-handler.sh"))
    assert detect(root, home, "auto") == (INCREMENTS, "stop-handler.sh in .claude/settings.local.json")


def test_the_installed_version_beats_others_in_the_cache(root: Path, home: Path) -> None:
    put(home / f"{CACHED}/hooks/hooks.json", hooks("stop-handler.sh"))
    put(home / ".claude/plugins/cache/market/ralph-specum/4.0.0/hooks/hooks.json", hooks("stop-watcher.sh"))
    entry = {"scope": "user", "installPath": str(home / CACHED), "version": "2.0.0"}
    put(home / ".claude/plugins/installed_plugins.json", {"version": 2, "plugins": {"ralph-specum@market": [entry]}})
    assert detect(root, home, "auto") == (INCREMENTS, "stop-handler.sh in the installed plugins")


def test_both_in_one_place_is_the_newer_and_says_so(root: Path, home: Path) -> None:
    put(home / f"{CACHED}/hooks/hooks.json", hooks("stop-handler.sh"))
    put(home / f"{CLONED}/hooks/hooks.json", hooks("stop-watcher.sh"))
    assert detect(root, home, "auto") == (
        READS,
        "~/.claude/plugins names stop-watcher.sh and stop-handler.sh; stop_handler in the configuration decides",
    )


@pytest.mark.parametrize("hooks_json", [None, "{broken", hooks("other.sh")])
def test_a_script_that_is_there_counts_when_none_is_named(root: Path, home: Path, hooks_json: Any) -> None:
    if hooks_json is not None:
        put(home / f"{CACHED}/hooks/hooks.json", hooks_json)
    put(home / f"{CACHED}/hooks/scripts/stop-handler.sh")
    assert detect(root, home, "auto") == (INCREMENTS, "stop-handler.sh in ~/.claude/plugins")


def test_a_named_script_beats_another_that_only_lies_there(root: Path, home: Path) -> None:
    put(home / f"{CACHED}/hooks/hooks.json", hooks("stop-handler.sh"))
    put(home / f"{CACHED}/hooks/scripts/stop-watcher.sh")
    assert detect(root, home, "auto") == (INCREMENTS, "stop-handler.sh in ~/.claude/plugins")


@pytest.mark.parametrize(
    "content",
    [
        hooks("stop-handler.sh", event="SubagentStop"),
        {"hooks": {"Stop": [{"hooks": [{"type": "prompt", "prompt": "stop-handler.sh"}]}]}},
        {"permissions": {"allow": ["Bash(stop-handler.sh)"]}},
    ],
)
def test_a_name_elsewhere_is_no_stop_hook(root: Path, home: Path, content: Any) -> None:
    put(root / ".claude/settings.json", content)
    assert detect(root, home, "auto") == NOTHING


@pytest.mark.parametrize(
    "content",
    [
        *("", "{", "[]", "null", "[" * 100_000),
        *(
            '{"hooks": 1}',
            '{"hooks": {"Stop": 1}}',
            '{"hooks": {"Stop": [1, [2]]}}',
            '{"plugins": [{"installPath": 1}]}',
        ),
        *('{"hooks": {"Stop": ' + "[" * 900 + "]" * 900 + "}}", '{"plugins": ' + "[" * 900 + "]" * 900 + "}"),
    ],
)
def test_malformed_files_are_passed_over(root: Path, home: Path, content: str) -> None:
    put(root / ".claude/settings.json", content)
    put(home / ".claude/plugins/installed_plugins.json", content)
    put(home / ".claude/settings.json", hooks("stop-handler.sh"))
    assert detect(root, home, "auto") == (INCREMENTS, "stop-handler.sh in ~/.claude/settings.json")


def test_bytes_that_are_no_utf8_and_directories_are_passed_over(root: Path, home: Path) -> None:
    put(root / ".claude/settings.json")
    (root / ".claude/settings.json").write_bytes(b"\xff")
    (root / ".claude/settings.local.json").mkdir()
    (home / ".claude").mkdir(parents=True)
    (home / ".claude/plugins").write_text("a file")
    assert detect(root, home, "auto") == NOTHING


def test_a_huge_file_is_not_read(root: Path, home: Path) -> None:
    put(root / ".claude/settings.json", json.dumps(hooks("stop-handler.sh")) + " " * 1024 * 1024)
    assert detect(root, home, "auto") == NOTHING


@pytest.mark.parametrize(
    "path", ["a/b/c/d/e/f/g/plugin", "node_modules/plugin", "market/.git/plugin"], ids=["deep", "modules", "git"]
)
def test_the_search_is_bounded(root: Path, home: Path, path: str) -> None:
    put(home / f".claude/plugins/{path}/hooks/hooks.json", hooks("stop-handler.sh"))
    assert detect(root, home, "auto") == NOTHING


def test_a_command_in_the_depths_of_a_document_is_not_looked_for(root: Path, home: Path) -> None:
    command: Any = {"command": "stop-handler.sh"}
    for _ in range(20):  # the parser gets deeper than a search of the document could
        command = [command]
    put(root / ".claude/settings.json", {"hooks": {"Stop": command}})
    assert detect(root, home, "auto") == NOTHING


def test_the_search_ends_in_a_wide_tree(root: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(5):
        put(home / f".claude/plugins/{number}/hooks/scripts/other.sh")
    put(home / ".claude/plugins/z/hooks/hooks.json", hooks("stop-handler.sh"))
    assert detect(root, home, "auto")[0] is INCREMENTS
    monkeypatch.setattr(handler, "_DIRECTORIES", 6)
    assert detect(root, home, "auto") == NOTHING


def test_a_circle_of_symlinks_ends(root: Path, home: Path) -> None:
    put(home / f"{CACHED}/hooks/hooks.json", hooks("stop-handler.sh"))
    for name in ("a", "b", "c"):
        (home / ".claude/plugins" / name).symlink_to(".")
    assert detect(root, home, "auto")[0] is INCREMENTS
