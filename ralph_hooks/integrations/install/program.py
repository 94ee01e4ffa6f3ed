"""Which ralph-hooks the hooks are to call: one that will still be there when they do; pure but for `candidates`."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import ralph_hooks
from ralph_hooks.errors import RefusedError
from ralph_hooks.records import NamedTuple

NAME = "ralph-hooks"
_PASSING = ("/.cache/", "/tmp/", "/var/tmp/")  # noqa: S108 - environments made for one run: uvx, pre-commit, pipx run


class Program(NamedTuple):
    """A console script, and every place that it needs: itself, its interpreter, its package."""

    path: Path
    places: tuple[Path, ...]


def candidates() -> Iterator[Program]:
    """The ralph-hooks that runs now, then the one that a shell would find."""
    here = Path(sys.executable).with_name(NAME)
    if here.exists():
        package = Path(ralph_hooks.__file__).resolve().parent
        yield Program(here, (*_ways(here), Path(sys.prefix), package))
    found = shutil.which(NAME)
    if found:
        yield Program(Path(found).absolute(), _ways(Path(found).absolute()))


def choose(programs: Sequence[Program], passing: Iterable[Path]) -> tuple[Program, str | None]:
    """The first program that needs nothing in a worktree that will go, and what a person should know about it.

    `passing`: the linked worktrees. Raises RefusedError when there is none: its hooks would break with the worktree.
    """
    going = tuple(folder.resolve() for folder in passing)
    for program in programs:
        if not any(_inside(place, folder) for place in program.places for folder in going):
            return program, _warning(program)
    if programs:
        raise RefusedError(
            f"{programs[0].path} is in a linked worktree, and every worktree's hooks would stop working when that goes",
            "install ralph-hooks with pipx, or in an environment outside of it, and run `install` from there",
        )
    raise RefusedError("no ralph-hooks program was found that hooks could call", "pip install it, or put it on PATH")


def _warning(program: Program) -> str | None:
    if any(part in f"{place}/" for place in program.places for part in _PASSING):
        return f"hooks will call {program.path}, which may be removed one day; run `install` again when it has moved"
    return None


def _inside(place: Path, folder: Path) -> bool:
    return folder in {place, *place.parents}


def _ways(script: Path) -> tuple[Path, ...]:
    """The script, what it is a link to, and the interpreter in its first line."""
    found = [script.parent.resolve() / script.name, script.resolve()]
    with suppress(OSError, UnicodeDecodeError):
        with script.open("rb") as file:
            first = file.readline(4096).decode()
        if first.startswith("#!/"):
            found.append(Path(first[2:].strip()))
    return tuple(found)
