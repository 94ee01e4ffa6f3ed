"""What the demonstration does and says, step by step. It shows real commands, and checks what each came to."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ralph_hooks.demo.scratch import RALPH, Scratch
from ralph_hooks.demo.service import JOBS

TOGETHER = ["1.2", "1.3", "1.4"]
LIMIT = 120  # seconds for all executors; they take two


class NotAsDesigned(Exception):  # noqa: N818 - it is what the story says
    """A step came to something else than it should have."""


@dataclass(frozen=True, slots=True)
class Stage:
    """Where the story is told. `bright`: on a terminal that takes colours."""

    scratch: Scratch
    bright: bool

    def chapter(self, number: int, title: str, *lines: str) -> None:
        line = f"── {number}. {title} "
        self.say("", self._lit(line + "─" * max(3, 78 - len(line)), "1;36"), *lines, "")

    def say(self, *lines: str) -> None:
        # Written at once: the processes that we start write to the same place.
        text = "".join(f"{line}\n" for line in lines)
        sys.stdout.flush()
        sys.stdout.buffer.write(text.encode())
        sys.stdout.flush()

    def ralph(self, *words: str, code: int = 0) -> None:
        """Show a command of ours. `code`: the exit code that it must have."""
        self._show(["ralph-hooks", *words], [*RALPH, *words], code)

    def git(self, *words: str) -> None:
        self._show(["git", *words], ["git", *words], 0)

    def python(self, *words: str) -> None:
        self._show(["python3", *words], [sys.executable, *words], 0)

    def _show(self, shown: Sequence[str], command: Sequence[str], code: int) -> None:
        self.say(self._lit(f"$ {shlex.join(shown)}", "1"))
        came_to = self.scratch.run(command).returncode
        if code:
            self.say(f"(exit code {came_to}: something needs attention)")
        if came_to != code:
            raise NotAsDesigned(f"`{shlex.join(shown)}` ended with {came_to} instead of {code}")

    def _lit(self, text: str, colour: str) -> str:
        return f"\x1b[{colour}m{text}\x1b[0m" if self.bright else text


def tell(scratch: Scratch) -> None:
    """The whole story. Raises NotAsDesigned where something comes out otherwise."""
    stage = Stage(scratch, bright=sys.stdout.isatty() and "NO_COLOR" not in os.environ)
    base = scratch.git("rev-parse", "HEAD")
    _plan(stage)
    _start(stage)
    _execute(stage)
    _land(stage, base)
    _resolve(stage)
    _verify(stage)
    _look_back(stage, base)


def _plan(stage: Stage) -> None:
    stage.chapter(1, "A task list and its plan", "Neighbours marked [P] may be worked on at the same time.")
    stage.ralph("plan")


def _start(stage: Stage) -> None:
    stage.chapter(2, "A batch", "One worktree and one branch for each task, all from the same commit.")
    stage.ralph("start")
    running = [task["id"] for task in stage.scratch.ask("status")["tasks"] if task["state"] == "running"]
    _require(running == TOGETHER, f"running are {running}, not {TOGETHER}")


def _execute(stage: Stage) -> None:
    stage.chapter(
        3,
        "Three executors at work, as three processes",
        "Here they are small scripts; they could be agents or people. Each one commits as it",
        "likes, then says `ralph-hooks finish ID`.",
    )
    tasks = stage.scratch.ask("status")["tasks"]
    began = time.monotonic()
    executors = [_send_off(stage, task, began) for task in tasks]
    try:
        at_once = sum(executor.poll() is None for executor in executors)  # the quickest takes a third of a second
        ended = [executor.wait(timeout=LIMIT) for executor in executors]
    except subprocess.TimeoutExpired:
        raise NotAsDesigned(f"the executors have not ended within {LIMIT} seconds") from None
    finally:
        _dismiss(executors)
    _require(ended == [0, 0, 0], f"the executors ended with {ended}")
    _require(at_once == 3, f"only {at_once} executors were at work at the same time")
    stage.say("")
    stage.ralph("status")


def _send_off(stage: Stage, task: dict[str, Any], began: float, *mode: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "ralph_hooks.demo.executor", task["id"], str(task["index"]), str(began), *mode]
    return stage.scratch.popen(command, Path(task["worktree"]))


def _dismiss(executors: Sequence[subprocess.Popen[str]]) -> None:
    """Nobody is left behind, whatever happened."""
    for executor in executors:
        if executor.poll() is None:
            executor.terminate()
            with suppress(subprocess.TimeoutExpired):
                executor.wait(timeout=10)


def _land(stage: Stage, base: str) -> None:
    stage.chapter(
        4,
        "The landing",
        "One commit per task on main, in the order of the list, whoever was first. 1.4 also",
        "edited a line of shortlink/app.py that 1.3 edits: it is parked, the others land.",
    )
    stage.ralph("land", code=1)
    (batch,) = stage.scratch.ask("log")["batches"]
    landed = [task["id"] for task in batch["landed"]]
    parked = {task["id"]: task["conflicts"] for task in batch["parked"]}
    _require(landed == ["1.2", "1.3"], f"landed are {landed}")
    _require(parked == {"1.4": ["shortlink/app.py"]}, f"parked are {parked}")
    authors = stage.scratch.git("log", "--format=%an", "--reverse", f"{base}..main").split("\n")
    _require(authors == [JOBS[task].author for task in landed], f"the authors on main are {authors}")
    stage.say("")
    stage.git("log", "--graph", "--stat", "--oneline", f"{base[:7]}..main")
    _require(stage.scratch.git("status", "--porcelain") == "", "the worktree is not clean")
    stage.say("", "Each commit holds its code, its tick and its progress entry. One of them in full:", "")
    stage.git("log", "-1", "--format=%s%n%n%b%nAuthor: %an, committer: %cn", "main~1")


def _resolve(stage: Stage) -> None:
    stage.chapter(
        5,
        "The parked task",
        "Nothing is lost: its work is kept under a ref, the task is open, and `resolve` makes",
        "a worktree at the tip of main with that work merged in and the conflict marked.",
    )
    stage.ralph("resolve", "1.4")
    (task,) = stage.scratch.ask("status")["tasks"]
    here = os.path.relpath(task["worktree"], stage.scratch.top)
    stage.say("")
    stage.git("-C", here, "diff", "--", "shortlink/app.py")
    stage.say("", "Its executor decides, and says so:", "")
    executor = _send_off(stage, task, time.monotonic(), "--resolve")
    try:
        code = executor.wait(timeout=LIMIT)
    except subprocess.TimeoutExpired:
        raise NotAsDesigned(f"the executor has not ended within {LIMIT} seconds") from None
    finally:
        _dismiss([executor])
    _require(code == 0, f"the executor ended with {code}")
    stage.say("")
    stage.ralph("land")
    last = stage.scratch.ask("log")["batches"][-1]
    _require(last["signal"] == "BATCH_COMPLETE", "the resolved task did not land")


def _verify(stage: Stage) -> None:
    stage.chapter(6, "The checkpoint", "A [VERIFY] task is nobody's batch: it is done here, then ticked.")
    stage.ralph("start", code=1)
    stage.say("")
    stage.python("-m", "unittest", "-q")
    stage.ralph("tick", "1.5")
    tasks = stage.scratch.ask("plan")["tasks"]
    still_open = [task["id"] for task in tasks if not task["done"]]
    _require(still_open == ["2.1", "2.2"], f"open are {still_open}")


def _look_back(stage: Stage, base: str) -> None:
    stage.chapter(7, "What is left of it", "A history that one careful person could have made.")
    stage.git("log", "--graph", "--oneline", f"{base[:7]}..main")
    stage.say("")
    stage.ralph("log")
    subjects = stage.scratch.git("log", "--format=%s", "--reverse", f"{base}..main").split("\n")
    wanted = ["feat(codes)", "feat(visits)", "feat(expiry)", "chore: tick 1.5"]
    begun = [subject[: len(start)] for subject, start in zip(subjects, wanted, strict=False)]
    _require(len(subjects) == len(wanted) and begun == wanted, f"main holds {subjects}")
    _require(stage.scratch.git("status", "--porcelain") == "", "the worktree is not clean")


def _require(fact: bool, otherwise: str) -> None:
    if not fact:
        raise NotAsDesigned(otherwise)


def what_next(top: Path, *, kept: bool) -> Sequence[str]:
    """What a user does with this in a repository of their own."""
    place = (f"The scratch repository is kept: cd {top}", "") if kept else ()
    return (
        "",
        *place,
        "In your own repository, with a committed tasks.md that has [P] tasks:",
        "",
        "  ralph-hooks plan               what would run beside what",
        "  ralph-hooks start              a worktree for each task of the next group",
        "  ralph-hooks finish ID          for each, when its executor has ended",
        "  ralph-hooks land               one commit per task; `ralph-hooks undo` takes it back",
        "",
        "Nothing of yours was touched. README.md tells the rest.",
    )
