"""Which generation of ralph-specum's stop-handler is in use: it decides what `taskIndex` has to say.

Read-only, and never an error: what Claude Code's own files say is a hint, and the configuration overrides it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ralph_hooks.spec.numbering import Handler

_SCRIPTS = {"stop-watcher.sh": Handler.READS, "stop-handler.sh": Handler.INCREMENTS}  # the newer one first
_PROJECT = (".claude/settings.local.json", ".claude/settings.json")
_USER = "~/.claude/settings.json"
_PLUGINS = ".claude/plugins"

_LIMIT = 1024 * 1024  # bytes of a file that is looked into
_DEPTH = 6  # cache/MARKETPLACE/PLUGIN/VERSION/hooks and one more
_DIRECTORIES = 2000  # entered at most: about 20 ms
_NESTING = 12  # of the JSON documents; real ones have 6 levels
_DEAD_ENDS = {".git", "node_modules"}


def detect(root: Path, home: Path, setting: str) -> tuple[Handler, str]:
    """The handler, and in one phrase why. `setting` is `Config.stop_handler`; `home` holds the user's `.claude`."""
    if setting != "auto":
        return Handler(setting), f'stop_handler = "{setting}" in the configuration'
    for name, scripts in _evidence(root, home):
        found = [script for script in _SCRIPTS if script in scripts]
        if len(found) > 1:
            return _SCRIPTS[found[0]], f"{name} names {' and '.join(found)}; stop_handler in the configuration decides"
        if found:
            return _SCRIPTS[found[0]], f"{found[0]} in {name}"
    return Handler.READS, "no stop-handler found"


def _evidence(root: Path, home: Path) -> Iterator[tuple[str, set[str]]]:
    """Where scripts are named, and which, the nearest place first; the next one is read when this one says nothing."""
    for name in _PROJECT:
        yield name, _named(_json(root / name))
    yield _USER, _named(_json(home / ".claude/settings.json"))
    yield "the installed plugins", _of_plugins(_installed(home))
    yield "~/.claude/plugins", _of_plugins(_searched(home / _PLUGINS))


def _of_plugins(plugins: Iterator[Path]) -> set[str]:
    return {script for plugin in plugins for script in _of_plugin(plugin)}


def _of_plugin(plugin: Path) -> set[str]:
    """What its hooks.json names; when that says nothing, the scripts that are there."""
    scripts = plugin / "hooks/scripts"
    return _named(_json(plugin / "hooks/hooks.json")) or {name for name in _SCRIPTS if (scripts / name).is_file()}


def _installed(home: Path) -> Iterator[Path]:
    """The plugins that Claude Code has recorded as installed; its cache holds older versions too."""
    document = _json(home / _PLUGINS / "installed_plugins.json")
    plugins = document.get("plugins") if isinstance(document, dict) else None
    for text in _strings(plugins, key="installPath"):
        yield Path(text)


def _searched(top: Path) -> Iterator[Path]:
    """Directories below `top` that hold `hooks/`, breadth first, in order of names."""
    level, entered = [top], 0
    for _ in range(_DEPTH):
        below: list[Path] = []
        for directory in level:
            entered += 1
            if entered > _DIRECTORIES:
                return
            children = _directories(directory)
            if directory / "hooks" in children:
                yield directory
            below.extend(children)
        level = below


def _directories(directory: Path) -> list[Path]:
    try:
        with os.scandir(directory) as entries:
            return sorted(Path(entry.path) for entry in entries if entry.name not in _DEAD_ENDS and entry.is_dir())
    except OSError:  # gone, or not ours to read
        return []


def _named(document: object) -> set[str]:
    """The known scripts in the commands of the Stop hooks of a settings file or a hooks.json."""
    hooks = document.get("hooks") if isinstance(document, dict) else None
    stop = hooks.get("Stop") if isinstance(hooks, dict) else None
    commands = list(_strings(stop, key="command"))
    return {script for script in _SCRIPTS if any(script in command for command in commands)}


def _strings(value: object, *, key: str, nesting: int = _NESTING) -> Iterator[str]:
    """Every string that stands under `key`, down to a bounded depth."""
    if not nesting:
        return
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, child in children:
        if name == key and isinstance(child, str):
            yield child
        else:
            yield from _strings(child, key=key, nesting=nesting - 1)


def _json(path: Path) -> Any:
    try:
        if not path.is_file() or path.stat().st_size > _LIMIT:
            return None
        return json.loads(path.read_bytes().decode("utf-8-sig"))
    except (OSError, ValueError, RecursionError):
        return None
