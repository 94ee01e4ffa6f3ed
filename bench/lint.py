"""How long linting a list takes, beside linters of Markdown in general. See README.md here.

    python bench/lint.py [--sizes 10 100 1000] [--rounds 7]

The same generated lists for all, each linter as a whole process, taking turns within each round. Those that are not
installed are named and left out. Only ratios are printed; exit code 1: one that is required was missed.
"""

from __future__ import annotations

import argparse
import math
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple, TypeVar

from scratch import compiled

PATIENCE = 30.0  # seconds; who takes longer for one list does not get the next larger one
LISTS = 400  # in the repository
TASK = """\
- [ ] {phase}.{number} [P] Make part {part} of the service
  - **Do**:
    1. Write `src/part_{part}.py` after the manner of the others
    2. Read what it needs from the settings, with a default for each
  - **Files**: `src/part_{part}.py`, `tests/test_part_{part}.py`
  - **Done when**: The tests of part {part} pass, and nothing else has changed
  - **Verify**: `python3 -m unittest -q tests.test_part_{part}`
  - **Commit**: `feat(part): make part {part}`

"""

Key = TypeVar("Key")


class Contestant(NamedTuple):
    """What is run, without the name of the list, and what is required for lists of `size` kB: times as long as ours."""

    name: str
    command: tuple[str, ...]
    size: int = 0
    least: float = 0.0


# The script that hooks run, of the environment that runs this.
OURS = Contestant("ours", (str(Path(sys.executable).with_name("ralph-hooks")), "lint"))
OTHERS = (
    Contestant("markdownlint-cli2", ("markdownlint-cli2",), size=10, least=4.0),
    Contestant("rumdl", ("rumdl", "check", "--no-cache", "--silent"), size=1000, least=1 / 8),
    Contestant("pymarkdown", ("pymarkdown", "scan")),
    Contestant("python -c pass", (sys.executable, "-c", "pass"), size=10, least=1 / 10),
)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[10, 100, 1000], metavar="KB", help="lists to lint")
    parser.add_argument("--rounds", type=int, default=7, metavar="N")
    args = parser.parse_args()
    there = [one for one in OTHERS if shutil.which(one.command[0])]
    for one in OTHERS:
        if one not in there:
            print(f"{one.name} is not installed: left out")
    compiled()
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder), args.rounds)
        met = [bench.compare(size, there) for size in args.sizes]
        met += [bench.grows(1000, 4000, most=5.0), bench.many(most=2.0)]
    return int(not all(met))


class Bench:
    """Lists in one folder, and the times of commands on them."""

    def __init__(self, folder: Path, rounds: int) -> None:
        self._folder = folder
        self._rounds = rounds

    def compare(self, size: int, there: list[Contestant]) -> bool:
        """Whether all that is required was met. Takes those who are too slow for larger lists out of `there`."""
        path = _list(self._folder / f"{size}kb", size)
        times = self._times({one: (*one.command, path.name) for one in (OURS, *there)}, path.parent)
        print(f"\n{size} kB, {self._rounds} rounds")
        met = True
        for one in tuple(there):
            least = one.least if size == one.size else None
            if math.inf in times[one]:
                there.remove(one)
                print(f"  {one.name} took more than {PATIENCE:.0f} seconds, and gets no larger list")
            else:
                met &= _told(one.name, "times ours", times[one], times[OURS], least=least)
        return met

    def grows(self, small: int, large: int, *, most: float) -> bool:
        """Whether a larger list takes at most so many times as long."""
        paths = {size: _list(self._folder / f"{size}kb", size) for size in (small, large)}
        times = self._times({size: (*OURS.command, str(path)) for size, path in paths.items()}, self._folder)
        print(f"\nours, from {small} kB to {large} kB")
        return _told("", "times as long", times[large], times[small], most=most)

    def many(self, *, most: float) -> bool:
        """Whether a repository takes at most so many times as long as one list of all its tasks."""
        top = self._folder / "repository"
        for number in range(LISTS):
            _list(top / "specs" / f"s{number}", 10)
        whole = _list(self._folder / "whole", 10 * LISTS)
        times = self._times({"all": (*OURS.command, str(top)), "one": (*OURS.command, str(whole))}, self._folder)
        print(f"\nours, {LISTS} lists of 10 kB beside one of {10 * LISTS} kB")
        return _told("", "times as long", times["all"], times["one"], most=most)

    def _times(self, commands: Mapping[Key, tuple[str, ...]], cwd: Path) -> dict[Key, list[float]]:
        """The seconds of each round but the first one, which warms up."""
        times: dict[Key, list[float]] = {one: [] for one in commands}
        order = list(commands)
        for turn in range(self._rounds + 1):
            for one in order[turn % len(order) :] + order[: turn % len(order)]:
                tired = math.inf in times[one]
                times[one].append(math.inf if tired else self._time(commands[one], cwd))
        return {one: each[1:] for one, each in times.items()}

    def _time(self, command: tuple[str, ...], cwd: Path) -> float:
        begun = time.perf_counter()
        try:
            done = subprocess.run(command, cwd=cwd, capture_output=True, timeout=PATIENCE, check=False)
        except subprocess.TimeoutExpired:
            return math.inf
        took = time.perf_counter() - begun
        if done.returncode not in {0, 1}:  # 1: it has found something
            raise SystemExit(
                f"{command[0]} failed with {done.returncode}:\n{done.stderr.decode(errors='replace')[-2000:]}"
            )
        return took


def _told(
    name: str,
    unit: str,
    times: list[float],
    base: list[float],
    *,
    least: float | None = None,
    most: float | None = None,
) -> bool:
    """Print a ratio of medians, with those of single rounds; whether it is as required."""
    ratio = statistics.median(times) / statistics.median(base)
    rounds = sorted(one / other for one, other in zip(times, base, strict=True))
    print(f"  {name:20}{ratio:8.2f} {unit}  ({rounds[0]:.2f} to {rounds[-1]:.2f})", end="")
    required = least if least is not None else most
    if required is None:
        print()
        return True
    met = ratio >= required if least is not None else ratio <= required
    print(f"  required: {'at least' if least is not None else 'at most'} {required:.3g}  {'ok' if met else 'MISSED'}")
    return met


def _list(folder: Path, size: int) -> Path:
    """A list of `size` kB: phases of ten tasks, of which three at a time could go side by side."""
    path = folder / "tasks.md"
    if not path.exists():
        folder.mkdir(parents=True)
        text, part = ["# Tasks\n\n"], 0
        length = 0
        while length < size * 1000:
            part += 1
            phase, number = divmod(part - 1, 10)
            head = f"## Phase {phase + 1}\n\n" if number == 0 else ""
            task = TASK.format(phase=phase + 1, number=number + 1, part=part)
            text.append(head + (task.replace("[P] ", "") if number % 4 == 3 else task))
            length += len(text[-1])
        path.write_text("".join(text), encoding="utf-8")
    return path


if __name__ == "__main__":
    sys.exit(main())
