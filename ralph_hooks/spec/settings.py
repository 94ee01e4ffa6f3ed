"""What ralph-specum says about its specs: `.claude/ralph-specum.local.md` and `.current-spec`.

Both are read as its own `path-resolver.sh` (April 2026) reads them.
"""

from __future__ import annotations

import posixpath
import re
from pathlib import Path

from ralph_hooks.errors import UsageError
from ralph_hooks.patterns import pattern

SETTINGS = ".claude/ralph-specum.local.md"
_FRONT_MATTER = pattern(r"\ufeff?---[ \t]*\r?\n(.*?\n)??---[ \t]*(?:\r?\n|$)", re.DOTALL)


def specs_dirs(root: Path) -> tuple[str, ...]:
    """The directories that hold specs, relative to `root`, in order; `specs` unless the front matter names others."""
    named = [posixpath.normpath(path) for path in _named(root)]
    for path in named:
        if path.startswith(("/", "../")) or path == ".." or not path.isprintable():
            raise UsageError(
                f"{SETTINGS}: specs_dirs names {path}, outside the repository", "name directories inside it"
            )
    # Upstream skips what is not there, and takes the default when nothing is left.
    return tuple(path for path in named if (root / path).is_dir()) or ("specs",)


def current_spec(root: Path) -> str | None:
    """The directory of the current spec as `.current-spec` writes it, below `root` or absolute; None without."""
    for base in specs_dirs(root):
        pointer = root / base / ".current-spec"
        if pointer.is_file():
            name = "".join(_text(pointer, f"{base}/.current-spec").split())  # upstream deletes every blank too
            if not name.isprintable():
                raise UsageError(f"{base}/.current-spec does not hold a path", "write the spec's name into it")
            if name:
                return name if name.startswith(("./", "/")) else f"{base}/{name}"
    return None


def _named(root: Path) -> list[str]:
    path = root / SETTINGS
    front = _FRONT_MATTER.match(_text(path, SETTINGS)) if path.is_file() else None
    if front is None or "specs_dirs" not in (front[1] or ""):
        return []
    import yaml  # noqa: PLC0415 - lazy: few repositories have this file

    try:
        matter = yaml.load(front[1], getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - a safe loader
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise UsageError(f"{SETTINGS}: the front matter is not YAML", "mend it") from error
    named = matter.get("specs_dirs") if isinstance(matter, dict) else None
    named = [named] if isinstance(named, str) else named or []
    if not isinstance(named, list) or not all(isinstance(path, str) and path for path in named):
        raise UsageError(f"{SETTINGS}: specs_dirs is not a list of directories", 'write specs_dirs: ["./specs"]')
    return named


def _text(path: Path, name: str) -> str:
    try:
        return path.read_bytes().decode()
    except OSError as error:
        raise UsageError(f"{name}: {error.strerror}", "make it a readable file") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{name}: not UTF-8", "save it as UTF-8") from error
