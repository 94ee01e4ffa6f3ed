"""What the commands share: how they get to work, and how they print."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ralph_hooks.batch.recover import needs_recovery, recover
from ralph_hooks.batch.workplace import Workplace, exclusive, open_workplace
from ralph_hooks.errors import printable


def add_format(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--format", choices=("text", "json"), default="text", help="how to print results (default: text)"
    )


def add_list(parser: ArgumentParser) -> None:
    parser.add_argument("--tasks", metavar="FILE", help="the task list; default: the current spec's")
    parser.add_argument("--spec", metavar="DIR", help="the spec whose tasks.md is meant: a directory, or a bare name")


@contextmanager
def reading() -> Iterator[Workplace]:
    """A workplace to look at. What a crash left is put in order first."""
    with open_workplace(Path.cwd()) as work:
        if needs_recovery(work):
            with exclusive(work):
                _recover(work)
        yield work


@contextmanager
def changing() -> Iterator[Workplace]:
    """A workplace to change things in, with the landing lock held."""
    with open_workplace(Path.cwd()) as work, exclusive(work):
        _recover(work)
        yield work


def _recover(work: Workplace) -> None:
    if needs_recovery(work):
        for item in recover(work):
            note(f"recovered batch {item.batch}: {item.action}")


def note(text: str) -> None:
    """A line for people."""
    sys.stderr.write(f"ralph-hooks: {printable(text)}\n")


def put(text: str) -> None:
    """Lines of a result."""
    # A file name that is no UTF-8 is no reason to fail.
    sys.stdout.write(text.encode("utf-8", "replace").decode() + "\n")


def put_json(document: Mapping[str, Any]) -> None:
    """The result as one JSON object, alone on standard output."""
    sys.stdout.write(json.dumps(document, indent=2) + "\n")


def as_json(args: Namespace) -> bool:
    return bool(args.format == "json")
