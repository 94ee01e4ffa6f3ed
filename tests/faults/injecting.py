"""Commands run under `supervisor.c`: every change to the disk below a folder has a number, and one can be the last."""

from __future__ import annotations

import hashlib
import json
import os
import select
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import NamedTuple

from kept import kept
from workshop import Ran

SOURCE = Path(__file__).with_name("supervisor.c")
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
def _library() -> Path:
    """The compiled supervisor, from the cache."""
    source = SOURCE.read_bytes()

    def compile_into(place: Path) -> None:
        options = ("-O2", "-Wall", "-shared", "-fPIC")
        subprocess.run(["cc", *options, "-o", place / "supervisor.so", SOURCE], check=True)

    return kept(f"supervisor-{hashlib.sha256(source).hexdigest()[:12]}", compile_into) / "supervisor.so"


@cache
def _warm() -> subprocess.Popen[str]:
    """The Python that runs our commands. It ends with us, when nobody holds the other end of its input."""
    argv = [sys.executable, str(SOURCE.with_name("warm.py")), str(_library())]
    return subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def run(
    *command: str,
    cwd: Path,
    below: Path,
    fault: Fault = Fault(),
    stdin: bytes = b"",
    env: Mapping[str, str] | None = None,
) -> Broken:
    """Run `ralph-hooks COMMAND` in `cwd`, with `fault` happening to it; waits for it and for all that it began."""
    files = {name: below.parent / f"its-{name}" for name in ("report", "in", "out", "err")}
    files["in"].write_bytes(stdin)
    _ask(
        {name: str(path) for name, path in files.items()}
        | asdict(fault)
        | {"command": command, "cwd": str(cwd), "below": str(below), "env": {**os.environ, **(env or {})}}
    )
    points, copied, end = read(files["report"])
    assert end is not None, files["report"].read_text()
    ran = Ran(end.code, *(files[name].read_text() for name in ("out", "err")))
    return Broken(ran, points, end.length, copied)


def _ask(wanted: Mapping[str, object]) -> None:
    warm = _warm()
    assert warm.stdin
    assert warm.stdout
    print(json.dumps(wanted), file=warm.stdin, flush=True)
    ready, _, _ = select.select([warm.stdout], [], [], LIMIT)
    assert ready, f"no end after {LIMIT} s: {wanted}"
    status = warm.stdout.readline()
    assert status == "0\n", (status, wanted)


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
