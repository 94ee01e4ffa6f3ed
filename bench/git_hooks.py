"""What git's hooks cost a `git commit`. See README.md here.

    python bench/git_hooks.py [--rounds 25]

The same empty commit in repositories that differ in their hooks alone, taking turns within each round. Managers that
are not installed are named and left out. Only ratios are printed; exit code 1: one that is required was missed.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from scratch import compiled

from ralph_hooks.integrations.git_hooks import registration

LIMIT = 2.0  # times as long as with an empty sh script in the place of each of our hooks, at most
TASKS = "- [ ] 1.1 [P] One\n  - **Files**: one.py\n- [ ] 1.2 [P] Two\n  - **Files**: two.py\n"
CONFIG = """\
repos:
  - repo: local
    hooks:
      - {id: nothing, name: nothing, language: system, entry: "true", always_run: true, pass_filenames: false}
"""
PROGRAM = (sys.executable, "-P", "-m", "ralph_hooks")
BIN = Path(sys.executable).parent


class Contestant(NamedTuple):
    """`make` prepares a repository and gives the worktree in which is committed."""

    name: str
    make: Callable[[Path], Path]
    required: bool = False  # within LIMIT of the empty scripts


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--rounds", type=int, default=25, metavar="N")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="ralph-bench-") as folder:
        _shut_out_the_user(Path(folder))
        there = [one for one in CONTESTANTS if not one.name.startswith("pre") or (BIN / one.name).exists()]
        for one in CONTESTANTS:
            if one not in there:
                print(f"{one.name} is not installed: left out")
        places = {one.name: one.make(_repository(Path(folder) / f"{number}")) for number, one in enumerate(there)}
        times = _measure(there, places, args.rounds)
        times[PASS] = [_seconds([sys.executable, "-c", "pass"], Path(folder)) for _ in range(args.rounds)]
    return _report(there, times)


def _measure(there: list[Contestant], places: dict[str, Path], rounds: int) -> dict[str, list[float]]:
    times: dict[str, list[float]] = {one.name: [] for one in there}
    for number in range(rounds + 1):
        for one in there if number % 2 else there[::-1]:
            took = _seconds(["git", "commit", "--quiet", "--allow-empty", "--message", "x"], places[one.name])
            if number:  # the first round warms up
                times[one.name].append(took)
    return times


def _seconds(command: list[str], cwd: Path) -> float:
    began = time.perf_counter()
    subprocess.run(command, cwd=cwd, check=True, capture_output=True)
    return time.perf_counter() - began


def _report(there: list[Contestant], times: dict[str, list[float]]) -> int:
    medians = {name: statistics.median(found) for name, found in times.items()}
    missed = False
    for one in there:
        ratio = medians[one.name] / medians[EMPTY]
        said = f"{one.name:44}{ratio:6.2f} times the empty sh scripts"
        if one.required:
            missed = missed or ratio > LIMIT
            said += f"  allowed: {LIMIT:.2f}  {'ok' if ratio <= LIMIT else 'MISSED'}"
        print(said)
    more = (medians[EXECUTOR] - medians[EMPTY]) / medians[PASS]
    print(f"in an executor's worktree the guards take {more:.2f} times as long as `python -c pass`")
    return int(missed)


def _repository(place: Path) -> Path:
    place.mkdir()
    _git(place, "init", "--quiet", "--initial-branch=main")
    (place / "tasks.md").write_text(TASKS)
    (place / ".pre-commit-config.yaml").write_text(CONFIG)
    _git(place, "add", ".")
    _git(place, "commit", "--quiet", "--message", "Begin")
    return place


def _none(place: Path) -> Path:
    return place


def _empty(place: Path) -> Path:
    for hook in registration.HOOKS:
        path = place / ".git" / "hooks" / hook.name
        path.write_text("#!/bin/sh\nexit 0\n")
        path.chmod(0o755)
    return place


def _ours(place: Path) -> Path:
    launcher = place / ".git" / registration.INSTALLED
    launcher.parent.mkdir()
    launcher.write_text(registration.launcher(PROGRAM))
    launcher.chmod(0o755)
    for hook in registration.HOOKS:
        (place / ".git" / "hooks" / hook.name).symlink_to(launcher)
    return place


def _open(place: Path) -> Path:
    _ours(place)
    subprocess.run([*PROGRAM, "start"], cwd=place, check=True, capture_output=True)
    return place


def _own_worktree(place: Path) -> Path:
    """A person's linked worktree, with no batch open."""
    _ours(place)
    _git(place, "worktree", "add", "--quiet", "-b", "mine", f"{place}-mine")
    return Path(f"{place}-mine")


def _executor(place: Path) -> Path:
    return next((_open(place) / ".ralph" / "worktrees").glob("*/1.1"))


def _manager(name: str) -> Callable[[Path], Path]:
    def make(place: Path) -> Path:
        subprocess.run([BIN / name, "install"], cwd=place, check=True, capture_output=True)
        return place

    return make


EMPTY, EXECUTOR, PASS = "empty sh scripts", "ours, a batch, an executor's worktree", "python -c pass"
CONTESTANTS = (
    Contestant("no hook", _none),
    Contestant(EMPTY, _empty),
    Contestant("ours, no batch", _ours, required=True),
    Contestant("ours, no batch, a linked worktree", _own_worktree, required=True),
    Contestant("ours, a batch, the main worktree", _open, required=True),
    Contestant(EXECUTOR, _executor),
    Contestant("pre-commit", _manager("pre-commit")),
    Contestant("prek", _manager("prek")),
)


def _shut_out_the_user(folder: Path) -> None:
    config = folder / "gitconfig"
    config.write_text("[user]\n\tname = Ada\n\temail = ada@example.org\n")
    os.environ |= {"GIT_CONFIG_GLOBAL": str(config), "GIT_CONFIG_NOSYSTEM": "1", "HOME": str(folder)}
    os.environ |= {"PRE_COMMIT_HOME": str(folder / "pre-commit"), "PREK_HOME": str(folder / "prek")}
    compiled()
    for name in ("GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE"):
        os.environ.pop(name, None)
    if shutil.which("git") is None:
        sys.exit("git is not installed")


def _git(place: Path, *args: str) -> None:
    subprocess.run(["git", *args], cwd=place, check=True, capture_output=True)


if __name__ == "__main__":
    sys.exit(main())
