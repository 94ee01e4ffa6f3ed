"""The command line: which verb, its module, and the one place where errors become a line and an exit code."""

from __future__ import annotations

import gc
import os
import signal
import sys
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Sequence
from functools import partial
from importlib import import_module
from types import FrameType, ModuleType
from typing import Any, NoReturn

from ralph_hooks import __version__
from ralph_hooks.errors import RalphError, UsageError, printable

OK, ATTENTION, ERROR, INTERRUPTED = 0, 1, 2, 130

# Verb -> what it does. The module of a verb is imported only when it is asked for: start-up is what people feel.
VERBS = {
    "lint": "check task lists for what will break a run",
    "rule": "explain a rule of the linter",
    "plan": "the groups of a task list in order, with what they share",
    "start": "open a batch: a worktree per task of the next group, or of the tasks named",
    "finish": "an executor has ended",
    "status": "the open batch and its attempts",
    "land": "land the batch once every executor has ended",
    "tick": "mark a task that was done by hand, and commit the list",
    "resolve": "a worktree with a parked attempt merged in, to resolve its conflict",
    "abort": "close the open batch; everything is kept and listed",
    "undo": "take the last landing back: branch, ticks, progress and state",
    "recover": "finish or roll back whatever a crash left (every command does this first)",
    "log": "past batches: what landed, what was parked, how long each took",
    "gc": "remove worktrees, branches and refs of old batches whose content is proved landed",
    "doctor": "check git, configuration, hooks, locks, worktrees and batches; say how to mend each",
    "install": "wire the hooks into this repository, beside those that are there",
    "uninstall": "take them out again: everything is as it was before",
    "hook": "what the hooks of Claude Code and git call",
    "demo": "the whole of it in a scratch repository",
    "completion": "a script that completes commands and options in a shell",
}


class Parser(ArgumentParser):
    """Usage errors as everywhere else: one line, exit code 2."""

    def __init__(self, **options: Any) -> None:
        # argparse makes a formatter for each argument, and one without a width imports shutil to ask the terminal,
        # with everything that shutil can unpack: 3 ms, for nothing unless help is printed.
        super().__init__(**options, formatter_class=partial(RawDescriptionHelpFormatter, width=80), allow_abbrev=False)

    def format_help(self) -> str:
        self.formatter_class = RawDescriptionHelpFormatter
        return super().format_help()

    def error(self, message: str) -> NoReturn:
        raise UsageError(message, f"see `{self.prog} --help`")


def program() -> NoReturn:
    """Run one command as the whole process."""
    try:
        code = main()
    except KeyboardInterrupt:  # once more, over the end of the first
        code = INTERRUPTED
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    sys.stdout.flush()
    sys.stderr.flush()
    # Python would take all its objects apart one by one, which is a tenth of the time of a command. By now everything
    # that matters is written, closed and let go of: a kill may come at any moment anyway.
    os._exit(code)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command. Exit codes: 0 done and clean, 1 something needs attention, 2 could not run, 130 interrupted."""
    signal.signal(signal.SIGTERM, _interrupt)
    # A command is over in a second, and parsing makes many objects and no circles: collecting would cost a fifth of the
    # time for a list of 1 MB. (Not switched off for good: tests call this.)
    gc.disable()
    try:
        return _guarded(argv)
    finally:
        gc.enable()


def _guarded(argv: Sequence[str] | None) -> int:
    try:
        code = _run(list(sys.argv[1:] if argv is None else argv))
        sys.stdout.flush()
    except RalphError as error:
        _log(error)
        return _complain(str(error))
    except KeyboardInterrupt:
        sys.stderr.write("ralph-hooks: interrupted; what was begun is taken back, or ended by the next command\n")
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has gone. Python would complain again when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ERROR
    except OSError as error:  # a full disk, a file that nobody may write
        _log(error)
        where = f"{printable(str(error.filename))}: " if error.filename else ""
        return _complain(f"{where}{error.strerror or error}; mend that, then run the command again")
    except Exception as error:
        where = _log(error)
        return _complain(f"unexpected {type(error).__name__}: {printable(str(error))}; please report it, with {where}")
    return code


def _run(argv: list[str]) -> int:
    if argv and argv[0] in VERBS:
        return _run_verb(argv[0], argv[1:])
    parser = Parser(
        prog="ralph-hooks",
        description="Git worktrees, ordered landings and hooks for coding agents that work in parallel.",
        epilog="commands:\n"
        + "\n".join(f"  {verb:12}{text}" for verb, text in VERBS.items())
        + "\n\n`ralph-hooks COMMAND --help` tells more. Example: ralph-hooks demo",
        usage="ralph-hooks COMMAND [OPTION...]",
    )
    parser.add_argument("--version", action="version", version=f"ralph-hooks {__version__}")
    parser.add_argument("command", nargs="?", help="one of those below")
    wanted = parser.parse_known_args(argv)[0].command
    if wanted is None:
        parser.print_help()
        return ERROR
    raise UsageError(f"there is no command {wanted!r}", _nearest(wanted))


def _nearest(wanted: str) -> str:
    import difflib  # noqa: PLC0415 - only for a mistyped command

    near = difflib.get_close_matches(wanted, VERBS, n=1)
    return f"did you mean `ralph-hooks {near[0]}`?" if near else "see `ralph-hooks --help`"


def _run_verb(verb: str, argv: list[str]) -> int:
    module: ModuleType = import_module(f"ralph_hooks.commands.{verb}")
    parser = Parser(
        prog=f"ralph-hooks {verb}",
        description=module.__doc__,
        epilog=f"example:\n  {module.EXAMPLE}",
    )
    module.arguments(parser)
    code: int = module.run(parser.parse_args(argv))
    return code


def _interrupt(_signal: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


def _complain(line: str) -> int:
    sys.stderr.write(f"ralph-hooks: error: {line}\n")
    return ERROR


def _log(error: Exception) -> str:
    from ralph_hooks.error_log import write_error  # noqa: PLC0415 - only when something went wrong

    return write_error(error)
