"""How long linting a list takes, beside linters of Markdown in general. See README.md here.

    python bench/lint.py [--sizes 10 100 1000] [--rounds 5] [--growth 1000 4000]

The same generated lists for all, each linter as a whole process, taking turns within each round. Those that are not
installed are named and left out. Only ratios are printed; exit code 1: one that is required was missed.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

PATIENCE = 8.0  # seconds; who took longer for one list does not get the next larger one
GROWTH = 5.0  # times as long at most, for four times the size
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


@dataclass(frozen=True, slots=True)
class Contestant:
    """A linter: its command without the file, and how many times as long as ours it must take at 10 kB at least."""

    name: str
    command: tuple[str, ...]
    required: float | None = None

    @property
    def installed(self) -> bool:
        return shutil.which(self.command[0]) is not None


# The script that hooks run, of the environment that runs this.
OURS = Contestant("ours", (str(Path(sys.executable).with_name("ralph-hooks")), "lint"))
OTHERS = (
    Contestant("markdownlint-cli2", ("markdownlint-cli2",), 4.0),
    Contestant("rumdl", ("rumdl", "check", "--no-cache", "--silent")),
    Contestant("pymarkdown", ("pymarkdown", "scan")),
)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[10, 100, 1000], metavar="KB", help="lists to lint")
    parser.add_argument(
        "--growth", type=int, nargs=2, default=[1000, 4000], metavar="KB", help="ours alone, for growth"
    )
    parser.add_argument("--rounds", type=int, default=5, metavar="N")
    args = parser.parse_args()
    there = [one for one in OTHERS if one.installed]
    for one in OTHERS:
        if one not in there:
            print(f"{one.name} is not installed: left out")
    with tempfile.TemporaryDirectory() as folder:
        missed = [_compare(Path(folder), size, there, args.rounds) for size in args.sizes]
        grown = _growth(Path(folder), args.growth, args.rounds)
    return int(any(missed) or not grown)


def _compare(folder: Path, size: int, there: list[Contestant], rounds: int) -> bool:
    """Whether a required ratio was missed. Takes those who are too slow for larger lists out of `there`."""
    path = _list(folder, size)
    contestants = [OURS, *there]
    times: dict[str, list[float]] = {one.name: [] for one in contestants}
    for turn in range(rounds):
        for one in contestants[turn % len(contestants) :] + contestants[: turn % len(contestants)]:
            if not times[one.name] or times[one.name][-1] < PATIENCE:
                times[one.name].append(_time(one, path))
    print(f"\n{size} kB, {rounds} rounds")
    ours = statistics.median(times["ours"])
    missed = False
    for one in tuple(there):
        ratio = statistics.median(times[one.name]) / ours
        required = one.required if size <= 10 else None
        missed = missed or (required is not None and ratio < required)
        print(f"  {one.name:20}{ratio:8.2f} times ours{_verdict(required, so=required is None or ratio >= required)}")
        if times[one.name][-1] > PATIENCE:
            there.remove(one)
            print(f"  {one.name} gets no larger list: it took more than {PATIENCE:.0f} seconds")
    return missed


def _growth(folder: Path, sizes: Sequence[int], rounds: int) -> bool:
    small, large = (
        statistics.median(_time(OURS, _list(folder, size)) for _ in range(min(rounds, 3))) for size in sizes
    )
    print(f"\nours, from {sizes[0]} kB to {sizes[1]} kB")
    print(f"  {large / small:.2f} times as long{_verdict(GROWTH, so=large / small <= GROWTH, most=True)}")
    return large / small <= GROWTH


def _verdict(required: float | None, *, so: bool, most: bool = False) -> str:
    if required is None:
        return ""
    return f"  required: {'at most ' if most else ''}{required:.2f}  {'ok' if so else 'MISSED'}"


def _time(one: Contestant, path: Path) -> float:
    begun = time.perf_counter()
    done = subprocess.run([*one.command, path.name], cwd=path.parent, check=False, capture_output=True)
    took = time.perf_counter() - begun
    if done.returncode not in {0, 1}:  # 1: it has found something
        raise SystemExit(f"{one.name} failed with {done.returncode}:\n{done.stderr.decode(errors='replace')[-2000:]}")
    return took


def _list(folder: Path, size: int) -> Path:
    """A list of `size` kB: phases of ten tasks, of which three at a time could go side by side."""
    path = folder / f"{size}kb" / "tasks.md"
    if not path.exists():
        path.parent.mkdir()
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
