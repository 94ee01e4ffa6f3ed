"""A repository with a ralph-specum spec in execution, and the scripts of those who work on it."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from scripted_model import Turn, Use
from session import bash, write
from workshop import Content, Workshop

SIGNALS = "TASK_COMPLETE|BATCH_COMPLETE|ALL_TASKS_COMPLETE"
IGNORED = ".ralph-state.json\n.current-spec\n*.lock\n"
EXECUTOR = "---\nname: spec-executor\ndescription: does one task\ntools: Bash, Read, Write\n---\nDo the task.\n"

_TASK = """\
- [ ] {id} {marker}Task {id}
  - **Do**: write part {id}
  - **Done when**: it is there
  - **Commit**: `feat: part {id}`
"""


def task_list(*tasks: str) -> str:
    """A list of these ids; `1.1` is parallel, `1.1!` is not, `## Name` is a heading."""
    blocks = (_TASK.format(id=task.rstrip("!"), marker="" if task.endswith("!") else "[P] ") for task in tasks)
    lines = (task + "\n\n" if task.startswith("#") else block for task, block in zip(tasks, blocks, strict=True))
    return "# Tasks\n\n## Phase 1\n\n" + "".join(lines)


def make_spec(
    path: Path,
    *tasks: str,
    specs: str = "specs",
    files: Mapping[str, Content] | None = None,
    config: str | None = None,
    state: Mapping[str, Any] | None = None,
) -> Workshop:
    """A repository whose spec `demo` is at its first task. `specs`: the folder of the specs."""
    settings = f'---\nenabled: true\nspecs_dirs: ["./{specs}"]\n---\n'
    shop = Workshop.make(
        path,
        task_list(*tasks),
        {
            ".gitignore": IGNORED,
            ".claude/agents/spec-executor.md": EXECUTOR,
            ".claude/ralph-specum.local.md": settings,
            **(files or {}),
        },
        spec=f"{specs}/demo",
        config=config,
        state={
            "name": "demo",
            "basePath": f"./{specs}/demo",
            "phase": "execution",
            "taskIndex": 0,
            "totalTasks": sum(not task.startswith("#") for task in tasks),
            "taskIteration": 1,
            "maxTaskIterations": 5,
            "globalIteration": 1,
            "maxGlobalIterations": 100,
            "awaitingApproval": False,
            **(state or {}),
        },
    )
    shop.write({f"{specs}/.current-spec": "demo\n"})
    return shop


# --- the coordinator


def delegate(shop: Workshop, task: str, script: str = "", tool: str = "Agent", **more: Any) -> Use:
    """The call of an executor, as ralph-specum's coordinator words it. It follows `script`, by default its task's."""
    index = place(shop, task)
    prompt = (
        f"Execute task index {index} of spec demo. SCRIPT:{script or task}\n\n"
        f"basePath: {shop.path}/{shop.spec}\n"
        f"progressFile: .progress-task-{index}.md\n\n"
        f"{task} [P] Task {task}\n"
        "Commit with: (flock -x 200; git commit) 200>.git-commit.lock\n"
    )
    return Use(tool, {"description": f"Task {task}", "prompt": prompt, "subagent_type": "spec-executor", **more})


def coordinator(*batches: Sequence[Use]) -> list[Turn]:
    """One message with the calls of each batch; when it is answered the coordinator says what it was told to say."""
    following = [*batches[1:], ()]
    return [
        Turn(says="The first tasks.", uses=batches[0]),
        *(Turn(says="They have ended.", repeats=SIGNALS, uses=calls) for calls in following),
    ]


def in_background(calls: Sequence[Use]) -> list[Turn]:
    """The same, where it hears of each end by itself, or of several at once."""
    return [Turn(uses=calls), Turn(says="They run."), *[Turn(says="News.", repeats=SIGNALS) for _ in calls]]


# --- the executors


def executor(
    shop: Workshop, task: str, files: Mapping[str, str] | None = None, *, after: Sequence[str] = (), first: str = "true"
) -> list[Turn]:
    """Writes its files (by default `parts/ID`), notes progress, ticks its own list, commits all of it, says so.

    It begins when the scripts `after` have ended, with the shell command `first`.
    """
    written = {**(files or {f"parts/{task}": f"{task}\n"}), **progress(shop, task)}
    steps = [first, write(written), tick(shop, task), "git add --all", f"git commit --quiet -m 'Work on {task}'"]
    return [Turn(uses=[bash(" && ".join(steps))], after=after), done(task)]


def done(task: str, after: Sequence[str] = ()) -> Turn:
    return Turn(says=f"Did what was asked.\n\nTASK_COMPLETE ({task})", after=after)


def progress(shop: Workshop, task: str) -> dict[str, str]:
    """The progress file of an executor in a parallel batch."""
    text = f"## Completed Tasks\n- [x] {task} Task {task} - abc1234\n\n## Learnings\n- Learnt from {task}\n"
    return {shop.page(f".progress-task-{place(shop, task)}.md"): text}


def tick(shop: Workshop, task: str, folder: str = "") -> str:
    """A shell command that ticks the task in the list below `folder`; `sed -i` is what executors use."""
    pattern = task.replace(".", "\\.")
    return shlex.join(["sed", "-i", f"s/^- \\[ \\] {pattern} /- [x] {task} /", f"{folder}{shop.page('tasks.md')}"])


def place(shop: Workshop, task: str) -> int:
    """The index of a task in the list."""
    tasks = [line for line in shop.read(shop.page("tasks.md")).splitlines() if line.startswith("- [")]
    return next(index for index, line in enumerate(tasks) if line.split()[3 if "[ ]" in line else 2] == task)
