"""Show the whole of it in a scratch repository: a plan, three executors at work, a conflict, the landing, the retry.

The scratch repository has its own home and git configuration: yours neither matters nor changes. It takes seconds.
Exit code 0: all of it went as it should; 1: it did not.
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace

from ralph_hooks.commands.printing import note, put

EXAMPLE = "ralph-hooks demo --keep /tmp/try-it"


def arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--keep", "--dir", metavar="DIR", help="make the scratch repository in this empty folder, and leave it there"
    )


def run(args: Namespace) -> int:
    # Imported here: `--help` needs none of it.
    from ralph_hooks.demo.scratch import open_scratch  # noqa: PLC0415
    from ralph_hooks.demo.story import NotAsDesigned, tell, what_next  # noqa: PLC0415

    with open_scratch(args.keep) as scratch:
        try:
            tell(scratch)
        except NotAsDesigned as error:
            sys.stdout.flush()
            note(f"not as designed: {error}")
            note(f"the repository is left in {scratch.top}" if args.keep else "look closer with --keep DIR")
            return 1
        put("\n".join(what_next(scratch.top, kept=bool(args.keep))))
    return 0
