"""Open a batch: a worktree and a branch per task, all from one recorded base.

Without IDs it is the next group of the plan, at most --max-parallel tasks of it. Executors commit in their worktrees as
they like; `finish ID` says that one has ended, `land` lands them all.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import Any

from ralph_hooks.batch.breaker import Position, explain
from ralph_hooks.batch.choice import Earlier
from ralph_hooks.batch.fragments import progress_file
from ralph_hooks.batch.ground import Wanted
from ralph_hooks.batch.model import Attempt, Batch, State
from ralph_hooks.batch.pages import spec_of
from ralph_hooks.batch.start import Started, start
from ralph_hooks.commands.activity import shown
from ralph_hooks.commands.printing import add_format, add_list, as_json, note, put, put_json
from ralph_hooks.commands.session import changing
from ralph_hooks.errors import UsageError, printable

EXAMPLE = "ralph-hooks start --max-parallel 3 --format json"


def arguments(parser: ArgumentParser) -> None:
    parser.add_argument("ids", nargs="*", metavar="ID", help="tasks to start: ids, or @INDEX; default: the next group")
    add_list(parser)
    parser.add_argument("--target", metavar="BRANCH", help="the branch to land on; default: the one checked out")
    parser.add_argument("--max-parallel", type=int, metavar="N", help="at most so many tasks at once")
    parser.add_argument("--allow-overlap", action="store_true", help="start tasks together although they share files")
    add_format(parser)


def run(args: Namespace) -> int:
    if args.max_parallel is not None and args.max_parallel < 1:
        raise UsageError(f"--max-parallel {args.max_parallel} starts nothing", "give 1 or more")
    wanted = Wanted(
        cwd=Path.cwd(),
        tasks=args.tasks,
        spec=args.spec,
        target=args.target,
        names=tuple(args.ids),
        max_parallel=args.max_parallel,
        allow_overlap=args.allow_overlap,
    )
    with changing() as work, shown("looking for the next tasks"):
        started = start(work, wanted)
    if as_json(args):
        put_json(_document(started))
    elif started.batch:
        put(describe(started.batch))
    if started.breaker.state is not Position.CLOSED and not wanted.names:
        note(explain(started.breaker))
    return _explain(started)


def describe(batch: Batch) -> str:
    """The open batch, for a person who is about to send executors off."""
    first = f"batch {batch.id} on {batch.target} at {batch.base[:12]}"
    lines = [f"  {printable(attempt.label)}\n      {printable(attempt.worktree)}" for attempt in batch.attempts]
    names = " ".join(attempt.name for attempt in batch.attempts)
    return "\n".join(
        [first, *lines, "", f"next: work there, `ralph-hooks finish ID` for each ({names}), `ralph-hooks land`"]
    )


def task_document(batch: Batch, attempt: Attempt) -> dict[str, Any]:
    """One task of the `start` object."""
    return {
        "index": attempt.index,
        "id": attempt.id,
        "title": attempt.title,
        "worktree": attempt.worktree,
        "branch": attempt.branch,
        "progress_file": progress_file(spec_of(batch), attempt),
    }


def _document(started: Started) -> dict[str, Any]:
    batch, choice = started.batch, started.choice
    document: dict[str, Any] = {
        "batch": batch.id if batch else None,
        "base": started.base,
        "target": started.target,
        "tasks": [],
    }
    for attempt in batch.attempts if batch else ():
        earlier = started.earlier.get(attempt.index)
        assert batch is not None  # noqa: S101 - it has attempts
        document["tasks"].append(
            task_document(batch, attempt) | {"state": attempt.state, "earlier": earlier_document(earlier)}
        )
    if choice.verify:
        document["next"] = {"index": choice.verify.index, "id": choice.verify.id}
    if choice.exhausted:
        document["skipped"] = [{"index": task.index, "id": task.id} for task in choice.exhausted]
    if choice.resting:
        document["resting"] = [
            {"index": item.task.index, "id": item.task.id, "until": item.until.isoformat()} for item in choice.resting
        ]
    return document


def earlier_document(earlier: Earlier | None) -> dict[str, Any] | None:
    """What became of a task before, in the `start` object."""
    if earlier is None:
        return None
    return {"tries": earlier.tries, "reason": earlier.reason, "ref": earlier.ref, "outside": earlier.outside}


def _explain(started: Started) -> int:
    """Say what a person must know; gives the exit code."""
    choice, code = started.choice, 0
    if choice.verify:
        name = choice.verify.name
        note(f"task {name} is a [VERIFY]: do it in the main worktree, then `ralph-hooks tick {name}`")
        code = 1
    for task in choice.exhausted:
        tries = started.earlier[task.index].tries
        note(f"task {task.name} was tried {tries} times: skipped until you name it, `ralph-hooks start {task.name}`")
        code = 1
    for item in choice.resting:
        reason = started.earlier[item.task.index].reason
        note(f"task {item.task.name} rests until {item.until:%H:%M:%S} UTC, unless you name it: {reason}")
        code = code if started.batch else 1
    for attempt in started.batch.attempts if started.batch else ():
        earlier = started.earlier.get(attempt.index)
        if earlier:
            note(f"task {attempt.name} was tried before: {earlier.reason} (that work: {earlier.ref})")
        if attempt.state is State.FAILED:
            note(f"task {attempt.name} failed before it began: {attempt.message}")
            code = 1
    if not started.batch and code == 0:
        note("every task of the list is done")
    return code
