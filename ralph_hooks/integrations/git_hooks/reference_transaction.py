"""reference-transaction: does an executor move the target? A landing is known by its journal, which plans that move.

The environment is not asked: what it says leaks. All this is against mistakes; a process that wants to can do anything.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from ralph_hooks.batch.names import JOURNAL
from ralph_hooks.integrations.git_hooks.checks.target import check, read
from ralph_hooks.integrations.git_hooks.checks.verdict import PASSED, Verdict
from ralph_hooks.integrations.git_hooks.standing import Standing, standing


def run(args: Sequence[str], cwd: Path) -> Verdict:
    updates = read(sys.stdin.read().splitlines())
    if list(args[:1]) != ["prepared"]:
        return PASSED
    with standing(cwd) as here:
        return check(updates, here.batch.target, _allowed(here)) if here else PASSED


def _allowed(here: Standing) -> set[str | None]:
    """Where the target is, and where the journals of moves under way put it: the first parent of each."""
    parents = here.repository.git("for-each-ref", "--format=%(parent)", JOURNAL.removesuffix("/")).text
    return {line.split(" ")[0] for line in parents.split("\n")} | {here.repository.commit(here.batch.target)}
