"""husky: `core.hooksPath` names `.husky/_`, which it makes at every installation of packages and git ignores.

In a fresh worktree that folder is missing, so husky's hooks do not run in it; ours do.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path, PurePath

from ralph_hooks.integrations.install.managers import hooks_path
from ralph_hooks.integrations.install.model import Facts, Hook, Wiring

NAME = "husky"
HOW = hooks_path.HOW


def manages(facts: Facts) -> bool:
    return facts.hooks_path is not None and ".husky" in PurePath(facts.hooks_path.value).parts


def wire(facts: Facts, hooks: Iterable[Hook], guard: Path) -> Wiring:
    return hooks_path.wire(facts, hooks, guard)
