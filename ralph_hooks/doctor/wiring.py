"""What is wired into the repository: git's hooks, Claude Code's settings and plugins."""

from __future__ import annotations

import json
import os
import shlex
from collections.abc import Iterable, Iterator
from pathlib import Path

from ralph_hooks.doctor.model import ClaudeHook, Hooks
from ralph_hooks.errors import RalphError
from ralph_hooks.git.repository import Repository, worktree_at
from ralph_hooks.git.worktrees import Worktree
from ralph_hooks.integrations.claude.registration import LAUNCHER
from ralph_hooks.integrations.git_hooks.registration import HOOKS
from ralph_hooks.integrations.install.claude_settings import PATH, commands
from ralph_hooks.integrations.install.installation import standing

_SHARED = ".claude/settings.json"  # in the project, and in the user's home
_PLUGIN = "ralph-hooks"


def hooks(repository: Repository, linked: Iterable[Worktree]) -> Hooks:
    """git's hooks, as they are and as they should be."""
    try:
        found = standing(repository)
    except RalphError as error:
        return Hooks("nobody knows whom", installed=False, error=(error.what, error.todo))
    if not found.installed:
        return Hooks(found.manager, installed=False)
    return Hooks(
        found.manager,
        installed=True,
        how=found.how,
        names=tuple(hook.name for hook in HOOKS),
        program=found.program,
        program_there=found.program is not None and os.access(found.program, os.X_OK),
        pending=tuple(os.path.relpath(change.path, repository.top) for change in found.changes),
        overruled=tuple(_overruled(repository, linked)),
    )


def _overruled(repository: Repository, linked: Iterable[Worktree]) -> Iterator[tuple[Path, str]]:
    """Worktrees whose own configuration sends git elsewhere for its hooks."""
    ours = str(repository.common_dir / "ralph" / "hooks")
    for tree in linked:
        if not tree.path.is_dir():
            continue
        place = worktree_at(repository, tree.path)
        asked = place.git("config", "--show-scope", "--get", "core.hooksPath", accept=(0, 1)).text
        scope, _, value = asked.partition("\t")
        if scope == "worktree" and value != ours:
            yield tree.path, value


def claude(top: Path) -> tuple[ClaudeHook, ...]:
    """Every hook of ours in the settings that Claude Code merges for the project at `top`."""
    files = {_SHARED: top / _SHARED, PATH: top / PATH, f"~/{_SHARED}": Path.home() / _SHARED}
    return tuple(
        ClaudeHook(name, event, _can_be_called(command))
        for name, path in files.items()
        for event, command in commands(_content(path))
        if LAUNCHER in command
    )


def plugins(top: Path) -> tuple[str, ...]:
    """Plugins of ours that the project's or the user's settings switch on."""
    found: dict[str, None] = {}
    for path in (top / _SHARED, top / PATH, Path.home() / _SHARED):
        try:
            enabled = json.loads(_content(path)).get("enabledPlugins", {})
            found |= dict.fromkeys(name for name, on in enabled.items() if on and name.split("@")[0] == _PLUGIN)
        except (ValueError, AttributeError, RecursionError):
            continue
    return tuple(found)


def _can_be_called(command: str) -> bool:
    """Is the launcher in the command a file? Where only a shell can tell, it may be."""
    try:
        words = [word for word in shlex.split(command) if word.rpartition("/")[2] == LAUNCHER]
    except ValueError:
        return True
    return all("$" in word or os.access(word, os.X_OK) for word in words)


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""
