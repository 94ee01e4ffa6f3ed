"""prepare-commit-msg and commit-msg: the message of an executor's commit, filled in, checked and given its trailers."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from ralph_hooks.batch.message import trailers_of
from ralph_hooks.batch.model import Attempt
from ralph_hooks.batch.pages import decode, encode
from ralph_hooks.git.index import commit_config
from ralph_hooks.git.repository import Repository
from ralph_hooks.integrations.git_hooks.checks.message import Facts, above_cut, check, filled, missing_trailers
from ralph_hooks.integrations.git_hooks.checks.verdict import PASSED, Verdict
from ralph_hooks.integrations.git_hooks.standing import Standing, standing, tasks_of
from ralph_hooks.tasklist.model import Task


def prepare(args: Sequence[str], cwd: Path) -> Verdict:
    """Begin an empty message with the task's own. What comes from somewhere (-m, a merge, an amend) is left alone."""
    file, source = cwd / args[0], args[1] if len(args) > 1 else os.environ.get("PRE_COMMIT_COMMIT_MSG_SOURCE")
    with standing(cwd) as here:
        if here and here.attempt and not source and not here.repository.in_progress():
            text = decode(file.read_bytes())
            task = tasks_of(here).get(here.attempt.index)
            if task and not _stripped(here.repository, text).strip():
                file.write_bytes(encode(filled(text, task.commit)))
    return PASSED


def run(args: Sequence[str], cwd: Path) -> Verdict:
    """Check the message and add what it lacks. During a rebase or merge it is the message of that."""
    with standing(cwd) as here:
        return verdict(here, tasks_of(here), cwd / args[0]) if here else PASSED


def verdict(here: Standing, tasks: Mapping[int, Task], file: Path) -> Verdict:
    """What of the message in `file` is refused; one that passes gets its trailers. `tasks`: those of the batch."""
    if not here.attempt or here.repository.in_progress():
        return PASSED
    facts = _facts(here, here.attempt, tasks, decode(file.read_bytes()))
    found = check(facts)
    if not found.refusals:
        _add(here.repository, file, missing_trailers(facts))
    return found


def _facts(here: Standing, attempt: Attempt, tasks: Mapping[int, Task], text: str) -> Facts:
    own = tasks.get(attempt.index)
    others = ((task.name, task.commit) for index, task in tasks.items() if index != attempt.index)
    return Facts(
        text=_stripped(here.repository, text),
        wanted=own.commit if own else None,
        others=tuple((name, commit) for name, commit in others if commit),
        trailers=tuple(trailers_of(here.batch, attempt.name)),
        strict=here.config.commit_message == "strict",
    )


def _stripped(repository: Repository, text: str) -> str:
    """The message as git is going to read it: it knows what a comment is here."""
    stdin = encode(above_cut(text))
    return decode(repository.git("stripspace", "--strip-comments", stdin=stdin, env=commit_config()).stdout)


def _add(repository: Repository, file: Path, trailers: Sequence[tuple[str, str]]) -> None:
    if trailers:
        words = (f"--trailer={key}: {value}" for key, value in trailers)
        how = ("--where=end", "--if-exists=addIfDifferent", "--if-missing=add")
        repository.git(
            "interpret-trailers", "--in-place", "--no-divider", *how, *words, "--", str(file), env=commit_config()
        )
