"""How long a landing takes, beside other ways to the same tree, and how much memory. See README.md here.

    python bench/landing.py [--files 5000 20000] [--branches 20] [--rounds 3] [--no-worktrees]

One repository is prepared per size: a batch of finished attempts, each three commits on files of its own. Every
contestant begins from the same state of it; they take turns within each round. Times are of this machine in this hour,
so only ratios are printed. Exit code 1: a ratio that is required was missed.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from landing_scene import COMMITS, SPEC, Scene, prepare, restore
from scratch import command, git, isolate

OWN = {f"{SPEC}/tasks.md", f"{SPEC}/.progress.md"}
LARGE, HUGE = 20000, 100000  # files
MOST = 200  # MB that our own process may take at its peak
GROWTH = 1.2  # what a branch of many may cost at most, beside one of few
MEASURED = r"""
import re, resource, sys
from ralph_hooks.cli import main
code = main(["land"])
# ru_maxrss of a process begins with that of whoever started it
own = re.search(r"VmHWM:\s*(\d+)", open("/proc/self/status").read())[1]
print(own, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=sys.stderr)
sys.exit(code)
"""


@dataclass(frozen=True, slots=True)
class Contestant:
    """A way to land the batch.

    `required`: how many times as long as ours it must take at least, below LARGE, from there on, and from HUGE on.
    """

    name: str
    land: Callable[[Scene], None]
    required: tuple[float, float, float]
    slow: bool = True  # it is not measured where there are too many branches or files for worktrees


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--files", type=int, nargs="+", default=[5000, 20000], metavar="N", help="sizes to measure")
    parser.add_argument("--branches", type=int, nargs="+", default=[20], metavar="N", help="numbers, few first")
    parser.add_argument("--rounds", type=int, default=3, metavar="N")
    parser.add_argument("--no-worktrees", action="store_true", help="the executors' worktrees are gone: for many files")
    args = parser.parse_args()
    missed = False
    for size in args.files:
        each: dict[int, float] = {}
        for branches in args.branches:
            with tempfile.TemporaryDirectory(prefix="ralph-bench-") as scratch:
                isolate(Path(scratch))
                scene = prepare(Path(scratch), size, branches, worktrees=not args.no_worktrees)
                ours, wrong = _measure(scene, size, args.rounds)
                each[branches] = ours / branches
                missed |= wrong
        for more in args.branches[1:]:
            missed |= _grown(args.branches[0], more, each)
    return 1 if missed else 0


def _measure(scene: Scene, size: int, rounds: int) -> tuple[float, bool]:
    """The median of our times, and whether anything that is required was missed."""
    print(f"{size} files, {len(scene.branches)} branches of {COMMITS} commits, {rounds} rounds", flush=True)
    others = [item for item in OTHERS if scene.worktrees or not item.slow]
    contestants = {"ours": ours, **{item.name: item.land for item in others}}
    times: dict[str, list[float]] = {name: [] for name in contestants}
    trees: dict[str, str] = {}
    ours(scene)  # not measured: the first run compiles what is imported late
    for number in range(rounds):
        for name, land in _turned(contestants, number):
            restore(scene)
            times[name].append(_timed(land, scene))
            trees[name] = _tree(scene)
    if len(set(trees.values())) != 1:
        raise SystemExit(f"the contestants do not come to the same tree: {trees}")
    missed = [_report(item, times, size) for item in others]
    median = statistics.median(times["ours"])
    if scene.worktrees:
        _removing(scene, median)
    return median, any([*missed, _memory(scene)])


def _report(other: Contestant, times: Mapping[str, list[float]], size: int) -> bool:
    ratio = statistics.median(times[other.name]) / statistics.median(times["ours"])
    each = [theirs / own for theirs, own in zip(times[other.name], times["ours"], strict=True)]
    required = other.required[(size >= LARGE) + (size >= HUGE)]
    verdict = "ok" if ratio >= required else "MISSED"
    print(f"  {other.name:38}{ratio:7.2f} times ours  ({min(each):.2f} to {max(each):.2f})", end="")
    print(f"  required: {required:.2f}  {verdict}", flush=True)
    return ratio < required


def _removing(scene: Scene, median: float) -> None:
    restore(scene)
    (scene.top / ".ralph-hooks.toml").write_text("keep_worktrees = false\n")
    print(f"  with removal of the worktrees ours takes {_timed(ours, scene) / median:.1f} times as long", flush=True)


def _memory(scene: Scene) -> bool:
    """One more landing, in a process that says what it took (in KB; of its children, what the largest took)."""
    if scene.worktrees:  # they have just been removed
        return False
    restore(scene)
    done = subprocess.run([sys.executable, "-c", MEASURED], cwd=scene.top, capture_output=True, text=True, check=True)
    own, largest = (int(number) / 1024 for number in done.stderr.split()[-2:])
    verdict = "ok" if own <= MOST else "MISSED"
    print(
        f"  ours takes {own:.0f} MB at its peak, required: {MOST}  {verdict}; the largest git {largest:.0f} MB",
        flush=True,
    )
    return own > MOST


def _grown(few: int, many: int, each: Mapping[int, float]) -> bool:
    ratio = each[many] / each[few]
    verdict = "ok" if ratio <= GROWTH else "MISSED"
    print(f"  one of {many} branches takes {ratio:.2f} times as long as one of {few}, required: {GROWTH}  {verdict}\n")
    return ratio > GROWTH


def _turned(contestants: Mapping[str, Callable[[Scene], None]], number: int) -> list[tuple[str, Callable]]:
    """In another order each round, so that nobody always has the warm cache."""
    items = list(contestants.items())
    at = number % len(items)
    return items[at:] + items[:at]


def _timed(land: Callable[[Scene], None], scene: Scene) -> float:
    os.sync()
    began = time.perf_counter()
    land(scene)
    return time.perf_counter() - began


def _tree(scene: Scene) -> str:
    """What is on the target, without the spec's own files: nobody else ticks."""
    listed = git(scene.top, "ls-tree", "-r", "main").split("\n")
    return str(hash(tuple(line for line in listed if line.partition("\t")[2] not in OWN)))


# The contestants.


def ours(scene: Scene) -> None:
    command(scene.top, "land")


def rebase_in_worktrees(scene: Scene) -> None:
    """Each executor's worktree is rebased onto the target as it is by then, squashed, and the main one goes forward."""
    for worktree, branch in zip(scene.worktrees, scene.branches, strict=True):
        _rebased(worktree, branch)
        git(scene.top, "merge", "--quiet", "--ff-only", branch)


def rebase_in_one(scene: Scene) -> None:
    """One further worktree takes the branches in turn: what a merge queue with a checkout of its own does."""
    assert scene.one is not None
    for branch in scene.branches:
        git(scene.one, "checkout", "--quiet", "--detach", branch)
        _rebased(scene.one, branch)
        git(scene.top, "merge", "--quiet", "--ff-only", git(scene.one, "rev-parse", "HEAD"))


def _rebased(worktree: Path, said: str) -> None:
    git(worktree, "rebase", "--quiet", "main")
    git(worktree, "reset", "--quiet", "--soft", "main")
    git(worktree, "commit", "--quiet", "-m", said)


def merge_squash(scene: Scene) -> None:
    """In the main worktree, one by one."""
    for branch in scene.branches:
        git(scene.top, "merge", "--quiet", "--squash", branch)
        git(scene.top, "commit", "--quiet", "-m", branch)


def plumbing(scene: Scene) -> None:
    """The floor: nothing is checked, recorded or stamped, and the worktree is brought along once."""
    tip = git(scene.top, "rev-parse", "main")
    for branch in scene.branches:
        tree = git(scene.top, "merge-tree", "--write-tree", tip, branch)
        tip = git(scene.top, "commit-tree", "-p", tip, "-m", branch, tree)
    git(scene.top, "merge", "--quiet", "--ff-only", tip)


OTHERS = (
    Contestant("rebase in one worktree + squash", rebase_in_one, (8, 20, 20)),
    Contestant("rebase in each worktree + squash", rebase_in_worktrees, (5, 10, 10)),
    Contestant("merge --squash in the main one", merge_squash, (3, 6, 6)),
    Contestant("plumbing alone", plumbing, (1 / 1.5, 1 / 1.5, 1 / 1.3), slow=False),
)


if __name__ == "__main__":
    sys.exit(main())
