"""What a rule is and what it finds. Frozen data; spans are character offsets into `TaskList.text`, as everywhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum
from typing import Any

from ralph_hooks.records import NamedTuple
from ralph_hooks.tasklist.model import Dialect, Span, TaskList


class Severity(StrEnum):
    """Errors are for what will break a run; what official templates or common practice do is at most a warning."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class Edit(NamedTuple):
    """Replace `span` of the text by `text`."""

    span: Span
    text: str


class Fix(NamedTuple):
    """How to mend a finding. `unsafe`: why it may not be what is meant; None for a fix that is certain."""

    edits: tuple[Edit, ...]
    unsafe: str | None = None


class Problem(NamedTuple):
    """What a rule found. The engine adds path, code, severity and position; `task`: the index it is about, if any."""

    span: Span
    message: str
    fix: Fix | None = None
    task: int | None = None


class Surroundings(NamedTuple):
    """What lies beside a list, read by the edge: its path (relative, forward slashes), state file, other files.

    `state`: the parsed `.ralph-state.json`, None when there is none or it cannot be read; `committed`: names of files
    beside the list that git tracks (or has staged), None when that is not known.
    """

    path: str = "tasks.md"
    state: Mapping[str, Any] | None = None
    committed: frozenset[str] | None = None


class Settings(NamedTuple):
    """What the user may set. Defaults are those of the configuration schema in `ralph_hooks/config.py`."""

    max_parallel: int = 3
    max_group: int = 5  # members of one group: stop-watcher.sh shows a coordinator no more
    shared_files: tuple[str, ...] = (
        "package.json",
        "package-lock.json",
        "pnpm-lock.yaml",
        "yarn.lock",
        "tsconfig.json",
        "Cargo.toml",
        "Cargo.lock",
        "go.mod",
        "go.sum",
        "pyproject.toml",
        "poetry.lock",
        "uv.lock",
    )
    required_fields: tuple[str, ...] = ()


Check = Callable[[TaskList, Settings, Surroundings], Iterator[Problem]]


class Rule(NamedTuple):
    """One rule: one file in `rules/`. The texts are what `ralph-hooks rule CODE` and `docs/rules/` show."""

    code: str  # RH201
    name: str  # same-file
    severity: Severity
    summary: str  # one line
    why: str
    bad: str  # a task list that has it
    good: str  # the same, mended
    check: Check
    dialects: frozenset[Dialect] = frozenset(Dialect)
    default: bool = True  # False: only where it is selected
    configure: str = ""  # which settings matter, if any


class Finding(NamedTuple):
    """A problem with its rule and place; lines and columns are 1-based, the end column exclusive, as in SARIF."""

    path: str
    line: int
    column: int
    end_line: int
    end_column: int
    code: str
    name: str
    severity: Severity
    message: str
    task: str | None = None  # the id of the task that it is about
    fix: Fix | None = None

    @property
    def fixable(self) -> bool:
        return self.fix is not None
