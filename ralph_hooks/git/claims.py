"""What is about to stand in git's folder for our sake, written down first: a crash leaves nothing that looks foreign.

git's lock files look alike whoever made them, and a git process that is killed leaves its own. So does the removal of a
worktree that is broken off. Before any of that begins, a *claim* names it; whoever comes after a crash finds the claim
and knows whose those things are.
"""

import itertools
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
_TABLES = "*.ref"  # git makes one out of several after each transaction, and draws their names
_NAMING = {b"GIT_DIR", b"GIT_COMMON_DIR", b"--git-dir"}
_PATIENCE = 3.0  # seconds for git processes to end: those of a hook, say


class Claim(NamedTuple):
    """`locks`: lock files, each with what may be written in it, or any beginning of that; None: anything. A name that
    begins with a star stands for all that end so.

    `own`: scratch files, whose names are ours. `gone`: a worktree that is being removed, then git's folders for it,
    each with the name under which it is set aside. `making`, always alone: git's folder for a worktree that is being
    made, with what its `gitdir` is going to say; it goes unless the block comes to its end.
    """

    locks: Mapping[str, str | None] = {}
    own: tuple[str, ...] = ()
    gone: Mapping[str, str] = {}
    making: Mapping[str, str] = {}


@contextmanager
def claimed(folder: Path, name: str, claim: Claim) -> Iterator[None]:
    """While the block runs, a file `name` in the git directory `folder` says what is ours. The caller holds a lock.

    What an error leaves is put in order at once. So is what stands although all went well: git says nothing about a
    lock of its own that it could not remove, and the next command would take it for somebody else's.
    """
    place = folder / FOLDER / _CLAIMS
    free = {lock: text for lock, text in claim.locks.items() if not os.path.lexists(lock)}
    place.mkdir(parents=True, exist_ok=True)
    path = _unused(place, name)
    path.write_text(json.dumps(claim._replace(locks=free)._asdict()), errors="surrogateescape")
    try:
        yield
    except BaseException:
        _settle(folder, path)
        raise
    if any(map(os.path.lexists, (*_named(free), *claim.own, *claim.gone.values()))):
        _settle(folder, path)
    else:
        _drop(path)


def _unused(place: Path, name: str) -> Path:
    """A claim that could not be settled at once keeps its file."""
    paths = (place / f"{name}{number or ''}" for number in itertools.count())
    return next(path for path in paths if not path.exists())


def _drop(path: Path) -> None:
    """The claim is no more. Where its file cannot be removed, it says nothing."""
    try:
        path.unlink()
    except OSError:
        path.write_text("")


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
    """Remove what is left of a claim, and then the claim. What stays of it, for whatever reason, stays claimed."""
    claim, since = _read(path), path.stat().st_mtime_ns
    if any(_is_doubtful(lock) for lock in _locks(claim, since)) and not _is_quiet(folder):
        return  # one of them may be a living process's
    left = [*_locks(claim, since), *map(Path, claim.own), *_set_aside(claim.gone), *_beginnings(claim.making)]
    for thing in left:
        _remove(thing)
    if not any(map(os.path.lexists, left)):
        _drop(path)


def _locks(claim: Claim, since: int) -> list[Path]:
    known = ((Path(path), text) for lock, text in claim.locks.items() for path in _named([lock]))
    return [path for path, text in known if _is_ours(path, text, since)]


def _named(locks: Iterable[str]) -> Iterator[str]:
    for lock in locks:
        folder, star, end = lock.partition("*")
        if star:
            with suppress(FileNotFoundError, NotADirectoryError):
                yield from (entry.path for entry in os.scandir(folder) if entry.name.endswith(end))
        else:
            yield lock


def _set_aside(gone: Mapping[str, str]) -> Iterator[Path]:
    """What a removal still has to remove. The worktree goes first: while it is there nothing was begun.

    git's folders for it are set aside before they are touched: half of one does not tell any more whose it is.
    """
    worktree = next(iter(gone), None)
    if worktree is None or os.path.lexists(worktree):
        return
    for folder, aside in gone.items():
        if administers(Path(folder), Path(worktree)):  # the name may be another's by now
            _remove(Path(aside))
            try:
                Path(folder).rename(aside)
            except OSError:
                yield Path(folder)
        yield Path(aside)


def _beginnings(making: Mapping[str, str]) -> Iterator[Path]:
    for made, text in making.items():
        gitdir = Path(made) / "gitdir"
        if not gitdir.exists() or _begins(gitdir, text):
            yield Path(made)


def _remove(path: Path) -> None:
    """Remove a file or a folder, as far as that goes."""
    if path.is_dir() and not path.is_symlink():
        import shutil  # noqa: PLC0415 - 4 ms with what it imports, and only a crash needs it

        shutil.rmtree(path, ignore_errors=True)
    else:
        with suppress(OSError):
            path.unlink()


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
    return any(_is_git(process) and not _is_own(process) and _is_in(process, folder) for process in processes)


def _is_git(process: Path) -> bool:
    with suppress(OSError):
        return (process / "comm").read_bytes().startswith(b"git")
    return False


def _is_own(process: Path) -> bool:
    """Did we begin it? Ours that lock anything have ended where a claim ends; others read on."""
    with suppress(OSError):
        return (process / "stat").read_text().rpartition(")")[2].split()[1] == str(os.getpid())
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
        locks[home / "reftable" / _TABLES] = None
    claim = {f"{path}.lock": text for path, text in locks.items()}
    return Claim(claim | {str(repository.common_dir / "packed-refs.new"): None})


def fresh_admin(repository: Repository, worktree: Path) -> Path:
    """The folder that git is going to make for a worktree at this path."""
    home = repository.common_dir / "worktrees"
    names = (f"{worktree.name}{number or ''}" for number in range(10_000))
    return next(home / name for name in names if not (home / name).exists())


def branch_locks(repository: Repository, branch: str, commit: str, admin: Path) -> Claim:
    """What git locks to make a worktree, with `admin` for its folder, on a new branch (full name) at `commit`."""
    claim = ref_locks(repository, [(branch, commit)])
    own = {admin / "HEAD": "", admin / "index": None, admin / "reftable" / "tables.list": None}
    own[admin / "reftable" / _TABLES] = None
    return claim._replace(locks={**claim.locks, **{f"{path}.lock": text for path, text in own.items()}})
