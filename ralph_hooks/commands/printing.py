"""How the commands print: results on standard output, lines for people on standard error. And the options for both."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Mapping
from typing import Any

from ralph_hooks.errors import printable


def add_format(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--format", choices=("text", "json"), default="text", help="how to print results (default: text)"
    )


def add_list(parser: ArgumentParser) -> None:
    parser.add_argument("--tasks", metavar="FILE", help="the task list; default: the current spec's")
    parser.add_argument("--spec", metavar="DIR", help="the spec whose tasks.md is meant: a directory, or a bare name")


def as_json(args: Namespace) -> bool:
    return bool(args.format == "json")


def note(text: str) -> None:
    """A line for people."""
    sys.stderr.write(f"ralph-hooks: {printable(text)}\n")


def put(text: str) -> None:
    """Lines of a result."""
    # A file name that is no UTF-8 is no reason to fail.
    sys.stdout.write(text.encode("utf-8", "replace").decode() + "\n")


def put_json(document: Mapping[str, Any]) -> None:
    """The result as one JSON object, alone on standard output."""
    sys.stdout.write(json_text(document) + "\n")


def json_text(document: Mapping[str, Any]) -> str:
    import json  # noqa: PLC0415 - hooks print text

    return json.dumps(document, indent=2)
