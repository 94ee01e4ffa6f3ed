"""Which task list is meant, and which files beside it are the spec's own."""

from __future__ import annotations

import os
from contextlib import suppress
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath

from ralph_hooks.errors import UsageError
from ralph_hooks.records import NamedTuple
from ralph_hooks.spec.settings import current_spec, specs_dirs

STATE = ".ralph-state.json"
PROGRESS = ".progress.md"
_TEMPORARY = (".progress-task-", ".md")  # what one executor writes about its progress, its number in between
# ".ralph-state.json.*" are the temporary files of our own atomic write, ".*.lock" those of the executors' flock.
_OWN = (PROGRESS, "*".join(_TEMPORARY), STATE, f"{STATE}.*", ".*.lock")


class Spec(NamedTuple):
    """One task list of the worktree at `root`. `tasks` is relative to it, forward slashes."""

    root: Path
    tasks: str
    kind: str  # "ralph": a list with a state file and a progress log; "list": any other

    @property
    def directory(self) -> str:
        """The list's directory relative to `root`, `.` for the top."""
        return str(PurePosixPath(self.tasks).parent)

    @property
    def progress(self) -> str | None:
        return self.beside(PROGRESS) if self.kind == "ralph" else None

    @property
    def state(self) -> str | None:
        return self.beside(STATE) if self.kind == "ralph" else None

    def beside(self, name: str) -> str:
        """The path of a file in the list's directory, relative to `root`."""
        return str(PurePosixPath(self.tasks).with_name(name))

    def own(self, path: str) -> bool:
        """Whether `path`, relative to `root`, is one of the spec's own files, which no executor's commit may carry."""
        if path == self.tasks or self.kind != "ralph":
            return path == self.tasks
        if not path.rpartition("/")[2].startswith("."):  # as all of them do; a landing asks this of every path
            return False
        where, name = PurePosixPath(path).parent, PurePosixPath(path).name
        directory = PurePosixPath(self.directory)
        if where == directory:
            return any(fnmatchcase(name, pattern) for pattern in _OWN)
        return name == ".current-spec" and where == directory.parent


def temporary_name(number: int) -> str:
    """The file that the executor of task `number` writes its progress to."""
    return str(number).join(_TEMPORARY)


def is_temporary(name: str) -> bool:
    """Is this what such a file is called?"""
    begin, end = _TEMPORARY
    return name.startswith(begin) and name.endswith(end)


def temporary_files(folder: Path) -> list[Path]:
    """Those that stand in a folder, in order; none where there is no such folder, or nobody may look into it."""
    with suppress(FileNotFoundError, NotADirectoryError, PermissionError):  # an error of the disk is for whoever asks
        return [folder / name for name in sorted(os.listdir(folder)) if is_temporary(name)]  # noqa: PTH208 - many look
    return []


def locate(root: Path, *, cwd: Path, tasks: str | None = None, spec: str | None = None) -> Spec:
    """The list that `--tasks` or `--spec` names, else the current spec of ralph-specum, else the only one there is.

    `tasks` is relative to `cwd`; `spec` is a path relative to `cwd` or a bare name. Raises UsageError.
    """
    if tasks is not None and spec is not None:
        raise UsageError("--tasks and --spec both name a list", "give one of them")
    if tasks is not None:
        return _spec(root, cwd / tasks, f"--tasks {tasks}")
    if spec is not None:
        return _spec(root, _named(root, cwd, spec) / "tasks.md", f"--spec {spec}")
    current = current_spec(root)
    if current is not None:
        return _spec(root, root / current / "tasks.md", f"the current spec {current}")
    return _spec(root, root / _only(root), "the repository")


def _named(root: Path, cwd: Path, spec: str) -> Path:
    if "/" in spec or spec in {".", ".."}:
        return cwd / spec
    found = [root / base / spec for base in specs_dirs(root) if (root / base / spec / "tasks.md").is_file()]
    if len(found) > 1:
        places = ", ".join(os.path.relpath(path, root) for path in found)
        raise UsageError(f"several specs are named {spec}: {places}", "name one with --spec ./PATH")
    return found[0] if found else cwd / spec


def _only(root: Path) -> str:
    lists = _candidates(root)
    if len(lists) == 1:
        return lists[0]
    if not lists:
        raise UsageError("no task list: no tasks.md here or in the specs", "name one with --tasks FILE")
    shown = ", ".join(lists[:10]) + (f" and {len(lists) - 10} more" if len(lists) > 10 else "")
    raise UsageError(f"several task lists: {shown}", "name one with --tasks FILE")


def _candidates(root: Path) -> list[str]:
    found = [path for base in specs_dirs(root) for path in sorted((root / base).glob("*/tasks.md"))]
    return [path.relative_to(root).as_posix() for path in [root / "tasks.md", *found] if path.is_file()]


def _spec(root: Path, path: Path, who: str) -> Spec:
    """The spec of the list at `path`, symlinks resolved: git looks through none, and a tick edits the real file."""
    top, real = os.path.realpath(root), os.path.realpath(path)
    if not real.startswith(top.rstrip("/") + "/"):
        raise UsageError(f"{who} leads out of the repository, to {real}", "name a list inside it")
    relative = PurePosixPath(real).relative_to(top)
    if Path(real).is_dir():
        raise UsageError(f"{who} is a directory", f"name the file, or use --spec {relative}")
    if not Path(real).is_file():
        raise UsageError(f"{who}: there is no {relative}", "name a list with --tasks FILE")
    _same_repository(top, relative, who)
    return Spec(root, str(relative), _kind(root, relative))


def _same_repository(top: str, relative: PurePosixPath, who: str) -> None:
    inner = [str(parent) for parent in relative.parents[:-1] if os.path.lexists(Path(top, parent, ".git"))]
    if inner or ".git" in relative.parts:
        raise UsageError(f"{who} is in another repository, {inner[0] if inner else '.git'}", "run the command there")


def _kind(root: Path, tasks: PurePosixPath) -> str:
    beside = root / tasks.parent
    if os.path.lexists(beside / STATE) or os.path.lexists(beside / PROGRESS):
        return "ralph"
    current = current_spec(root)
    return "ralph" if current is not None and os.path.realpath(root / current) == os.path.realpath(beside) else "list"
