"""Bringing the target's checked-out worktree from one commit to another without losing anything that is not in git.

git's own `read-tree -m -u` silently overwrites ignored files, and a crash in the middle of it leaves an `index.lock`
that nobody can tell from a live one. So: look first, work on a private copy of the index, and hold the real
`index.lock` with our name in it until the private index has taken its place.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from ralph_hooks.errors import RefusedError
from ralph_hooks.git.claims import Claim, claimed
from ralph_hooks.git.diff import Diff
from ralph_hooks.git.disk import at_ends, half_written, in_index, parents, sparse_paths, stands
from ralph_hooks.git.process import SUBMODULES, GitError
from ralph_hooks.git.repository import Repository
from ralph_hooks.records import NamedTuple

LOCK_MARK = b"ralph-hooks "
# What `read-tree` says of entries and files that it must not touch: it looks at all of them before it touches any.
# (git's unpack-trees.c and read-tree.c; we run git in the C locale.)
_UNTOUCHED = ("Cannot merge.", "resolve your current index first")


class Checkout(NamedTuple):
    """A worktree whose index is locked by us. Made by `lock_checkout`."""

    repository: Repository
    private: Path  # our copy of the index

    def local_changes(self) -> frozenset[str]:
        """Tracked paths that differ from HEAD in the index or on disk. Refreshes the private index on the way."""
        flags = ("--porcelain", "-z", "--no-renames", "--untracked-files=no", SUBMODULES)
        # Optional locks on: this is how `status` writes the refreshed index back, and it is our own copy.
        env = self._env | {"GIT_OPTIONAL_LOCKS": "1"}
        return frozenset(record[3:] for record in self.repository.git("status", *flags, env=env).records)

    def take_back(self, commit: str, paths: Iterable[str]) -> None:
        """Put these tracked paths back to what they are in `commit`, in the private index and on disk."""
        self._restore(commit, set(paths), "--staged", "--worktree")

    def switch(self, old: str, new: str) -> str | None:
        """Bring index and files from `old` to `new`; other local changes stay.

        Gives git's complaint, with nothing touched, where an entry is not `old`'s, or a file is not as the index
        remembers it: edited, or merely written once more. Raises GitError where anything may have been touched.
        """
        arguments = ("read-tree", "-m", "-u", old, new)
        done = self.repository.git(*arguments, env=self._env, accept=(0, 128))
        if done.status == 0:
            return None
        error = GitError(arguments, done.status, done.stderr)
        if any(said in error.stderr for said in _UNTOUCHED):
            return error.what
        raise error

    def clear(self, changes: Diff) -> None:
        """Remove what a `switch` should have removed: git only warns of a file that it could not, and goes on.

        Raises OSError where it cannot be removed still.
        """
        gone = [path for path, change in changes.items() if change.new is None and _is_file(self.repository.top, path)]
        disk = at_ends(self.repository, {path: changes[path] for path in gone})
        for path in gone:
            if disk[path] == changes[path].old:
                _remove(self.repository.top, path)

    def install(self) -> None:
        """Let the private index take the place of the real one."""
        with self.private.open("rb") as file:
            os.fsync(file.fileno())
        self.private.replace(index_path(self.repository))

    def bring(self, changes: Diff, commit: str, also: Sequence[str] = (), *, back: bool) -> None:
        """Finish by hand what a broken `switch` began, or take it `back`: only paths that stand at the other end move.

        A path whose content is neither end's belongs to somebody else and stays. `also`: paths to bring to `commit`
        anyway. Works from the real index, whether the broken switch got to install its own or not, and installs it.
        """
        _link_index(self.repository, self.private)
        other = {path: change.new if back else change.old for path, change in changes.items()}
        absent = sparse_paths(self.repository)
        changes = {path: change for path, change in changes.items() if path not in absent}
        disk, index = at_ends(self.repository, changes), in_index(self.repository)
        self._restore(commit, {path for path in changes if index.get(path) == other[path]}, "--staged")
        # git removes a file before it writes the new one: a path that is missing, or begun, was under way.
        moving = [
            path
            for path, (_, *ends) in changes.items()
            if disk[path] in {None, other[path]}
            or (disk[path] not in ends and half_written(self.repository, path, ends))
        ]
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
        return {"GIT_INDEX_FILE": str(self.private)}


def index_path(repository: Repository) -> Path:
    return repository.git_dir / "index"


def index_stamp(repository: Repository) -> tuple[int, ...]:
    """What tells one index from another that was written since, into which git never writes. Empty: there is none."""
    try:
        info = index_path(repository).stat()
    except FileNotFoundError:
        return ()
    return info.st_ino, info.st_mtime_ns, info.st_size


def copy_index(repository: Repository, target: Path) -> None:
    """A private copy of the index, with its time of change.

    An edit of the same size within the second in which the index was written is seen by git only because the entry is
    not older than the index file. A copy with a newer time would call that file clean, and the edit would be lost.
    """
    index = index_path(repository)
    times = index.stat()  # before it is read: too old a time only makes git look at the files
    target.write_bytes(index.read_bytes())
    os.utime(target, ns=(times.st_atime_ns, times.st_mtime_ns))


def _link_index(repository: Repository, target: Path) -> None:
    """A private name for the index as it is now: git never writes into one, but puts another in its place."""
    target.unlink(missing_ok=True)  # such a name, too: to write into it would be to write into the index
    try:
        target.hardlink_to(index_path(repository))
    except OSError:  # a disk without links
        copy_index(repository, target)


@contextmanager
def lock_checkout(repository: Repository, owner: str) -> Iterator[Checkout]:
    """Hold the worktree's `index.lock`, with `owner` in it. Raises RefusedError when somebody else has it."""
    lock, private = _lock_path(repository), _private_index(repository)
    mark = f"{LOCK_MARK.decode()}{owner}"
    claim = Claim({str(lock): mark}, own=(str(private), f"{private}.lock"))
    with claimed(repository.common_dir, "index", claim):
        try:
            with lock.open("xb") as file:
                file.write(mark.encode())
        except FileExistsError:
            raise RefusedError(
                f"the index of {repository.top} is locked ({lock})",
                "wait for the other git command; remove the file if there is none",
            ) from None
        try:
            if index_path(repository).exists():
                _link_index(repository, private)
            yield Checkout(repository, private)
        finally:
            private.unlink(missing_ok=True)
            lock.unlink(missing_ok=True)


def _lock_path(repository: Repository) -> Path:
    return repository.git_dir / "index.lock"


def _private_index(repository: Repository) -> Path:
    return repository.git_dir / "index.ralph"


def _is_file(top: Path, path: str) -> bool:
    """Does anything but a folder stand there, under exactly that name? Some file systems find it under others too."""
    if not stands(top, path) or ((top / path).is_dir() and not (top / path).is_symlink()):
        return False
    return all(Path(part).name in os.listdir((top / part).parent) for part in (*parents(path), path))  # noqa: PTH208


def _remove(top: Path, path: str) -> None:
    """Remove a file, and the folders that it leaves empty: one of them may stand where a file was."""
    (top / path).unlink()
    with suppress(OSError):
        for folder in reversed([*parents(path)]):
            (top / folder).rmdir()
