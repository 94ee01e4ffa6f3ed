"""The files that a task changes, as far as its text tells: what it declares without what it merely mentions."""

from __future__ import annotations

from ralph_hooks.tasklist.model import Dialect, Task
from ralph_hooks.tasklist.overlap import is_glob
from ralph_hooks.tasklist.paths import BARE_NAMES

# The landing keeps these out of every commit but its own stamp, and spec-kit's descriptions name them as references.
_LIST_FILES = frozenset({"tasks.md", ".progress.md", ".ralph-state.json"})
_SPEC_FILES = frozenset({"spec.md", "plan.md", "research.md", "data-model.md", "quickstart.md"})
# A description that names more is about what is read or searched; what it changes comes first.
_MOST_NAMED = 3


def targets(task: Task, dialect: Dialect) -> tuple[str, ...]:
    """The paths that count as changed by a task, in source order, as they are spelt."""
    if dialect is not Dialect.SPECKIT:
        return tuple(path for path in task.files if path.rpartition("/")[2] not in _LIST_FILES)
    named = tuple(path for path in task.files if path not in _LIST_FILES | _SPEC_FILES)
    return named if len(named) <= _MOST_NAMED else named[:1]


def is_file(path: str) -> bool:
    """Whether a path names one file: no glob, and no directory as far as the name tells."""
    last = path.rpartition("/")[2]
    return not is_glob(path) and last not in {"", ".", ".."} and ("." in last or last in BARE_NAMES)


def is_bare_glob(path: str) -> bool:
    """`*.py`, which means the files that the text has been talking about, not those of the whole repository."""
    return is_glob(path) and "/" not in path
