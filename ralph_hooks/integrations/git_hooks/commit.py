"""pre-commit and commit-msg of one commit, in one process: what both ask is read once, and Python is started once.

`git-guard` asks for both where git runs the second right after the first, with the same index.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ralph_hooks.integrations.git_hooks import commit_msg, pre_commit
from ralph_hooks.integrations.git_hooks.checks.verdict import PASSED, Verdict
from ralph_hooks.integrations.git_hooks.standing import standing, tasks_of


def run(args: Sequence[str], cwd: Path) -> Verdict:
    """What is refused of the commit itself leaves its message alone, as git would."""
    with standing(cwd) as here:
        if not here:
            return PASSED
        tasks = tasks_of(here)
        commit = pre_commit.verdict(here, tasks)
        if commit.refusals:
            return commit
        message = commit_msg.verdict(here, tasks, cwd / args[0])
        return Verdict(message.refusals, (*commit.notes, *message.notes))
