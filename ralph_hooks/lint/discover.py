"""Which lists are meant: those named, those below folders that are named, or every `tasks.md` of the repository."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from ralph_hooks.errors import UsageError
from ralph_hooks.lint.globs import matches
from ralph_hooks.records import NamedTuple

LIST = "tasks.md"
_SKIPPED = {"node_modules", "venv", "__pycache__"}  # besides hidden folders and other repositories


class Target(NamedTuple):
    """One list: as it is opened and shown (relative to the current directory), and relative to the top."""

    path: Path
    shown: str
    relative: str


def top_of(cwd: Path) -> Path:
    """The top of the worktree that `cwd` lies in, else `cwd`. Asks no git: a hook pays for every process."""
    return next((place for place in (cwd, *cwd.parents) if os.path.lexists(place / ".git")), cwd)


def target(path: str, cwd: Path, top: Path) -> Target:
    absolute = os.path.normpath(cwd / path)
    shown = os.path.relpath(absolute, cwd)
    return Target(Path(absolute), shown.replace(os.sep, "/"), os.path.relpath(absolute, top).replace(os.sep, "/"))


def excluded(one: Target, globs: Sequence[str]) -> bool:
    """Whether the configuration takes a list out, also where it was named: hooks name every staged file."""
    return matches(one.relative, globs)


def targets(named: Sequence[str], cwd: Path, top: Path, globs: Sequence[str]) -> list[Target]:
    """The lists to lint, in order, each once, without those that `globs` exclude.

    Raises UsageError for a name that does not exist.
    """
    found: dict[Path, Target] = {}
    for path in named or [str(top)]:
        at = target(path, cwd, top)
        if not os.path.lexists(at.path):
            raise UsageError(f"there is no {path}", "name a task list or a folder")
        below = _below(at.path, top, globs) if at.path.is_dir() else [at.path]
        for place in below:
            one = target(str(place), cwd, top)
            if not excluded(one, globs):
                found.setdefault(one.path, one)
    return list(found.values())


def _below(folder: Path, top: Path, globs: Sequence[str]) -> Iterator[Path]:
    from ralph_hooks.spec.settings import specs_dirs  # noqa: PLC0415 - hooks name the files themselves

    ignored = (*globs, *_ignored(top))
    specs = {Path(os.path.normpath(top / base)) for base in specs_dirs(top)}  # may be hidden, `.specs` say
    yield from _walk(folder, top, ignored)
    for place in sorted(specs):
        if place.is_relative_to(folder) and place != folder and _hidden(place.relative_to(folder).parts):
            yield from _walk(place, top, ignored)


def _walk(folder: Path, top: Path, ignored: Iterable[str]) -> Iterator[Path]:
    for place, names, files in os.walk(folder):
        here = Path(place)
        names[:] = sorted(name for name in names if not _skipped(here / name, top, ignored))
        if LIST in files:
            yield here / LIST


def _skipped(folder: Path, top: Path, ignored: Iterable[str]) -> bool:
    relative = os.path.relpath(folder, top).replace(os.sep, "/")
    other = os.path.lexists(folder / ".git")  # a submodule or a linked worktree lints its own
    return folder.name in _SKIPPED or _hidden((folder.name,)) or other or matches(relative, ignored)


def _hidden(parts: Iterable[str]) -> bool:
    return any(part.startswith(".") for part in parts)


def _ignored(top: Path) -> list[str]:
    """What the top `.gitignore` names. One with exceptions (`!`) is not followed: half of it would hide too much."""
    try:
        lines = (top / ".gitignore").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []
    if any(line.startswith("!") for line in lines):
        return []
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]
