"""Take the last landing back, or that of BATCH: branch, ticks, progress and state as before it.

Refuses when commits came after it. The attempts' own commits stay under refs/ralph/.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from ralph_hooks.batch.undo import undo
from ralph_hooks.commands.activity import shown
from ralph_hooks.commands.printing import add_format, as_json, note, put, put_json
from ralph_hooks.commands.session import changing

EXAMPLE = "ralph-hooks undo"


def arguments(parser: ArgumentParser) -> None:
    parser.add_argument("batch", nargs="?", metavar="BATCH", help="its id; default: the last landing")
    add_format(parser)


def run(args: Namespace) -> int:
    with changing() as work, shown("taking the landing back"):
        done = undo(work, args.batch)
    landing = done.landing
    if as_json(args):
        moved = {"before": landing.after, "after": landing.before}
        put_json({"batch": landing.batch, "target": landing.target, **moved})
    else:
        put(f"batch {landing.batch} undone: {landing.target} is at {landing.before[:12]} again")
    for warning in done.warnings:
        note(warning)
    return 1 if done.warnings else 0
