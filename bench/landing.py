"""How long a landing takes, beside three other ways to the same tree. See README.md here.

    python bench/landing.py [--files 5000 20000] [--branches 20] [--rounds 3]

One repository is prepared per size: a batch of finished attempts, each three commits on files of its own. Every
contestant begins from the same state of it; they take turns within each round. Times are of this machine in this hour,
so only ratios are printed. Exit code 1: a ratio that is required was missed.
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
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

SPEC = "specs/demo"
OWN = {f"{SPEC}/tasks.md", f"{SPEC}/.progress.md"}
FOLDERS, SUBFOLDERS = 40, 5
LARGE = 20000  # files
COMMITS, EDITS = 3, 2  # per branch, and edited files per commit; each commit adds one more
WHEN = "1700000000 +0000"


@dataclass(frozen=True, slots=True)
class Prepared:
    """A repository with an open batch whose attempts have all ended, and what is needed to come back to that."""

    top: Path
    worktrees: tuple[Path, ...]
    branches: tuple[str, ...]
    refs: Mapping[str, str]
    store: Path  # a copy of our folder in the git directory


@dataclass(frozen=True, slots=True)
class Contestant:
    """A way to land the batch, and how many times as long as ours it must take at least, below and from LARGE on."""

    name: str
    land: Callable[[Prepared], None]
    small: float
    large: float

    def required(self, size: int) -> float:
        return self.large if size >= LARGE else self.small


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--files", type=int, nargs="+", default=[5000, 20000], metavar="N", help="sizes to measure")
    parser.add_argument("--branches", type=int, default=20, metavar="N")
    parser.add_argument("--rounds", type=int, default=3, metavar="N")
    args = parser.parse_args()
    missed = False
    for size in args.files:
        with tempfile.TemporaryDirectory(prefix="ralph-bench-") as scratch:
            _isolate(Path(scratch))
            missed |= _measure(prepare(Path(scratch), size, args.branches), size, args.rounds)
    return 1 if missed else 0


def _measure(prepared: Prepared, size: int, rounds: int) -> bool:
    print(f"{size} files, {len(prepared.branches)} branches of {COMMITS} commits, {rounds} rounds", flush=True)
    contestants = {"ours": ours, **{item.name: item.land for item in OTHERS}}
    times: dict[str, list[float]] = {name: [] for name in contestants}
    trees: dict[str, str] = {}
    ours(prepared)  # not measured: the first run compiles what is imported late
    for number in range(rounds):
        for name, land in _turned(contestants, number):
            restore(prepared)
            times[name].append(_timed(land, prepared))
            trees[name] = _tree(prepared)
    if len(set(trees.values())) != 1:
        raise SystemExit(f"the contestants do not come to the same tree: {trees}")
    missed = [_report(item, times, size) for item in OTHERS]
    restore(prepared)
    (prepared.top / ".ralph-hooks.toml").write_text("keep_worktrees = false\n")
    removing = _timed(ours, prepared) / statistics.median(times["ours"])
    print(f"  with removal of the worktrees ours takes {removing:.1f} times as long\n", flush=True)
    return any(missed)


def _report(other: Contestant, times: Mapping[str, list[float]], size: int) -> bool:
    ratio = statistics.median(times[other.name]) / statistics.median(times["ours"])
    each = [theirs / own for theirs, own in zip(times[other.name], times["ours"], strict=True)]
    required = other.required(size)
    verdict = "ok" if ratio >= required else "MISSED"
    print(f"  {other.name:34}{ratio:7.2f} times ours  ({min(each):.2f} to {max(each):.2f})", end="")
    print(f"  required: {required:.2f}  {verdict}", flush=True)
    return ratio < required


def _turned(contestants: Mapping[str, Callable[[Prepared], None]], number: int) -> list[tuple[str, Callable]]:
    """In another order each round, so that nobody always has the warm cache."""
    items = list(contestants.items())
    at = number % len(items)
    return items[at:] + items[:at]


def _timed(land: Callable[[Prepared], None], prepared: Prepared) -> float:
    os.sync()
    began = time.perf_counter()
    land(prepared)
    return time.perf_counter() - began


def _tree(prepared: Prepared) -> str:
    """What is on the target, without the spec's own files: nobody else ticks."""
    listed = git(prepared.top, "ls-tree", "-r", "main").split("\n")
    return str(hash(tuple(line for line in listed if line.partition("\t")[2] not in OWN)))


# The contestants.


def ours(prepared: Prepared) -> None:
    _command(prepared.top, "land")


def rebase_in_worktrees(prepared: Prepared) -> None:
    """Each worktree is rebased onto the target as it is by then, squashed, and the main worktree goes forward to it."""
    for worktree, branch in zip(prepared.worktrees, prepared.branches, strict=True):
        git(worktree, "rebase", "--quiet", "main")
        git(worktree, "reset", "--quiet", "--soft", "main")
        git(worktree, "commit", "--quiet", "-m", branch)
        git(prepared.top, "merge", "--quiet", "--ff-only", branch)


def merge_squash(prepared: Prepared) -> None:
    """In the main worktree, one by one."""
    for branch in prepared.branches:
        git(prepared.top, "merge", "--quiet", "--squash", branch)
        git(prepared.top, "commit", "--quiet", "-m", branch)


def plumbing(prepared: Prepared) -> None:
    """The floor: nothing is checked, recorded or stamped, and the worktree is brought along once."""
    tip = git(prepared.top, "rev-parse", "main")
    for branch in prepared.branches:
        tree = git(prepared.top, "merge-tree", "--write-tree", tip, branch)
        tip = git(prepared.top, "commit-tree", "-p", tip, "-m", branch, tree)
    git(prepared.top, "merge", "--quiet", "--ff-only", tip)


OTHERS = (
    Contestant("rebase in each worktree + squash", rebase_in_worktrees, 5, 10),
    Contestant("merge --squash in the main one", merge_squash, 1.5, 3),
    Contestant("plumbing alone", plumbing, 1 / 3, 1 / 3),
)


# The repository.


def prepare(folder: Path, size: int, branches: int) -> Prepared:
    """A repository of `size` files with a batch of `branches` attempts that have all ended."""
    top = folder / "repository"
    top.mkdir()
    git(top, "init", "--quiet", "--initial-branch=main")
    ids = [f"1.{number}" for number in range(1, branches + 1)]
    _import(top, size, ids)
    git(top, "reset", "--quiet", "--hard")
    _command(top, "start", "--max-parallel", str(branches), "--tasks", f"{SPEC}/tasks.md")
    worktrees = tuple(sorted((top / ".ralph" / "worktrees").glob("*/*"), key=lambda path: int(path.name[2:])))
    for number, worktree in enumerate(worktrees):
        _work(worktree, number, size, branches)
        _command(top, "finish", ids[number])
    store = folder / "store"
    shutil.copytree(_store(top), store)
    return Prepared(top, worktrees, tuple(_branch(path) for path in worktrees), _refs(top), store)


def restore(prepared: Prepared) -> None:
    """Back to what `prepare` made. In place: to copy twenty worktrees of 20,000 files would take far longer."""
    top = prepared.top
    now = _refs(top)
    gone = [f"delete {ref}" for ref in now if ref not in prepared.refs]
    back = [f"update {ref} {oid}" for ref, oid in prepared.refs.items() if now.get(ref) != oid]
    git(top, "update-ref", "--stdin", stdin="\n".join([*gone, *back, ""]))
    for worktree in (top, *prepared.worktrees):
        git(worktree, "reset", "--quiet", "--hard")
        git(worktree, "status", "--porcelain")  # refreshes the index
    shutil.rmtree(_store(top))
    shutil.copytree(prepared.store, _store(top))


def _import(top: Path, size: int, ids: list[str]) -> None:
    """The first commit, as a stream: 20,000 files take a second."""
    spec = {
        f"{SPEC}/tasks.md": "# Tasks\n\n" + "".join(f"- [ ] {task} [P] Task\n  - **Do**: it\n" for task in ids),
        f"{SPEC}/.progress.md": "# Progress\n",
        ".ralph-hooks.toml": "keep_worktrees = true\n",  # nobody else removes any
    }
    files = {_name(number): _text(number) for number in range(size)} | spec
    parts = [f"commit refs/heads/main\ncommitter Ada <ada@example.org> {WHEN}\ndata 5\nBegin\n"]
    parts += [f"M 100644 inline {path}\ndata {len(text.encode())}\n{text}\n" for path, text in files.items()]
    git(top, "fast-import", "--quiet", stdin="".join(parts))


def _name(number: int) -> str:
    return f"package{number % FOLDERS:02}/part{number // FOLDERS % SUBFOLDERS}/module{number:05}.py"


def _text(number: int) -> str:
    return "".join(
        f"value_{line} = compute({number}, {line})  # line {line} of module {number}\n" for line in range(25)
    )


def _work(worktree: Path, number: int, size: int, branches: int) -> None:
    """Three commits on files that no other branch touches, spread over the folders."""
    for commit in range(COMMITS):
        names = [_name((number + branches * (commit * EDITS + edit)) % size) for edit in range(EDITS)]
        for name in names:
            text = (worktree / name).read_text()
            (worktree / name).write_text(text.replace("# line 7", f"# changed by branch {number}, line 7"))
        new = f"package{(7 * number + commit) % FOLDERS:02}/new_{number}_{commit}.py"
        (worktree / new).write_text(_text(number))
        git(worktree, "add", "--", new, *names)
        git(worktree, "commit", "--quiet", "-m", f"Step {commit} of branch {number}")


# Running things.


def git(cwd: Path, *args: str, stdin: str | None = None) -> str:
    source: dict[str, object] = {"input": stdin} if stdin is not None else {"stdin": subprocess.DEVNULL}
    done = subprocess.run(["git", *args], cwd=cwd, capture_output=True, text=True, check=False, **source)
    if done.returncode:
        raise SystemExit(f"git {' '.join(args)}: {done.stderr}")
    return done.stdout.removesuffix("\n")


def _command(top: Path, *args: str) -> None:
    command = [sys.executable, "-m", "ralph_hooks", *args]
    done = subprocess.run(command, cwd=top, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"ralph-hooks {' '.join(args)}: {done.stdout}{done.stderr}")


def _branch(worktree: Path) -> str:
    return git(worktree, "symbolic-ref", "--short", "HEAD")


def _refs(top: Path) -> dict[str, str]:
    listed = git(top, "for-each-ref", "--format=%(refname) %(objectname)")
    return dict(line.split(" ") for line in listed.split("\n"))


def _store(top: Path) -> Path:
    return top / ".git" / "ralph"


def _isolate(home: Path) -> None:
    """Nobody's configuration, fixed dates, no repacking in between; modules compiled, as installed ones are."""
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        del os.environ[name]
    config = home / "gitconfig"
    config.write_text(
        "[user]\n\tname = Ada\n\temail = ada@example.org\n[gc]\n\tauto = 0\n[maintenance]\n\tauto = false\n"
    )
    os.environ.update(
        HOME=str(home),
        GIT_CONFIG_GLOBAL=str(config),
        GIT_CONFIG_NOSYSTEM="1",
        GIT_AUTHOR_DATE=WHEN,
        GIT_COMMITTER_DATE=WHEN,
        PYTHONPYCACHEPREFIX=str(home / "compiled"),
    )
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


if __name__ == "__main__":
    sys.exit(main())
