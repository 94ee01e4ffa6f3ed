"""What an installation is made of, as data: facts about a repository, and edits of files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from ralph_hooks.records import NamedTuple

LINK = 0o120000  # the mode of a symbolic link, as in git
SCRIPT, PLAIN = 0o755, 0o644


class File(NamedTuple):
    """A file as it stands, or is to stand. Of a symbolic link `mode` is LINK and `content` its target."""

    content: bytes
    mode: int = PLAIN


class Part(StrEnum):
    """What of a file is ours: it says how that is taken out when somebody has edited the rest meanwhile."""

    WHOLE = "whole"  # the file is ours; what was there before, if anything, comes back
    KEPT = "kept"  # somebody else's hook that we have moved aside
    BLOCK = "block"  # the lines between our two marks
    SETTINGS = "settings"  # our entries in Claude Code's settings


class Edit(NamedTuple):
    """A file before and after an installation; None where there is none.

    `aside`: where the file that was here before has been moved to.
    """

    path: Path
    before: File | None
    after: File | None
    part: Part
    aside: Path | None = None


class HooksPath(NamedTuple):
    """`core.hooksPath` as somebody else has set it. `scope` is git's word: local, worktree, global or system."""

    value: str
    scope: str
    origin: Path


class Facts(NamedTuple):
    """A repository as it would be without us.

    `top`: the worktree in which Claude Code finds the project's settings, the main one. `hooks_dir`: where git looks
    for hooks. `files`: whatever stands where we may have to write.
    """

    top: Path
    common_dir: Path
    hooks_dir: Path
    hooks_path: HooksPath | None
    config_hooks: bool
    files: Mapping[Path, File]

    @property
    def folder(self) -> Path:
        """Our own, in the directory that all worktrees share."""
        return self.common_dir / "ralph"

    def hook(self, name: str) -> File | None:
        """The hook of that name that git runs, executable or not."""
        return self.files.get(self.hooks_dir / name)


class Hook(NamedTuple):
    """A hook of git's that is to be ours too. `stdin`: git writes to it."""

    name: str
    stdin: bool


class Wish(NamedTuple):
    """What is to be installed. `settings`: the `hooks` object of Claude Code's settings, None without."""

    hooks: tuple[Hook, ...]
    launchers: Mapping[str, str]  # file name in our folder -> text
    guard: str  # the launcher of git's hooks among them
    drivers: tuple[tuple[str, str, str], ...]  # (key, name, command) of each merge driver
    attributes: tuple[str, ...]  # lines for info/attributes
    settings: Mapping[str, object] | None
    excludes: tuple[str, ...]  # lines for info/exclude


class Wiring(NamedTuple):
    """How a manager has our hooks called: files of its own, and values for git's configuration, in order."""

    edits: tuple[Edit, ...] = ()
    config: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()


class Manager(Protocol):
    """Whoever has the hooks of a repository in hand. A module each; `managers/__init__.py` lists them."""

    NAME: str
    HOW: str  # in a phrase for people

    def manages(self, facts: Facts) -> bool: ...
    def wire(self, facts: Facts, hooks: Iterable[Hook], guard: Path) -> Wiring: ...


class Plan(NamedTuple):
    """What an installation comes to."""

    manager: str
    how: str
    edits: tuple[Edit, ...]
    notes: tuple[str, ...]
