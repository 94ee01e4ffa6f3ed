"""Putting in order what is left of claims, after a crash or an error. Nothing goes that may be anybody else's."""

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from ralph_hooks.errors import RalphError
from ralph_hooks.git.at_work import is_quiet
from ralph_hooks.git.claims import Claim, drop, named
from ralph_hooks.git.discover import administers
from ralph_hooks.git.repository import Repository


def settle(folder: Path, path: Path) -> None:
    """Remove what is left of a claim, and then the claim. What stays of it, for whatever reason, stays claimed."""
    claim, since = _read(path), path.stat().st_mtime_ns
    if any(_is_doubtful(lock) for lock in _locks(claim, since)) and not is_quiet(folder):
        return  # one of them may be a living process's
    things = [*_locks(claim, since), *map(Path, claim.own), *_set_aside(claim.gone), *_beginnings(claim.making)]
    for thing in things:
        _remove(thing)
    if not any(map(os.path.lexists, things)) and (claim.room is None or _is_vacated(folder, *claim.room)):
        drop(path)


def _locks(claim: Claim, since: int) -> list[Path]:
    known = ((Path(path), text) for lock, text in claim.locks.items() for path in named([lock]))
    return [path for path, text in known if _is_ours(path, text, since)]


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


def _is_vacated(folder: Path, path: str, branch: str, commit: str) -> bool:
    """Remove a worktree that nobody has been told of, and its branch. Gives whether they are gone."""
    from ralph_hooks.git.refs import RefUpdate, move_refs  # noqa: PLC0415 - they claim things themselves
    from ralph_hooks.git.worktrees import discard_worktree  # noqa: PLC0415

    hash_name = "sha256" if len(commit) == 64 else "sha1"
    repository = Repository(folder, folder, folder, hash_name, confined=True)  # its worktrees may all be elsewhere
    with suppress(RalphError):
        discard_worktree(repository, Path(path))
        if repository.commit(branch) == commit:
            move_refs(repository, "ralph-hooks: its worktree was not made", [RefUpdate(branch, commit, None)])
        return not os.path.lexists(path)
    return False


def _remove(path: Path) -> None:
    """Remove a file or a folder, as far as that goes."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with suppress(OSError):
            path.unlink()


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
