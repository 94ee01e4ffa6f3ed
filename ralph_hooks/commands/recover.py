"""Finish or roll back whatever a crash left. Every other command does this first; this one does nothing else."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path

from ralph_hooks.batch.recover import recover
from ralph_hooks.batch.workplace import exclusive, open_workplace
from ralph_hooks.commands.printing import add_format, as_json, note, put, put_json

EXAMPLE = "ralph-hooks recover"


def arguments(parser: ArgumentParser) -> None:
    add_format(parser)


def run(args: Namespace) -> int:
    with open_workplace(Path.cwd()) as work, exclusive(work):
        done = recover(work)
    if as_json(args):
        put_json({"recovered": [{"batch": item.batch, "action": item.action} for item in done]})
    elif done:
        put("\n".join(f"batch {item.batch}: {item.action}" for item in done))
    if not done:
        note("there is nothing to recover")
    return 0
