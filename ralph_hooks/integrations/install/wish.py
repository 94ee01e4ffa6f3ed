"""What there is to install, from what the other integrations say about themselves."""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping
from pathlib import Path

from ralph_hooks.batch import names
from ralph_hooks.integrations.claude import registration as claude
from ralph_hooks.integrations.git_hooks import registration as git
from ralph_hooks.integrations.install.model import Hook, Wish

LAUNCHERS = (git.LAUNCHER, claude.LAUNCHER)  # the files by which hooks and commands are known as ours

# What the batches and Claude Code put into a worktree, and settings that hold paths of this machine.
_EXCLUDES = (f"/{names.FOLDER}/",)
_CLAUDE_EXCLUDES = (names.AGENTS, "/.claude/settings.local.json")


def wish(folder: Path, program: Path, claude_files: Mapping[str, str] | None, *, pool: bool) -> Wish:
    """Everything; the hooks of Claude Code where the files of their launcher are given. `folder` is ours.

    `pool`: Claude Code's worktrees are to come from the pool.
    """
    guard = folder / git.LAUNCHER
    launchers = {git.LAUNCHER: git.launcher((os.fspath(program),)), **(claude_files or {})}
    return Wish(
        hooks=tuple(Hook(hook.name, hook.stdin) for hook in git.HOOKS),
        launchers=launchers,
        guard=git.LAUNCHER,
        drivers=tuple((driver.key, driver.name, driver.command(os.fspath(guard))) for driver in git.MERGE_DRIVERS),
        attributes=tuple(line for driver in git.MERGE_DRIVERS for line in driver.attributes),
        settings=None if claude_files is None else claude.hooks_object(_claude_command(folder, program), pool=pool),
        excludes=_EXCLUDES if claude_files is None else (*_EXCLUDES, *_CLAUDE_EXCLUDES),
    )


def _claude_command(folder: Path, program: Path) -> str:
    launcher = os.fspath(folder / claude.LAUNCHER)
    return f"RALPH_HOOKS={shlex.quote(os.fspath(program))} {shlex.quote(launcher)}"


def claude_launchers() -> dict[str, str]:
    """The launcher of Claude Code's hooks, and what it reads from beside itself: file name -> text."""
    from ralph_hooks.integrations.claude.launcher import path  # noqa: PLC0415 - only where it is asked for

    launcher = path()
    return {place.name: place.read_text(encoding="utf-8") for place in (launcher, launcher.with_name("program.sh"))}
