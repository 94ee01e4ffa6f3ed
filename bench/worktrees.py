"""What the worktrees of a batch cost: made by git, by a start, by a start that has a pool. See README.md here.

    python bench/worktrees.py [--files 20000] [--worktrees 3] [--rounds 5]

One repository; the three take turns within each round, all on the same commit, and every batch lands before the next.
Exit code 1: the ratio that is required was missed.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from scratch import WHEN, command, git, isolate

REQUIRED = 10.0  # `git worktree add` takes at least so many times as long as a start from the pool
SPEC = "specs/demo"

Times = dict[str, list[float]]


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--files", type=int, default=20000, metavar="N")
    parser.add_argument("--worktrees", type=int, default=3, metavar="N", help="in each batch")
    parser.add_argument("--rounds", type=int, default=5, metavar="N")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="ralph-bench-") as scratch:
        isolate(Path(scratch))
        top, small = Path(scratch) / "repository", Path(scratch) / "small"
        batches = 2 * args.rounds + 1
        _make(top, args.files, [[f"{batch}.{task}" for task in range(args.worktrees)] for batch in range(batches)])
        _make(small, 10, [[f"{batch}.{task}" for task in range(args.worktrees)] for batch in range(args.rounds + 1)])
        print(f"{args.files} files, {args.worktrees} worktrees at a time, {args.rounds} rounds", flush=True)
        return _report(_measure(top, small, args.worktrees, args.rounds))


def _measure(top: Path, small: Path, worktrees: int, rounds: int) -> Times:
    times: Times = {}
    _batch(small, pool=True, times={})
    _batch(top, pool=True, times={})  # fills the pool, and compiles what is imported late
    turns: list[Callable[[], None]] = [
        lambda: _add_and_remove(top, worktrees, times, "git worktree add", ()),
        lambda: _add_and_remove(
            top, worktrees, times, "with checkout.workers", (f"checkout.workers={os.cpu_count()}",)
        ),
        lambda: _batch(top, pool=False, times=times),
        lambda: _small(small, times),
        lambda: _batch(top, pool=True, times=times),
    ]
    for number in range(rounds):
        for turn in turns[number % len(turns) :] + turns[: number % len(turns)]:
            turn()
    return times


def _report(times: Times) -> int:
    start, small = (statistics.median(times[name]) for name in ("start, pool", "start, 10 files"))
    for name, measured in times.items():
        base = times["land, pool"] if name.startswith("land") else times["start, pool"]
        each = [theirs / own for theirs, own in zip(measured, base, strict=True)]
        ratio = statistics.median(measured) / statistics.median(base)
        print(f"  {name:34}{ratio:7.2f}  ({min(each):.2f} to {max(each):.2f})", flush=True)
    # What worktrees of so many files add to a start; what it costs anyway is in `bench/hooks.py` and `landing.py`.
    ratio = statistics.median(times["git worktree add"]) / max(start - small, 0.001)
    missed = ratio < REQUIRED
    said = f"takes {ratio:.2f} times as long as the worktrees of a start with a pool"
    print(f"  git worktree add {said}  required: {REQUIRED:.2f}  {'MISSED' if missed else 'ok'}", flush=True)
    return int(missed)


# The contestants.


def _add_and_remove(top: Path, worktrees: int, times: Times, name: str, settings: tuple[str, ...]) -> None:
    """As many worktrees, one after the other, which is how git makes them."""
    places = [top / ".ralph" / "bench" / str(number) for number in range(worktrees)]
    config = [part for setting in settings for part in ("-c", setting)]

    def add() -> None:
        for place in places:
            git(top, *config, "worktree", "add", "--quiet", "--no-track", "-b", f"bench-{place.name}", str(place))

    _timed(times, name, add)
    for place in places:
        shutil.rmtree(place)
        git(top, "worktree", "prune")
        git(top, "branch", "--quiet", "-D", f"bench-{place.name}")


def _small(top: Path, times: Times) -> None:
    """A start whose worktrees have hardly any files."""
    own: Times = {}
    _batch(top, pool=True, times=own)
    times.setdefault("start, 10 files", []).extend(own["start, pool"])


def _batch(top: Path, *, pool: bool, times: Times) -> None:
    """A whole batch. Its executors change files, commit, and leave others that are ignored."""
    kept, aside = top / ".git" / "ralph" / "pool", top / ".git" / "ralph" / "aside"
    (top / ".ralph-hooks.toml").write_text("" if pool else "worktree_pool = 0\n")
    if not pool:
        kept.rename(aside)  # a landing without a pool empties it
    said = "pool" if pool else "no pool"
    _timed(
        times, f"start, {said}", lambda: command(top, "start", "--max-parallel", "64", "--tasks", f"{SPEC}/tasks.md")
    )
    for file, place in enumerate(sorted((top / ".ralph" / "worktrees").glob("*/*"))):
        (place / _name(file)).write_text(f"changed by {place}\n")
        for number in range(200):
            (place / f"build.{number}.ignored").write_text("built\n")
        git(place, "commit", "--quiet", "--all", "-m", "Work")
        command(top, "finish", place.name)
    _timed(times, f"land, {said}", lambda: command(top, "land"))
    if not pool:
        aside.rename(kept)


def _timed(times: Times, name: str, run: Callable[[], None]) -> None:
    os.sync()
    began = time.perf_counter()
    run()
    times.setdefault(name, []).append(time.perf_counter() - began)


# The repository.


def _make(top: Path, size: int, batches: list[list[str]]) -> None:
    """Files of a kilobyte in a thousand folders, and a list with a group of tasks for each batch."""
    top.mkdir()
    git(top, "init", "--quiet", "--initial-branch=main")
    groups = ["".join(f"- [ ] {task} [P] Task\n  - **Do**: it\n" for task in batch) for batch in batches]
    files = {_name(number): _text(number) for number in range(size)}
    files |= {
        f"{SPEC}/tasks.md": "# Tasks\n\n" + "".join(f"## Phase {n}\n\n{group}\n" for n, group in enumerate(groups)),
        f"{SPEC}/.progress.md": "# Progress\n",
        ".gitignore": "*.ignored\n.ralph-hooks.toml\n",
    }
    parts = [f"commit refs/heads/main\ncommitter Ada <ada@example.org> {WHEN}\ndata 5\nBegin\n"]
    parts += [f"M 100644 inline {path}\ndata {len(text.encode())}\n{text}\n" for path, text in files.items()]
    git(top, "fast-import", "--quiet", stdin="".join(parts))
    git(top, "reset", "--quiet", "--hard")


def _name(number: int) -> str:
    return f"package{number % 40:02}/part{number // 40 % 25}/module{number:05}.py"


def _text(number: int) -> str:
    return "".join(f"value_{line} = compute({number}, {line})  # line {line}\n" for line in range(25))


if __name__ == "__main__":
    sys.exit(main())
