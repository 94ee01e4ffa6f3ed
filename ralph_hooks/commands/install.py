"""Wire the git hooks and, with --claude, the Claude Code hooks into this repository, for all of its worktrees.

Hooks that are there already go on running, whoever manages them. `uninstall` gives back what was there before.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path

from ralph_hooks.commands.changed_files import as_documents, print_changes
from ralph_hooks.commands.printing import add_format, as_json, note, put, put_json
from ralph_hooks.git.repository import open_repository
from ralph_hooks.integrations.install.installation import Installed, install

EXAMPLE = "ralph-hooks install --claude --dry-run"


def arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--claude", action="store_true", help="also the hooks of Claude Code, into its local settings")
    parser.add_argument("--dry-run", action="store_true", help="show the diff, and change nothing")
    add_format(parser)


def run(args: Namespace) -> int:
    done = install(open_repository(Path.cwd()), claude=args.claude, dry_run=args.dry_run)
    if as_json(args):
        put_json(
            {
                "manager": done.manager,
                "how": done.how,
                "program": str(done.program),
                "hooks": list(done.hooks),
                "claude": done.claude,
                "changed": as_documents(done.changes),
                "dry_run": args.dry_run,
                "notes": list(done.notes),
            }
        )
    else:
        print_changes(done.changes, done.top, dry_run=args.dry_run)
        put(_summary(done, dry_run=args.dry_run))
    for line in done.notes:
        note(line)
    return 0


def _summary(done: Installed, *, dry_run: bool) -> str:
    state = "would be installed" if dry_run and done.changes else "installed"
    what = f"{len(done.hooks)} git hooks{' and those of Claude Code' if done.claude else ''}"
    return f"{what} {state}, beside {done.manager}'s: {done.how}\nthey call {done.program}"
