"""Resolve a parked task: a worktree at the target's tip with its attempt merged in and conflicts marked.

Edit the files there, then `finish ID` and `land`. Whose changes are on the other side is said.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path

from ralph_hooks.batch.ground import Wanted
from ralph_hooks.batch.start import Resolving, resolve
from ralph_hooks.commands.activity import shown
from ralph_hooks.commands.printing import add_format, add_list, as_json, put, put_json
from ralph_hooks.commands.session import changing
from ralph_hooks.commands.start import task_document
from ralph_hooks.errors import printable

EXAMPLE = "ralph-hooks resolve 1.3"


def arguments(parser: ArgumentParser) -> None:
    parser.add_argument("id", metavar="ID", help="the parked task: its id, or @INDEX")
    add_list(parser)
    parser.add_argument("--target", metavar="BRANCH", help="the branch to land on; default: the one checked out")
    add_format(parser)


def run(args: Namespace) -> int:
    with changing() as work, shown("making a worktree to resolve the conflict in"):
        wanted = Wanted(Path.cwd(), args.tasks, args.spec, args.target)
        resolving = resolve(work, wanted, args.id)
    if as_json(args):
        batch = resolving.batch
        put_json(
            {
                "batch": batch.id,
                "base": batch.base,
                "target": batch.target,
                "tasks": [task_document(batch, attempt) for attempt in batch.attempts],
                "conflicts": resolving.conflicts,
                "other": [{"commit": side.commit, "subject": side.subject} for side in resolving.others],
            }
        )
    else:
        put(_describe(resolving))
    return 0


def _describe(resolving: Resolving) -> str:
    attempt = resolving.batch.attempts[0]
    lines = [f"task {printable(attempt.label)} is merged into", f"  {printable(attempt.worktree)}"]
    if resolving.conflicts:
        lines += ["in conflict:", *(f"  {printable(path)}" for path in resolving.conflicts)]
        sides = [f"  {side.commit[:12]} {printable(side.subject)}" for side in resolving.others]
        lines += ["on the other side:", *sides] if sides else []
    else:
        lines.append("no conflict any more")
    return "\n".join([*lines, f"next: edit there, `ralph-hooks finish {attempt.name}`, `ralph-hooks land`"])
