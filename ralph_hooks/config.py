"""The settings of one repository: `.ralph-hooks.toml`, `.ralph-hooks.yaml` or `[tool.ralph-hooks]` in `pyproject.toml`.

tomllib and yaml are imported only where a file of that kind is there: a hook runs on every tool batch.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath
from types import MappingProxyType
from typing import Any

from ralph_hooks.errors import UsageError
from ralph_hooks.records import NamedTuple

TOML, YAML, PYPROJECT = ".ralph-hooks.toml", ".ralph-hooks.yaml", "pyproject.toml"
TABLE = "tool.ralph-hooks"
TABLES = ("claude",)  # of settings; `claude.background` is the field `claude_background`

Lines = Mapping[str, int]  # key → 1-based line


class Config(NamedTuple):
    """Every setting with its default. Times in seconds, paths relative to the repository, forward slashes."""

    dialect: str | None = None  # "ralph", "speckit" or "plain"; None: recognised from the list
    max_parallel: int = 3
    link: tuple[str, ...] = ()  # symlinked into each worktree: node_modules, .venv
    copy: tuple[str, ...] = ()  # copied into each worktree: .env
    setup: str | None = None  # shell command, run in each new worktree
    setup_timeout: float = 1800
    stop_handler: str = "auto"  # "auto", "increments" or "reads"
    max_task_iterations: int = 5
    breaker_failures: int = 3  # bad batches in a row after which tasks run one at a time
    breaker_cooldown: float = 600  # how long they do, before a batch of two is tried
    retry_pause: float = 30  # before a task that failed for a cause outside is tried again; doubles each time
    worktree_pool: int | None = None  # worktrees kept for later batches; None: as many as max_parallel, 0: none
    keep_worktrees: bool = False
    lock_timeout: float = 60
    sign_timeout: float = 30
    scope: str = "report"  # changed files that the task does not declare: "report", or "strict": refused and parked
    commit_message: str = "report"  # an executor's subject that is not the task's Commit field: "report" or "strict"
    select: tuple[str, ...] = ()  # rules that lint runs: codes, beginnings of codes, names; (): those on by default
    ignore: tuple[str, ...] = ()  # rules that it does not run
    fail_on: str = "error"  # the severity from which on lint exits with 1: "error", "warning" or "info"
    exclude: tuple[str, ...] = ()  # globs of lists that are not linted, named or not
    per_file_ignores: tuple[tuple[str, tuple[str, ...]], ...] = ()  # (glob, rules that are not run there)
    max_group: int = 5  # members of a parallel group
    shared_files: tuple[str, ...] | None = None  # files that no parallel task should change; None: the linter's own
    required_fields: tuple[str, ...] = ()  # fields that every task must have
    baseline: str | None = None  # the file of known findings
    rule_url: str = "docs/rules/{code}.md"  # where the page of a rule is
    claude_executors: tuple[str, ...] = ("spec-executor",)  # agent types that do tasks, without a plugin's prefix
    claude_background: bool = False  # leave it to the model which executors run in the background
    claude_pool: bool = False  # make the worktrees of its agents for it, from the pool
    # For messages; no settings.
    source: str | None = None
    lines: Mapping[str, int] = MappingProxyType({})

    def where(self, field: str) -> str:
        """File and line of a setting."""
        line = _line(self.lines, spelt(field))
        return f"{self.source}:{line}" if line else str(self.source)


def spelt(field: str) -> str:
    """How a field of the settings is written in a file: `claude.background`."""
    table, _, rest = field.partition("_")
    return f"{table}.{rest}" if table in TABLES else field


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


def load_file(path: Path) -> Config:
    """The settings in one file, whatever its name: TOML, YAML, or a table of a `pyproject.toml`. Raises UsageError."""
    readers = {".toml": _read_toml, ".yaml": _read_yaml, ".yml": _read_yaml}
    reader = _read_pyproject if path.name == PYPROJECT else readers.get(path.suffix)
    if reader is None:
        raise UsageError(f"{path} is neither TOML nor YAML", "name it .toml or .yaml")
    loaded = reader(path.parent, path.name)
    if loaded is None:
        what = f"holds no [{TABLE}]" if path.exists() else "is not there"
        raise UsageError(f"{path} {what}", "name a file with settings")
    return _checked(*loaded)


# Reading: each gives (name of the file, document, line of each key), or None when the file is not there.

_Loaded = tuple[str, object, Lines]


def _read_toml(root: Path, name: str = TOML) -> _Loaded | None:
    text = _text(root, name)
    return None if text is None else (name, _parse_toml(name, text), _toml_lines(text))


def _read_pyproject(root: Path, name: str = PYPROJECT) -> _Loaded | None:
    text = _text(root, name)
    if text is None or "ralph-hooks" not in text:  # most are someone else's: not parsed at all
        return None
    tool = _parse_toml(name, text).get("tool")
    if not isinstance(tool, dict) or "ralph-hooks" not in tool:
        return None
    header = re.search(r"^[ \t]*\[[ \t]*tool[ \t]*\.[ \t]*[\"']?ralph-hooks[\"']?[ \t]*\]", text, re.MULTILINE)
    above = text[: header.end()] if header else ""
    table = re.split(r"^[ \t]*\[", text[len(above) :], maxsplit=1, flags=re.MULTILINE)[0]
    return name, tool["ralph-hooks"], {key: line + above.count("\n") for key, line in _toml_lines(table).items()}


def _read_yaml(root: Path, name: str = YAML) -> _Loaded | None:
    text = _text(root, name)
    if text is None:
        return None
    import yaml  # noqa: PLC0415 - lazy, see above

    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)(text)
    try:
        node = loader.get_single_node()
        lines = _yaml_lines(name, node)
        return name, {} if node is None else loader.construct_document(node), lines
    except (yaml.YAMLError, ValueError, RecursionError) as error:  # ValueError: a date that does not exist
        mark = getattr(error, "problem_mark", None)
        where = name if mark is None else f"{name}:{mark.line + 1}"
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


def _yaml_lines(name: str, node: Any) -> Lines:
    lines: dict[str, int] = {}
    for key, _ in node.value if getattr(node, "id", None) == "mapping" else ():
        if str(key.value) in lines:  # YAML forbids it, PyYAML takes the last one without a word
            raise UsageError(f"{name}:{key.start_mark.line + 1}: {key.value} is there twice", "keep one of them")
        lines[str(key.value)] = key.start_mark.line + 1
    return lines


# What is in it, key by key.


def _checked(name: str, document: object, lines: Lines) -> Config:
    from ralph_hooks.config_schema import SCHEMA  # noqa: PLC0415 - only where there is something to check

    if not isinstance(document, dict):
        raise UsageError(f"{name}: the configuration is not a table of keys", f"write keys such as {', '.join(SCHEMA)}")
    values: dict[str, Any] = {}
    for key, value in _flat(document):
        line = _line(lines, key)
        where = f"{name}:{line}" if line else name
        if key not in SCHEMA:
            raise UsageError(f"{where}: unknown key '{key}'", _nearest(key, SCHEMA))
        try:
            values[key.replace(".", "_")] = SCHEMA[key].check(value)
        except ValueError as error:
            raise UsageError(f"{where}: {key} cannot be {_shown(value)}", f"it is {error}") from error
    _no_nesting(name, values)
    return Config(**values, source=name, lines=lines)


def _line(lines: Lines, key: str) -> int | None:
    return lines.get(key) or lines.get(key.rpartition(".")[2]) or lines.get(key.partition(".")[0])


def _flat(document: Mapping[Any, object]) -> Iterator[tuple[str, object]]:
    """Keys with their values; those in a table of ours with its name before them: `claude.background`."""
    for key, value in document.items():
        if key in TABLES and isinstance(value, dict):
            yield from ((f"{key}.{inner}", item) for inner, item in value.items())
        else:
            yield str(key), value


def _shown(value: object) -> str:
    shown = str(value).lower() if isinstance(value, bool) else repr(value)
    return shown if len(shown) <= 60 else shown[:59] + "…"


def _nearest(key: str, keys: Iterable[str]) -> str:
    import difflib  # noqa: PLC0415 - only for a mistyped key

    near = difflib.get_close_matches(key.replace("-", "_").lower(), list(keys), n=1)
    return f"did you mean {near[0]}?" if near else f"the keys are {', '.join(keys)}"


def _no_nesting(name: str, values: Mapping[str, Any]) -> None:
    """A copy below a link would be written through the link, into the main worktree."""
    paths = [PurePosixPath(path) for key in ("link", "copy") for path in values.get(key, ())]
    for at, path in enumerate(paths):
        for other in paths[:at]:
            if path.is_relative_to(other) or other.is_relative_to(path):
                raise UsageError(
                    f"{name}: link and copy name {other} and {path}", "name each path once, none inside another"
                )
