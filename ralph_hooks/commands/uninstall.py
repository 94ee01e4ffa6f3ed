"""Take out what `install` has put into this repository: every file is as it was before.

What somebody has edited since keeps the edits; only our part goes. Batches and their refs stay: `gc` is for those.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path

from ralph_hooks.batch.pool import slots
from ralph_hooks.batch.workplace import home
from ralph_hooks.commands.changed_files import as_documents, print_changes
from ralph_hooks.commands.printing import add_format, as_json, note, put, put_json
from ralph_hooks.git.repository import open_repository
from ralph_hooks.integrations.install.installation import uninstall

EXAMPLE = "ralph-hooks uninstall"


def arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--dry-run", action="store_true", help="show the diff, and change nothing")
    add_format(parser)


def run(args: Namespace) -> int:
    repository = open_repository(Path.cwd())
    done = uninstall(repository, dry_run=args.dry_run)
    if as_json(args):
        put_json({"changed": as_documents(done.changes), "dry_run": args.dry_run, "notes": list(done.notes)})
    else:
        print_changes(done.changes, done.top, dry_run=args.dry_run)
        if not done.changes:
            put("nothing is installed here")
        elif not args.dry_run:
            put("uninstalled")
    for line in done.notes:
        note(line)
    kept = slots(home(repository))
    if kept:
        note(f"{len(kept)} worktrees are kept for later batches: `ralph-hooks gc --empty-pool` removes them")
    return 0
