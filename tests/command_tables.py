"""The option tables of docs/commands.md, from the parsers. Run as a program, it writes them into the file."""

from __future__ import annotations

import re
import sys
from argparse import Action
from importlib import import_module
from pathlib import Path

from ralph_hooks.cli import VERBS, Parser

COMMANDS = Path(__file__).resolve().parents[1] / "docs" / "commands.md"


def table(verb: str) -> str:
    """Positional arguments and options of a verb, one a line."""
    module = import_module(f"ralph_hooks.commands.{verb}")
    parser = Parser(prog=f"ralph-hooks {verb}")
    module.arguments(parser)
    rows = [f"| `{_name(action)}` | {action.help} |" for action in parser._actions if action.dest != "help"]
    return "\n".join(["| argument | |", "|---|---|", *rows])


def _name(action: Action) -> str:
    value = action.metavar or (r"\|".join(map(str, action.choices)) if action.choices else "")
    if not action.option_strings:
        shapes = {"*": "[{}…]", "...": "{}…", "?": "[{}]", None: "{}"}
        return shapes[action.nargs if isinstance(action.nargs, str) else None].format(value)
    takes = f" {value}" if action.nargs != 0 else ""
    return ", ".join(f"{option}{takes}" for option in action.option_strings)


def filled(text: str) -> str:
    """`text` with the table of each verb below its heading, between the two comments that mark its place."""
    for verb in VERBS:
        place = re.compile(rf"(<!-- arguments: {verb} -->\n).*?(<!-- end -->)", re.DOTALL)
        text = place.sub(lambda match, verb=verb: f"{match[1]}{table(verb)}\n{match[2]}", text)
    return text


if __name__ == "__main__":
    COMMANDS.write_text(filled(COMMANDS.read_text(encoding="utf-8")), encoding="utf-8")
    sys.exit(0)
