"""What hooks call: `hook claude EVENT` for those of Claude Code, `hook git NAME` for those of git. Not for people.

Each reads what its caller gives a hook, on standard input and as arguments, and answers in its caller's terms.
"""

from __future__ import annotations

from argparse import REMAINDER, ArgumentParser, Namespace
from importlib import import_module

EXAMPLE = "ralph-hooks hook claude PostToolBatch < event.json"

# Each module has `main(argv) -> exit code`, and deals with its own errors: what an exit code means differs.
CALLERS = {
    "claude": "ralph_hooks.integrations.claude.hook",
    "git": "ralph_hooks.integrations.git_hooks.hook",
}


def arguments(parser: ArgumentParser) -> None:
    parser.add_argument("caller", choices=CALLERS, help="whose hook it is")
    parser.add_argument("words", nargs=REMAINDER, metavar="EVENT", help="the event, and what its hook is given")


def run(args: Namespace) -> int:
    code: int = import_module(CALLERS[args.caller]).main(args.words)
    return code
