"""The settings of one repository: `.ralph-hooks.toml`, `.ralph-hooks.yaml` or `[tool.ralph-hooks]` in `pyproject.toml`.

tomllib and yaml are imported only where a file of that kind is there: a hook runs on every tool batch.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from ralph_hooks.errors import UsageError

TOML, YAML, PYPROJECT = ".ralph-hooks.toml", ".ralph-hooks.yaml", "pyproject.toml"
TABLE = "tool.ralph-hooks"

Lines = Mapping[str, int]  # key → 1-based line


@dataclass(frozen=True, slots=True)
class Config:
    """Every setting with its default. Times in seconds, paths relative to the repository, forward slashes."""

    dialect: str | None = None  # "ralph", "speckit" or "plain"; None: recognised from the list
    max_parallel: int = 3
    link: tuple[str, ...] = ()  # symlinked into each worktree: node_modules, .venv
    copy: tuple[str, ...] = ()  # copied into each worktree: .env
    setup: str | None = None  # shell command, run in each new worktree
    setup_timeout: float = 1800
    stop_handler: str = "auto"  # "auto", "increments" or "reads"
    max_task_iterations: int = 5
    keep_worktrees: bool = False
    lock_timeout: float = 60
    sign_timeout: float = 30
    source: str | None = None  # the file it came from, for messages; no setting


def load(root: Path) -> Config:
    """The settings of the repository at `root`, the defaults if it has none.

    Raises UsageError with file and line: two sources at once, not readable, not the schema.
    """
    if (root / ".ralph-hooks.yml").exists():
        raise UsageError(".ralph-hooks.yml is not read", f"rename it to {YAML}")
    found = [loaded for read in (_read_toml, _read_yaml, _read_pyproject) if (loaded := read(root)) is not None]
    if len(found) > 1:
        names = " and ".join(name for name, _, _ in found)
        raise UsageError(f"{names} both hold the configuration", "keep one of them")
    return _checked(*found[0]) if found else Config()


# Reading: each gives (name of the file, document, line of each key), or None when the file is not there.

_Loaded = tuple[str, object, Lines]


def _read_toml(root: Path) -> _Loaded | None:
    text = _text(root, TOML)
    return None if text is None else (TOML, _parse_toml(TOML, text), _toml_lines(text))


def _read_pyproject(root: Path) -> _Loaded | None:
    text = _text(root, PYPROJECT)
    if text is None or "ralph-hooks" not in text:  # most are someone else's: not parsed at all
        return None
    tool = _parse_toml(PYPROJECT, text).get("tool")
    if not isinstance(tool, dict) or "ralph-hooks" not in tool:
        return None
    header = re.search(r"^[ \t]*\[[ \t]*tool[ \t]*\.[ \t]*[\"']?ralph-hooks[\"']?[ \t]*\]", text, re.MULTILINE)
    above = text[: header.end()] if header else ""
    table = re.split(r"^[ \t]*\[", text[len(above) :], maxsplit=1, flags=re.MULTILINE)[0]
    return PYPROJECT, tool["ralph-hooks"], {key: line + above.count("\n") for key, line in _toml_lines(table).items()}


def _read_yaml(root: Path) -> _Loaded | None:
    text = _text(root, YAML)
    if text is None:
        return None
    import yaml  # noqa: PLC0415 - lazy, see above

    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)(text)
    try:
        node = loader.get_single_node()
        lines = _yaml_lines(node)
        return YAML, {} if node is None else loader.construct_document(node), lines
    except (yaml.YAMLError, ValueError, RecursionError) as error:  # ValueError: a date that does not exist
        mark = getattr(error, "problem_mark", None)
        where = YAML if mark is None else f"{YAML}:{mark.line + 1}"
        raise UsageError(f"{where}: not YAML: {getattr(error, 'problem', None) or error}", "mend the syntax") from error
    finally:
        loader.dispose()


def _text(root: Path, name: str) -> str | None:
    try:
        return (root / name).read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        return None
    except OSError as error:
        raise UsageError(f"{name}: {error.strerror}", "make it a readable file") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{name}: not UTF-8 at byte {error.start}", "save it as UTF-8") from error


def _parse_toml(name: str, text: str) -> dict[str, object]:
    import tomllib  # noqa: PLC0415 - lazy, see above

    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        line = re.search(r"at line (\d+)", str(error))  # the only place where tomllib gives it
        where = f"{name}:{line[1]}" if line else name
        raise UsageError(f"{where}: not TOML: {error}", "mend the syntax") from error


def _toml_lines(text: str) -> Lines:
    keys = re.compile(r"[ \t]*[\"']?([\w-]+)[\"']?[ \t]*[.=]|[ \t]*\[+[ \t]*[\"']?([\w-]+)[\"']?")
    found = ((keys.match(line), number) for number, line in enumerate(text.split("\n"), 1))
    lines: dict[str, int] = {}
    for match, number in found:
        if match:
            lines.setdefault(match[1] or match[2], number)
    return lines


def _yaml_lines(node: Any) -> Lines:
    lines: dict[str, int] = {}
    for key, _ in node.value if getattr(node, "id", None) == "mapping" else ():
        if str(key.value) in lines:  # YAML forbids it, PyYAML takes the last one without a word
            raise UsageError(f"{YAML}:{key.start_mark.line + 1}: {key.value} is there twice", "keep one of them")
        lines[str(key.value)] = key.start_mark.line + 1
    return lines


# The schema. Each check gives the value as the dataclass holds it, or raises ValueError with what is expected.

_Check = Callable[[Any], object]


def _checked(name: str, document: object, lines: Lines) -> Config:
    if not isinstance(document, dict):
        raise UsageError(
            f"{name}: the configuration is not a table of keys", f"write keys such as {', '.join(_SCHEMA)}"
        )
    values: dict[str, Any] = {}
    for key, value in document.items():
        where = f"{name}:{lines[str(key)]}" if str(key) in lines else name
        if key not in _SCHEMA:
            raise UsageError(f"{where}: unknown key '{key}'", _nearest(str(key)))
        try:
            values[key] = _SCHEMA[key](value)
        except ValueError as error:
            raise UsageError(f"{where}: {key} cannot be {_shown(value)}", f"it is {error}") from error
    _no_nesting(name, values)
    return Config(**values, source=name)


def _shown(value: object) -> str:
    shown = str(value).lower() if isinstance(value, bool) else repr(value)
    return shown if len(shown) <= 60 else shown[:59] + "…"


def _nearest(key: str) -> str:
    near = difflib.get_close_matches(key.replace("-", "_").lower(), _SCHEMA, n=1)
    return f"did you mean {near[0]}?" if near else f"the keys are {', '.join(_SCHEMA)}"


def _no_nesting(name: str, values: Mapping[str, Any]) -> None:
    """A copy below a link would be written through the link, into the main worktree."""
    paths = [PurePosixPath(path) for key in ("link", "copy") for path in values.get(key, ())]
    for at, path in enumerate(paths):
        for other in paths[:at]:
            if path.is_relative_to(other) or other.is_relative_to(path):
                raise UsageError(
                    f"{name}: link and copy name {other} and {path}", "name each path once, none inside another"
                )


def _one_of(*allowed: str) -> _Check:
    def check(value: Any) -> object:
        if value not in allowed:
            raise ValueError(f"one of {', '.join(allowed)}")
        return value

    return check


def _whole(low: int, high: int) -> _Check:
    def check(value: Any) -> object:
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise ValueError(f"a whole number from {low} to {high}")
        return value

    return check


def _seconds(value: Any) -> object:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= 86400:  # nan is neither
        raise ValueError("a number of seconds above 0, at most 86400")
    return float(value)


def _flag(value: Any) -> object:
    if not isinstance(value, bool):
        raise ValueError("true or false")  # noqa: TRY004 - one kind of error for the one caller
    return value


def _command(value: Any) -> object:
    if not isinstance(value, str) or not value.strip() or "\0" in value:
        raise ValueError("a shell command in quotes")
    return value


def _paths(value: Any) -> object:
    if not isinstance(value, list) or not all(isinstance(path, str) and _inside(path) for path in value):
        raise ValueError("a list of paths below the repository, relative, without .. and .git")
    return tuple(str(PurePosixPath(path)) for path in value)


def _inside(path: str) -> bool:
    parts = PurePosixPath(path).parts
    plain = path.isprintable() and not path.startswith(("/", "~"))
    return plain and bool(parts) and not {"..", ".git"} & {part.lower() for part in parts}


_SCHEMA: Mapping[str, _Check] = {
    "dialect": _one_of("ralph", "speckit", "plain"),
    "max_parallel": _whole(1, 64),
    "link": _paths,
    "copy": _paths,
    "setup": _command,
    "setup_timeout": _seconds,
    "stop_handler": _one_of("auto", "increments", "reads"),
    "max_task_iterations": _whole(1, 1000),
    "keep_worktrees": _flag,
    "lock_timeout": _seconds,
    "sign_timeout": _seconds,
}
