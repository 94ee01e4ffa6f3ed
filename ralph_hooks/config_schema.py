"""The schema of the configuration: for each key, what it may be, for us and as JSON schema for editors.

`python -m ralph_hooks.config_schema` prints the JSON schema, which is also in the package, as `config.schema.json`.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from pathlib import PurePosixPath
from typing import Any

from ralph_hooks.records import NamedTuple


class Kind(NamedTuple):
    """What a value may be. `check` gives it as `Config` holds it, or raises ValueError with what is expected."""

    check: Callable[[Any], object]
    schema: Mapping[str, Any]


def json_schema() -> dict[str, Any]:
    """The JSON schema of all keys. What it cannot say (no path inside another, say) is checked by us alone."""
    return {"$schema": "http://json-schema.org/draft-07/schema#", "title": "ralph-hooks"} | _object(SCHEMA)


def _object(kinds: Mapping[str, Kind]) -> dict[str, Any]:
    """The schema of a table. A dot in a key leads into a table inside it."""
    tables: dict[str, dict[str, Kind]] = {}
    properties: dict[str, Any] = {}
    for key, kind in kinds.items():
        table, _, inner = key.rpartition(".")
        if table:
            tables.setdefault(table, {})[inner] = kind
        properties[table or key] = _object(tables[table]) if table else dict(kind.schema)
    return {"type": "object", "additionalProperties": False, "properties": properties}


def _one_of(*allowed: str) -> Kind:
    def check(value: Any) -> object:
        if value not in allowed:
            raise ValueError(f"one of {', '.join(allowed)}")
        return value

    return Kind(check, {"enum": list(allowed)})


def _whole(low: int, high: int) -> Kind:
    def check(value: Any) -> object:
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise ValueError(f"a whole number from {low} to {high}")
        return value

    return Kind(check, {"type": "integer", "minimum": low, "maximum": high})


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


def _path(value: Any) -> object:
    if not isinstance(value, str) or not _inside(value):
        raise ValueError("a path below the repository, relative, without .. and .git")
    return str(PurePosixPath(value))


def _words(what: str) -> Callable[[Any], tuple[str, ...]]:
    def check(value: Any) -> tuple[str, ...]:
        if not isinstance(value, list) or not all(_word(item) for item in value):
            raise ValueError(what)
        return tuple(value)

    return check


def _word(value: Any) -> bool:
    return isinstance(value, str) and value.isprintable() and bool(value.strip())


def _ignores(value: Any) -> object:
    what = 'a table of globs, each with a list of rules: "old/**" = ["RH2"]'
    if not isinstance(value, dict) or not all(_word(glob) for glob in value):
        raise ValueError(what)
    return tuple((glob, _words(what)(rules)) for glob, rules in value.items())


def _url(value: Any) -> object:
    if not _word(value) or "{code}" not in value:
        raise ValueError("an address in which {code} stands for the code of the rule")
    return value


_TEXT = {"type": "string", "minLength": 1}
_TEXTS = {"type": "array", "items": _TEXT}
_SECONDS = Kind(_seconds, {"type": "number", "exclusiveMinimum": 0, "maximum": 86400})
_RULES = Kind(_words("a list of rules: codes such as RH201, beginnings of them such as RH2, or names"), _TEXTS)

SCHEMA: Mapping[str, Kind] = {
    "dialect": _one_of("ralph", "speckit", "plain"),
    "max_parallel": _whole(1, 64),
    "link": Kind(_paths, _TEXTS),
    "copy": Kind(_paths, _TEXTS),
    "setup": Kind(_command, _TEXT),
    "setup_timeout": _SECONDS,
    "stop_handler": _one_of("auto", "increments", "reads"),
    "max_task_iterations": _whole(1, 1000),
    "breaker_failures": _whole(1, 1000),
    "breaker_cooldown": _SECONDS,
    "retry_pause": _SECONDS,
    "worktree_pool": _whole(0, 64),
    "keep_worktrees": Kind(_flag, {"type": "boolean"}),
    "lock_timeout": _SECONDS,
    "sign_timeout": _SECONDS,
    "scope": _one_of("report", "strict"),
    "commit_message": _one_of("report", "strict"),
    "select": _RULES,
    "ignore": _RULES,
    "fail_on": _one_of("error", "warning", "info"),
    "exclude": Kind(_words("a list of globs of paths below the repository"), _TEXTS),
    "per_file_ignores": Kind(_ignores, {"type": "object", "additionalProperties": _TEXTS}),
    "max_group": _whole(1, 1000),
    "shared_files": Kind(_words("a list of names or globs of files"), _TEXTS),
    "required_fields": Kind(_words("a list of names of fields: Do, Files, Done when, Verify, Commit"), _TEXTS),
    "baseline": Kind(_path, _TEXT),
    "rule_url": Kind(_url, {"type": "string", "pattern": r"\{code\}"}),
    "claude.executors": Kind(_words("a list of agent types"), _TEXTS),
    "claude.background": Kind(_flag, {"type": "boolean"}),
    "claude.pool": Kind(_flag, {"type": "boolean"}),
}

if __name__ == "__main__":
    sys.stdout.write(json.dumps(json_schema(), indent=2) + "\n")
