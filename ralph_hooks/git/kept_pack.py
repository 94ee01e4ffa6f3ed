"""A pack that `git gc --prune=now` leaves alone until a ref names what is in it.

git keeps what nobody refers to for two weeks, unless somebody says otherwise; and between the moment an object is
written and the moment a ref names it, nobody refers to it. A pack with a `.keep` file beside it is never taken away
(`git help gc`); so that file has to be there before the pack is.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path

from ralph_hooks.errors import RefusedError
from ralph_hooks.git.objects import Objects, remove_lent
from ralph_hooks.git.pack import listed
from ralph_hooks.git.process import GitError, Result

MARK = b"ralph-hooks\n"
_STAGED = "new-"  # how the names of packs begin that are not in their place yet; then whose process has them made
_LENT = "lent-"  # and of folders with new objects that they are made from; then whose process lends them
_MISSING = (
    "missing",
    "bad object",
    "bad tree object",
    "unable to read",
    "not found",
    "could not parse",
    "could not read",
)


class VanishedError(RefusedError):
    """What was just written is gone again."""


@contextmanager
def kept_pack(objects: Objects, tips: Sequence[str], known: Sequence[str]) -> Iterator[None]:
    """Everything that `tips` reach and `known` do not is in one pack on the disk, which stays while the block runs.

    What is new is among it. One sync; git does not sync loose objects unless told to, and then one by one. The caller
    holds the landing lock. Raises VanishedError where a part of it is gone already.
    """
    with staged_pack(objects, tips, known) as kept, kept():
        yield


@contextmanager
def staged_pack(
    objects: Objects, tips: Sequence[str], known: Sequence[str]
) -> Iterator[Callable[[], AbstractContextManager[None]]]:
    """Let git write that pack while we do something else. What is given puts it into its place, and is as `kept_pack`.

    A pack that nobody puts there is forgotten.
    """
    repository = objects.repository
    stage, home = repository.common_dir / "ralph", repository.common_dir / "objects" / "pack"
    _clear(stage, home)
    wanted = "".join(f"{line}\n" for line in (*tips, *(f"^{commit}" for commit in known)))
    # No deltas but those that there are: the pack is there to be written once, `git gc` makes the good one.
    options = ("--revs", "-q", "--window=0", "--threads=1", "--index-version=2")
    command = ("pack-objects", *options, str(stage / f"{_STAGED}{os.getpid()}"))
    try:
        objects.lend(stage / f"{_LENT}{os.getpid()}")
        with repository.ask(*command, stdin=wanted.encode(), env=objects.shown()) as packed:
            yield partial(_kept, objects, packed, stage, home)
    finally:
        objects.take_back()


@contextmanager
def _kept(objects: Objects, packed: Callable[[], Result], stage: Path, home: Path) -> Iterator[None]:
    name = _name(packed)
    keep = home / f"pack-{name}.keep"
    keep.write_bytes(MARK)
    try:
        for ending in ("pack", "rev", "idx"):  # the index last, as git does: with it the pack is there
            staged = stage / f"{_STAGED}{os.getpid()}-{name}.{ending}"
            if staged.exists():
                staged.replace(home / f"pack-{name}.{ending}")
        objects.stored(listed((home / f"pack-{name}.idx").read_bytes(), len(objects.repository.zero) // 2))
        objects.take_back()  # before a ref says that all is done: nobody would come by to remove it after a crash
        yield
    finally:
        keep.unlink(missing_ok=True)


def _name(packed: Callable[[], Result]) -> str:
    try:
        return packed().text
    except GitError as error:
        if not any(word in error.stderr for word in _MISSING):
            raise
        raise VanishedError(
            "somebody runs `git gc --prune=now` or the like, and what was just written is gone",
            "run the command again when that has ended",
        ) from error


def _lives(process: str) -> bool:
    try:
        os.kill(int(process), 0)
    except (ProcessLookupError, ValueError, OverflowError):  # or no process has this number
        return False
    except PermissionError:  # another user's
        return True
    return True


def _clear(stage: Path, home: Path) -> None:
    """What a process that was killed left, or gave up. Where somebody has deleted the lock, another may be at work."""
    for path in stage.glob(f"{_STAGED}*"):
        if not _lives(path.name.split("-")[1]) and not path.is_dir():
            path.unlink(missing_ok=True)
    for folder in stage.glob(f"{_LENT}*"):
        if not _lives(folder.name.removeprefix(_LENT)):
            remove_lent(folder)
    for keep in home.glob("*.keep"):
        if keep.read_bytes() == MARK:
            keep.unlink()
