"""Mark a task that was done by hand, a [VERIFY] say, and commit the list with nothing else in the commit."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path

from ralph_hooks.batch.target import choose_target
from ralph_hooks.batch.tick import tick
from ralph_hooks.commands.printing import add_format, add_list, as_json, put, put_json
from ralph_hooks.commands.session import changing
from ralph_hooks.spec.locate import locate
from ralph_hooks.tasklist.model import Dialect

EXAMPLE = "ralph-hooks tick V4"


def arguments(parser: ArgumentParser) -> None:
    parser.add_argument("id", metavar="ID", help="the task: its id, or @INDEX")
    add_list(parser)
    add_format(parser)


def run(args: Namespace) -> int:
    with changing() as work:
        top = work.repository.top
        spec = locate(top, cwd=Path.cwd(), tasks=args.tasks, spec=args.spec)
        target = choose_target(work.repository, None)
        dialect = Dialect(work.config.dialect) if work.config.dialect else None
        has_state = spec.state is not None and (top / spec.state).exists()
        ticked = tick(work, spec, args.id, target=target, dialect=dialect, has_state=has_state)
    task = ticked.task
    if as_json(args):
        put_json({"task": {"index": task.index, "id": task.id, "state": "done"}, "commit": ticked.commit})
    else:
        put(f"task {task.name} ticked" + (f" in {ticked.commit[:12]}" if ticked.commit else " on disk"))
    return 0
