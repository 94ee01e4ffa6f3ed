"""Commands run under `supervisor.c`: every change to the disk below a folder has a number, and one can be the last."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import NamedTuple

from kept import kept
from workshop import Ran

SOURCE = Path(__file__).with_name("supervisor.c")
PROGRAM = (sys.executable, "-m", "ralph_hooks")
LIMIT = 300  # seconds for one command


class Point(NamedTuple):
    """A call that changes the disk: its number in the run, what it is, who makes it."""

    number: int
    call: str
    program: str
    path: str


class End(NamedTuple):
    """The status of a command, negative where a signal ended it, and the microseconds from its first point."""

    code: int
    length: int


class Broken(NamedTuple):
    """A run that something happened to. `ran.code` is negative where a signal ended it.

    `length`: microseconds from its first point to its end; `copied`: the point of the copy that was made, if one was.
    """

    ran: Ran
    points: tuple[Point, ...]
    length: int
    copied: Point | None = None


@dataclass(frozen=True, slots=True)
class Fault:
    """What happens at the call number `at` of a run; `supervisor.c` lists the actions, and what `hold` is for them."""

    action: str = "none"
    at: int = 0
    hold: int = 0


@cache
def supervisor() -> Path:
    """The compiled supervisor, from the cache."""
    source = SOURCE.read_bytes()

    def compile_into(place: Path) -> None:
        subprocess.run(["cc", "-O2", "-Wall", "-o", place / "supervisor", SOURCE], check=True)

    return kept(f"supervisor-{hashlib.sha256(source).hexdigest()[:12]}", compile_into) / "supervisor"


def run(
    *command: str,
    cwd: Path,
    below: Path,
    fault: Fault = Fault(),
    stdin: bytes = b"",
    env: Mapping[str, str] | None = None,
    program: Sequence[str] = PROGRAM,
) -> Broken:
    """Run `ralph-hooks COMMAND` in `cwd`, with `fault` happening to it; waits for it and for all that it began."""
    report = below.with_name(f"{below.name}.report")
    done = subprocess.run(
        argv(command, below, fault, report, program),
        cwd=cwd,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1", **(env or {})},
        input=stdin,
        capture_output=True,
        check=False,
        timeout=LIMIT,
    )
    assert done.returncode == 0, done
    points, copied, end = read(report)
    assert end is not None, done
    return Broken(Ran(end.code, done.stdout.decode(), done.stderr.decode()), points, end.length, copied)


def argv(command: Sequence[str], below: Path, fault: Fault, report: Path, program: Sequence[str]) -> list[str]:
    wanted = (fault.at, fault.action, fault.hold)
    return [str(supervisor()), str(report), str(below), *map(str, wanted), *program, *command]


def copy_of(below: Path) -> Path:
    """Where the supervisor puts its copy of a folder."""
    return below.with_name(f"{below.name}.copy")


def read(report: Path) -> tuple[tuple[Point, ...], Point | None, End | None]:
    """The points of a run, that of its copy, and how and when the command ended, if it has."""
    points, copied, end = [], None, None
    for line in report.read_text(errors="surrogateescape").splitlines():
        number, _, facts = line.partition("\t")
        if number == "ended":
            end = End(*map(int, facts.split("\t")))
        elif number == "copied":
            copied = points[-1]
        else:
            points.append(Point(int(number), *facts.split("\t", 2)))
    return tuple(points), copied, end


KILLED = -signal.SIGKILL
