"""Close the open batch without a landing. Every attempt's commits and uncommitted work stay under refs/ralph/."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from ralph_hooks.batch.abort import abort
from ralph_hooks.commands.activity import shown
from ralph_hooks.commands.printing import add_format, as_json, note, put, put_json
from ralph_hooks.commands.session import changing

EXAMPLE = "ralph-hooks abort"


def arguments(parser: ArgumentParser) -> None:
    add_format(parser)


def run(args: Namespace) -> int:
    with changing() as work:
        batch = work.store.open_batch()
        if batch is None:
            if as_json(args):
                put_json({"batch": None, "kept": []})
            note("no batch is open")
            return 0
        with shown("keeping what executors did"):
            done = abort(work, batch)
    if as_json(args):
        kept = [{"index": item.attempt.index, "id": item.attempt.id, "ref": item.ref} for item in done.kept]
        put_json({"batch": batch.id, "kept": kept})
    else:
        lines = [f"  {item.attempt.name}  {item.ref}  {(item.attempt.head or '')[:12]}" for item in done.kept]
        put("\n".join([f"batch {batch.id} aborted; everything is kept:", *lines]))
    note("the worktrees stay: git worktree list")
    if done.warning:
        note(done.warning)
    return 1 if done.warning else 0
