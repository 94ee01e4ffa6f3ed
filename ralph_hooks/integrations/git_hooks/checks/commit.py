"""May an executor make this commit? Branch, files, and lines of the list."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from ralph_hooks.batch.scope import Strays
from ralph_hooks.integrations.git_hooks.checks.verdict import Refusal, Verdict
from ralph_hooks.records import NamedTuple

HEADS = "refs/heads/"


class Found(NamedTuple):
    """What lint newly finds in the list: what it would fail on, and the rest."""

    broken: tuple[str, ...] = ()
    dubious: tuple[str, ...] = ()


class Facts(NamedTuple):
    """A commit in an executor's worktree, before it is made.

    `own` and `branch` are full names: the branch that the worktree is for, the one that is checked out; None: none is.
    `lines`: tasks whose lines in the list it changes, without those that the executor may change.
    """

    task: str | None
    own: str | None
    branch: str | None
    strays: Strays
    tasks: str
    lines: tuple[str, ...] = ()
    elsewhere: bool = False
    found: Found = Found()
    strict: bool = False


def check(facts: Facts) -> Verdict:
    return Verdict((*_branch(facts), *_files(facts), *_list(facts)), tuple(_notes(facts)))


def _branch(facts: Facts) -> Iterator[Refusal]:
    if facts.own is None or facts.branch == facts.own:
        return
    here = facts.branch.removeprefix(HEADS) if facts.branch else "no branch"
    own = facts.own.removeprefix(HEADS)
    yield Refusal(f"this worktree is for the branch {own}, and {here} is checked out", f"git switch {shlex.quote(own)}")


def _files(facts: Facts) -> Iterator[Refusal]:
    for path in facts.strays.kept:
        yield Refusal(f"{path} is the orchestrator's, no executor's to commit", _unstage(path))
    for path, owner in facts.strays.taken:
        yield Refusal(f"{path} belongs to task {owner} of the same batch", f"leave it to that task: {_unstage(path)}")
    for path in _undeclared(facts) if facts.strict else ():
        yield Refusal(f"{path} is not among the files of {_task(facts)}", _unstage(path))


def _undeclared(facts: Facts) -> list[str]:
    """Files outside the task's own that are not refused as another task's, or kept ones, in any case."""
    refused = {*facts.strays.kept, *(path for path, _ in facts.strays.taken)}
    return [path for path in facts.strays.outside if path not in refused]


def _list(facts: Facts) -> Iterator[Refusal]:
    if facts.lines:
        what = f"lines of {', '.join(facts.lines)} in {facts.tasks} are not {_task(facts)}'s to change"
        yield Refusal(what, f"git restore --staged --worktree -- {shlex.quote(facts.tasks)}")
    for finding in facts.found.broken:
        yield Refusal(finding, f"mend it in {facts.tasks}; `ralph-hooks rule` explains it")


def _notes(facts: Facts) -> Iterator[str]:
    outside = _undeclared(facts)
    if outside and not facts.strict:
        yield f"{_task(facts)} does not declare {', '.join(outside)}"
    if facts.elsewhere:
        yield f"what you changed in {facts.tasks} beside your task is not going to land"
    yield from facts.found.dubious


def _task(facts: Facts) -> str:
    return f"task {facts.task}" if facts.task else "this executor"


def _unstage(path: str) -> str:
    return f"git restore --staged -- {shlex.quote(path)}"
