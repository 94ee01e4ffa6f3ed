"""Bringing the target's checked-out worktree from one commit to another without losing anything that is not in git.

git's own `read-tree -m -u` silently overwrites ignored files, and a crash in the middle of it leaves an `index.lock`
that nobody can tell from a live one. So: look first, work on a private copy of the index, and hold the real
`index.lock` with our name in it until the private index has taken its place.
"""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from ralph_hooks.errors import RefusedError
from ralph_hooks.git.diff import Diff
from ralph_hooks.git.objects import GITLINK, Entry
from ralph_hooks.git.repository import Repository

LOCK_MARK = b"ralph-hooks "


@dataclass(frozen=True, slots=True)
class Obstacle:
    """A path that the sync would overwrite, and why it must not."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class Checkout:
    """A worktree whose index is locked by us. Made by `lock_checkout`."""

    repository: Repository
    index: Path  # the private copy

    def local_changes(self) -> frozenset[str]:
        """Tracked paths that differ from HEAD in the index or on disk. Refreshes the private index on the way."""
        flags = ("--porcelain", "-z", "--no-renames", "--untracked-files=no", "--ignore-submodules=none")
        # Optional locks on: this is how `status` writes the refreshed index back, and it is our own copy.
        env = self._env | {"GIT_OPTIONAL_LOCKS": "1"}
        return frozenset(record[3:] for record in self.repository.git("status", *flags, env=env).records)

    def take_back(self, commit: str, paths: Iterable[str]) -> None:
        """Put these tracked paths back to what they are in `commit`, in the private index and on disk."""
        self._restore(commit, set(paths), "--staged", "--worktree")

    def switch(self, old: str, new: str) -> None:
        """Bring index and files from `old` to `new`; other local changes stay. Raises GitError."""
        self.repository.git("read-tree", "-m", "-u", old, new, env=self._env)

    def install(self) -> None:
        """Let the private index take the place of the real one."""
        with self.index.open("rb") as file:
            os.fsync(file.fileno())
        self.index.replace(index_path(self.repository))

    def bring(self, changes: Diff, commit: str, also: Sequence[str] = (), *, back: bool) -> None:
        """Finish by hand what a broken `switch` began, or take it `back`: only paths that stand at the other end move.

        A path whose content is neither end's belongs to somebody else and stays. `also`: paths to bring to `commit`
        anyway. Works from the real index, whether the broken switch got to install its own or not, and installs it.
        """
        copy_index(self.repository, self.index)
        other = {path: change.new if back else change.old for path, change in changes.items()}
        absent = _sparse(self.repository)
        changes = {path: change for path, change in changes.items() if path not in absent}
        disk, index = on_disk(self.repository, changes), in_index(self.repository)
        self._restore(commit, {path for path in changes if index.get(path) == other[path]}, "--staged")
        # git removes a file before it writes the new one: a path that is missing was under way.
        moving = [path for path in changes if disk[path] is None or disk[path] == other[path]]
        wanted = {path: changes[path].old if back else changes[path].new for path in moving}
        for path in (path for path, entry in wanted.items() if entry is None and disk[path] is not None):
            _remove(self.repository.top, path)
        standing = {path for path, entry in wanted.items() if entry is not None}
        self._restore(commit, standing | set(also), "--worktree")
        self.install()

    def _restore(self, commit: str, paths: Collection[str], *where: str) -> None:
        if paths:
            listed = os.fsencode("".join(f"{path}\0" for path in sorted(paths)))
            options = ("--source", commit, *where, "--pathspec-from-file=-", "--pathspec-file-nul")
            literal = {"GIT_LITERAL_PATHSPECS": "1"}
            self.repository.git("restore", "--quiet", *options, stdin=listed, env=self._env | literal)

    @property
    def _env(self) -> dict[str, str]:
        return {"GIT_INDEX_FILE": str(self.index)}


def index_path(repository: Repository) -> Path:
    return repository.git_dir / "index"


def copy_index(repository: Repository, target: Path) -> None:
    """A private copy of the index, with its time of change.

    An edit of the same size within the second in which the index was written is seen by git only because the entry is
    not older than the index file. A copy with a newer time would call that file clean, and the edit would be lost.
    """
    shutil.copy2(index_path(repository), target)


@contextmanager
def lock_checkout(repository: Repository, owner: str) -> Iterator[Checkout]:
    """Hold the worktree's `index.lock`, with `owner` in it. Raises RefusedError when somebody else has it."""
    lock, private = _lock_path(repository), _private_index(repository)
    try:
        with lock.open("xb") as file:
            file.write(LOCK_MARK + owner.encode())
    except FileExistsError:
        raise RefusedError(
            f"the index of {repository.top} is locked ({lock})",
            "wait for the other git command; remove the file if there is none",
        ) from None
    try:
        if index_path(repository).exists():
            copy_index(repository, private)
        yield Checkout(repository, private)
    finally:
        private.unlink(missing_ok=True)
        lock.unlink(missing_ok=True)


def remove_stale_lock(repository: Repository) -> bool:
    """Remove an `index.lock` that a killed landing left. Only with the landing lock held: then its owner is dead."""
    with suppress(FileNotFoundError):
        if not _lock_path(repository).read_bytes().startswith(LOCK_MARK):
            return False
        private = _private_index(repository)
        private.with_name(private.name + ".lock").unlink(missing_ok=True)
        private.unlink(missing_ok=True)
        _lock_path(repository).unlink()
        return True
    return False


def _lock_path(repository: Repository) -> Path:
    return repository.git_dir / "index.lock"


def _private_index(repository: Repository) -> Path:
    return repository.git_dir / "index.ralph"


def obstacles(top: Path, changes: Diff, local: Collection[str], ours: Collection[str] = ()) -> tuple[Obstacle, ...]:
    """What a switch along `changes` would overwrite.

    `local`: tracked paths with local changes; `ours` may be overwritten.
    """
    return tuple(_find(top, changes, frozenset(local), frozenset(ours)))


def _find(top: Path, changes: Diff, local: frozenset[str], ours: frozenset[str]) -> Iterator[Obstacle]:
    gone = {path for path, change in changes.items() if change.new is None}
    for path, change in changes.items():
        if path in ours:
            continue
        if path in local:
            yield Obstacle(path, "has local changes")
        elif change.old is None:
            yield from _in_the_way(top, path, gone, change.new)


def _in_the_way(top: Path, path: str, gone: set[str], new: Entry | None) -> Iterator[Obstacle]:
    """What stands on disk where `path` is to be added: the path itself, or a file where one of its folders must be."""
    for folder in _parents(path):
        here = top / folder
        if here.is_symlink() or (here.exists() and not here.is_dir()):
            if folder not in gone:
                yield Obstacle(folder, "is in the way and not in git")
            return
        if not here.exists():
            return
    here = top / path
    if not os.path.lexists(here):
        return
    if here.is_dir() and not here.is_symlink():
        kept = [] if new and new.mode == GITLINK else [file for file in _files(top, path) if file not in gone]
        yield from (Obstacle(file, "is in the way and not in git") for file in kept[:5])
    else:
        yield Obstacle(path, "is in the way and not in git")


def _parents(path: str) -> Iterator[str]:
    parts = path.split("/")[:-1]
    for end in range(1, len(parts) + 1):
        yield "/".join(parts[:end])


def _files(top: Path, folder: str) -> Iterator[str]:
    for here, _, names in os.walk(top / folder):
        for name in names:
            yield (Path(here) / name).relative_to(top).as_posix()


def _remove(top: Path, path: str) -> None:
    """Remove a file, and the folders that it leaves empty: one of them may stand where a file was."""
    (top / path).unlink()
    with suppress(OSError):
        for folder in reversed([*_parents(path)]):
            (top / folder).rmdir()


def _sparse(repository: Repository) -> frozenset[str]:
    """Paths that a sparse checkout keeps out of the worktree: that they are missing means nothing."""
    listed = repository.git("ls-files", "-t", "-z").records
    return frozenset(record[2:] for record in listed if record.startswith("S "))


def in_index(repository: Repository) -> dict[str, Entry]:
    """What the index holds, by path; of a conflicted path one of its stages."""
    listed = (record.partition("\t") for record in repository.git("ls-files", "--stage", "-z").records)
    return {path: Entry(*facts.split(" ")[:2]) for facts, _, path in listed}


def on_disk(repository: Repository, paths: Iterable[str]) -> dict[str, Entry | None]:
    """What stands at each path, as git would store it: filters applied, the text of a symlink; None for nothing."""
    found: dict[str, Entry | None] = {}
    files: list[tuple[str, str]] = []
    for path in paths:
        mode = _mode(repository.top, path)
        found[path] = None
        if mode == "120000":
            link = os.fsencode((repository.top / path).readlink())
            found[path] = Entry(mode, repository.git("hash-object", "--stdin", stdin=link).text)
        elif mode is not None:
            files.append((path, mode))
    if files:
        names = "".join(f"{_quoted(path)}\n" for path, _ in files)
        oids = repository.git("hash-object", "--stdin-paths", stdin=os.fsencode(names)).text.split("\n")
        found.update({path: Entry(mode, oid) for (path, mode), oid in zip(files, oids, strict=True)})
    return found


def stands(top: Path, path: str) -> bool:
    """Is there anything at `path`, without following a symlink on the way?"""
    return os.path.lexists(top / path) and not any((top / folder).is_symlink() for folder in _parents(path))


def _mode(top: Path, path: str) -> str | None:
    if not stands(top, path):
        return None
    info = (top / path).lstat()
    if stat.S_ISLNK(info.st_mode):
        return "120000"
    if not stat.S_ISREG(info.st_mode):
        return None
    return "100755" if info.st_mode & stat.S_IXUSR else "100644"


def _quoted(path: str) -> str:
    """`--stdin-paths` reads lines, and unquotes those that begin with a double quote."""
    if "\n" not in path and not path.startswith('"'):
        return path
    escaped = path.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
