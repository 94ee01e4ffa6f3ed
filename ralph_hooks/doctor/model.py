"""What is known of a repository and of what surrounds it, and what is wrong with that; as data."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

from ralph_hooks.batch.model import Batch
from ralph_hooks.records import NamedTuple


class Fix(StrEnum):
    """What `--fix` can do: nothing that could lose anything."""

    INSTALL = "install"
    RECOVER = "recover"
    UNLOCK = "unlock"  # a worktree
    FORGET = "forget"  # a worktree whose folder is gone, and whose branch is not


class Problem(NamedTuple):
    """`mend`: the command that puts it right. `fix`: what `--fix` does, if it does anything; `path`: about what."""

    what: str
    mend: str
    fix: Fix | None = None
    path: Path | None = None


class Report(NamedTuple):
    """What one check says: facts for people, and problems."""

    facts: tuple[str, ...]
    problems: tuple[Problem, ...] = ()


class Settings(NamedTuple):
    """The configuration. `values`: (key, value, where it stands) of what is set; `error`: what, what to do."""

    source: str | None
    values: tuple[tuple[str, str, str], ...] = ()
    error: tuple[str, str] | None = None


class Hooks(NamedTuple):
    """git's hooks. `pending`: files that `install` would change; `overruled`: (worktree, its own `core.hooksPath`)."""

    manager: str
    installed: bool
    how: str = ""
    names: tuple[str, ...] = ()
    program: str | None = None
    program_there: bool = False
    pending: tuple[str, ...] = ()
    overruled: tuple[tuple[Path, str], ...] = ()
    error: tuple[str, str] | None = None


class ClaudeHook(NamedTuple):
    """A hook of ours in settings of Claude Code. `launcher_there`: what it calls can be called."""

    file: str
    event: str
    launcher_there: bool


class Lock(NamedTuple):
    """A lock file. `age` in seconds; `owner`: a process that has it open; `ours`: a landing wrote it."""

    path: Path
    age: float
    owner: int | None
    ours: bool = False


class Tree(NamedTuple):
    """A linked worktree. `batch`: whose it is by its place, `phase` of that, None where nobody knows the batch.

    `holder`: the process that its lock names, and whether it lives.
    """

    path: Path
    branch: str | None
    there: bool
    batch: str | None
    phase: str | None
    holder: tuple[int, bool] | None


class Named(NamedTuple):
    """Refs, or branches, that name a batch. `known`: the store has it."""

    batch: str
    refs: tuple[str, ...]
    known: bool


class Facts(NamedTuple):
    """Everything that the checks look at."""

    git_version: str
    git_refused: tuple[str, str] | None
    git_can: tuple[tuple[str, bool], ...]
    version: str
    settings: Settings
    hooks: Hooks
    claude: tuple[ClaudeHook, ...]
    claude_events: tuple[str, ...]
    plugins: tuple[str, ...]
    handler: tuple[str, str]
    locks: tuple[Lock, ...]
    trees: tuple[Tree, ...]
    strays: tuple[Path, ...]
    named: tuple[Named, ...]
    store_error: tuple[str, str] | None
    unfinished: bool
    open_batch: Batch | None
    over: int
    disk_refs: int
    disk_trees: int
    pooled: int = 0  # worktrees kept for later batches
    disk_pool: int = 0
