"""One executor of the demonstration, as a process of its own: commits in its worktree, then `ralph-hooks finish`.

It stands for a coding agent. Run as `python -m ralph_hooks.demo.executor TASK INDEX BEGAN` in a worktree, with
`--resolve` for the second try; BEGAN is when the executors were sent off, in seconds of the monotonic clock.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from ralph_hooks.demo.service import JOBS, RESOLUTION, SPEC, Job, Step


def main(argv: Sequence[str]) -> int:
    """Do the job of one task. The exit code is that of the first command that fails."""
    task, index, began, *mode = argv
    job = RESOLUTION if mode == ["--resolve"] else JOBS[task]
    try:
        _write_progress(index, job)
        for step in job.steps:
            time.sleep(job.pause)
            _say(task, began, f"{job.author} commits {_commit(job, step)}  {step.subject}")
        for line in _run(sys.executable, "-m", "ralph_hooks", "finish", task).splitlines():
            _say(task, began, line)
    except subprocess.CalledProcessError as error:
        _say(task, began, f"{error.cmd} failed: {error.stdout.strip()}")
        return error.returncode
    return 0


def _commit(job: Job, step: Step) -> str:
    """Write the files of the step and commit them; gives the short id."""
    for path, content in step.files.items():
        Path(path).write_text(content, encoding="utf-8")
    _run("git", "add", "--all")
    author = {"GIT_AUTHOR_NAME": job.author, "GIT_AUTHOR_EMAIL": f"{job.author.lower()}@example.org"}
    _run("git", "commit", "--quiet", "-m", step.subject, env=os.environ | author)
    return _run("git", "rev-parse", "--short", "HEAD").strip()


def _write_progress(index: str, job: Job) -> None:
    Path(SPEC, f".progress-task-{index}.md").write_text(f"## Learnings\n\n- {job.learning}\n", encoding="utf-8")


def _run(*command: str, env: dict[str, str] | None = None) -> str:
    """The output of a command, standard error included. Raises CalledProcessError when it fails."""
    done = subprocess.run(
        command, check=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8", env=env
    )
    return done.stdout


def _say(task: str, began: str, line: str) -> None:
    """One line in one write: executors share the output."""
    os.write(1, f"  {time.monotonic() - float(began):4.1f} s  {task}  {line}\n".encode())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
