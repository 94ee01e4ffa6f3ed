"""What is about to stand in git's folder for our sake, written down first: a crash leaves nothing that looks foreign.

git's lock files look alike whoever made them, and a git process that is killed leaves its own. So does the removal of a
worktree that is broken off. Before any of that begins, a *claim* names it; whoever comes after a crash finds the claim
and knows whose those things are.
"""

from __future__ import annotations

import itertools
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from ralph_hooks.records import NamedTuple

FOLDER = "ralph"  # ours, in the git directory that all worktrees share
ROOM = "room"  # the name of claims to a whole worktree: in its way may be locks that others claim
_CLAIMS = "claims"


class Claim(NamedTuple):
    """`locks`: lock files, each with what may be written in it, or any beginning of that; None: anything. A name that
    begins with a star stands for all that end so.

    `own`: scratch files, whose names are ours. `gone`: a worktree that is being removed, then git's folders for it,
    each with the name under which it is set aside. `making`, always alone: git's folder for a worktree that is being
    made, with what its `gitdir` is going to say; it goes unless the block comes to its end. So does `room`, alone too:
    a worktree that nobody has been told of yet, with its new branch and the commit that this is on.
    """

    locks: Mapping[str, str | None] = {}
    own: tuple[str, ...] = ()
    gone: Mapping[str, str] = {}
    making: Mapping[str, str] = {}
    room: tuple[str, str, str] | None = None


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
    if any(map(os.path.lexists, (*named(free), *claim.own, *claim.gone.values()))):
        _settle(folder, path)
    else:
        drop(path)


def _unused(place: Path, name: str) -> Path:
    """A claim that could not be settled at once keeps its file."""
    paths = (place / f"{name}{number or ''}" for number in itertools.count())
    return next(path for path in paths if not path.exists())


def drop(path: Path) -> None:
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
    for path in sorted(_left(folder), key=lambda path: path.name.startswith(ROOM)):
        _settle(folder, path)


def _left(folder: Path) -> list[Path]:
    with suppress(FileNotFoundError):
        return [Path(entry.path) for entry in os.scandir(folder / FOLDER / _CLAIMS)]
    return []


def _settle(folder: Path, path: Path) -> None:
    from ralph_hooks.git.settling import settle  # noqa: PLC0415 - only after an error or a crash

    settle(folder, path)


def named(locks: Iterable[str]) -> Iterator[str]:
    """The lock files of a claim by their names, where a star stands for all that there are."""
    for lock in locks:
        folder, star, end = lock.partition("*")
        if star:
            with suppress(FileNotFoundError, NotADirectoryError):
                yield from (entry.path for entry in os.scandir(folder) if entry.name.endswith(end))
        else:
            yield lock
