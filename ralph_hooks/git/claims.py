"""What is about to stand in git's folder for our sake, written down first: a crash leaves nothing that looks foreign.

git's lock files look alike whoever made them, and a git process that is killed leaves its own. So does the removal of a
worktree that is broken off. Before any of that begins, a *claim* names it; whoever comes after a crash finds the claim
and knows whose those things are.
"""

import json
import os
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from ralph_hooks.git.discover import discover
from ralph_hooks.git.repository import Repository

FOLDER = "ralph"  # ours, in the git directory that all worktrees share
_CLAIMS = "claims"
_SETTLED = 0.3  # seconds: programs that know git's files without being git hold a lock for far less
_NAMING = {b"GIT_DIR", b"GIT_COMMON_DIR", b"--git-dir"}
_PATIENCE = 3.0  # seconds for git processes to end: those of a hook, say


class Claim(NamedTuple):
    """`locks`: lock files, each with what may be written in it, or any beginning of that; None: anything.

    `own`: scratch files, whose names are ours. `gone`: a worktree that is being removed, then git's folders for it,
    each with the name under which it is set aside. `making`: git's folder for a worktree that is being made, with what
    its `gitdir` is going to say.
    """

    locks: Mapping[str, str | None] = {}
    own: tuple[str, ...] = ()
    gone: Mapping[str, str] = {}
    making: Mapping[str, str] = {}


@contextmanager
def claimed(folder: Path, name: str, claim: Claim) -> Iterator[None]:
    """While the block runs, a file `name` in the git directory `folder` says what is ours. The caller holds a lock.

    What an error leaves is put in order at once.
    """
    path = folder / FOLDER / _CLAIMS / name
    free = {lock: text for lock, text in claim.locks.items() if not os.path.lexists(lock)}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(claim._replace(locks=free)._asdict()), errors="surrogateescape")
    try:
        yield
    except BaseException:
        _settle(folder, path)
        raise
    path.unlink()


def are_left(folder: Path) -> bool:
    """Has anybody died over a claim in the git directory `folder`, or is in the middle of it?"""
    return bool(_left(folder))


def settle_claims(folder: Path) -> None:
    """Remove what a crash left of the claims in the git directory `folder`. Whoever made them is dead, as the caller
    knows from holding the lock; so are the git processes that it began.
    """
    for path in _left(folder):
        _settle(folder, path)


def _left(folder: Path) -> list[Path]:
    with suppress(FileNotFoundError):
        return [Path(entry.path) for entry in os.scandir(folder / FOLDER / _CLAIMS)]
    return []


def _settle(folder: Path, path: Path) -> None:
    import shutil  # noqa: PLC0415 - 4 ms with what it imports, and only a crash needs it

    claim, since = _read(path), path.stat().st_mtime_ns
    ours = [lock for lock, text in claim.locks.items() if _is_ours(Path(lock), text, since)]
    if any(_is_doubtful(Path(lock)) for lock in ours) and not _is_quiet(folder):
        return  # one of them may be a living process's; the claim stays for the next time
    for lock in ours:
        if _is_ours(Path(lock), claim.locks[lock], since):
            Path(lock).unlink()
    for scratch in claim.own:
        Path(scratch).unlink(missing_ok=True)
    _finish_removal(claim.gone)
    for made, text in claim.making.items():
        gitdir = Path(made) / "gitdir"
        if not gitdir.exists() or _begins(gitdir, text):
            shutil.rmtree(made, ignore_errors=True)
    path.unlink()


def _finish_removal(gone: Mapping[str, str]) -> None:
    """What was begun is ended: the worktree goes first, so while it is there nothing was begun."""
    worktree = next(iter(gone), None)
    if worktree is None or os.path.lexists(worktree):
        return
    import shutil  # noqa: PLC0415 - as above

    for folder, aside in gone.items():
        if administers(Path(folder), Path(worktree)):  # the name may be another's by now
            shutil.rmtree(folder)
        shutil.rmtree(aside, ignore_errors=True)


def administers(admin: Path, path: Path) -> bool:
    """Is `admin` git's folder for the worktree at `path`?"""
    with suppress(OSError):
        pointer = (admin / "gitdir").read_text(errors="surrogateescape").removesuffix("\n")
        return os.path.normpath(admin / pointer) == str(path / ".git")  # it may be relative
    return False


def _read(path: Path) -> Claim:
    try:
        return Claim(**json.loads(path.read_text(errors="surrogateescape")))
    except ValueError:
        return Claim()  # killed over writing it: nothing had begun


def _is_ours(lock: Path, text: str | None, since: int) -> bool:
    """Was this made after the claim, and is nothing in it but what we would have written?"""
    try:
        return lock.stat().st_ctime_ns >= since and (text is None or _begins(lock, text))
    except (FileNotFoundError, NotADirectoryError):
        return False


def _is_doubtful(lock: Path) -> bool:
    """Could this be anybody's? What holds a value of ours, or our name, is ours."""
    return not lock.stat().st_size or lock.name.startswith(("packed-refs.", "tables."))


def _begins(path: Path, text: str) -> bool:
    return f"{text}\n".encode(errors="surrogateescape").startswith(path.read_bytes())


def _is_quiet(folder: Path) -> bool:
    """Does no git process live that could hold a lock here? Waits a little for those that do."""
    end = time.monotonic() + _PATIENCE
    time.sleep(_SETTLED)
    while busy := _is_git_at_work(folder):
        if time.monotonic() > end:
            break
        time.sleep(_SETTLED)
    return not busy


def _is_git_at_work(folder: Path) -> bool:
    """May a git process be at work in the repository of the git directory `folder`? Where nobody can tell: yes."""
    try:
        processes = [Path(entry.path) for entry in os.scandir("/proc") if entry.name.isdigit()]
    except OSError:
        return True
    return any(_is_git(process) and _is_in(process, folder) for process in processes)


def _is_git(process: Path) -> bool:
    with suppress(OSError):
        return (process / "comm").read_bytes().startswith(b"git")
    return False


def _is_in(process: Path, folder: Path) -> bool:
    """Is a process at work in our repository? Where it stands says so, or a variable or option that names it."""
    try:
        here = (process / "cwd").readlink()
        words = (process / "environ").read_bytes().split(b"\0") + (process / "cmdline").read_bytes().split(b"\0")
    except (FileNotFoundError, ProcessLookupError):
        return False  # dead by now
    except OSError:
        return True  # another user's
    named = (os.fsdecode(value) for word in words for name, _, value in [word.partition(b"=")] if name in _NAMING)
    return any(_belongs(here / path, folder) for path in ("", *named))


def _belongs(path: Path, folder: Path) -> bool:
    with suppress(OSError):
        place = discover(path)
        return path.resolve().is_relative_to(folder) or (place is not None and place.common_dir.resolve() == folder)
    return True


def ref_locks(repository: Repository, moves: Iterable[tuple[str, str | None]]) -> Claim:
    """What git locks to move these refs: each with its new value, None to be deleted."""
    wanted = dict(moves)
    head = repository.git_dir / "HEAD"
    locks: dict[Path, str | None] = {head: wanted.pop("HEAD", None) or ""}
    with suppress(OSError):
        name = head.read_text().removeprefix("ref: ").strip()
        if locks[head] and name.startswith("refs/"):
            wanted[name] = locks[head]
    for name, new in wanted.items():
        locks[repository.common_dir / name] = new or ""
    locks[repository.common_dir / "packed-refs"] = ""
    for home in {repository.common_dir, repository.git_dir}:
        locks[home / "reftable" / "tables.list"] = None
    claim = {f"{path}.lock": text for path, text in locks.items()}
    return Claim(claim | {str(repository.common_dir / "packed-refs.new"): None})


def branch_locks(repository: Repository, branch: str, commit: str, worktree: Path) -> Claim:
    """What git locks to make a worktree with a new branch (full name) at `commit`; and the folder that it makes."""
    home = repository.common_dir / "worktrees"
    names = (f"{worktree.name}{number or ''}" for number in range(10_000))
    fresh = next(home / name for name in names if not (home / name).exists())
    locks = ref_locks(repository, [(branch, commit)]).locks
    return Claim(locks, making={str(fresh): f"{worktree}/.git"})
