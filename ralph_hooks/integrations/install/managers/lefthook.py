"""lefthook: a script per hook in the hooks folder, written anew whenever its configuration has changed.

Its own configuration would be the place for us, but executors work in linked worktrees, where only what is committed
is there, and a program of this machine is nothing to commit.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from ralph_hooks.integrations.install.managers import chain
from ralph_hooks.integrations.install.model import Facts, Hook, Wiring

NAME = "lefthook"
HOW = chain.HOW
SHIM = chain.Shim(b"call_lefthook")
NOTE = "lefthook writes its hooks anew when its configuration changes (ours then is NAME.old): run `install` again"


def manages(facts: Facts) -> bool:
    return chain.has(facts, SHIM)


def wire(facts: Facts, hooks: Iterable[Hook], guard: Path) -> Wiring:
    return Wiring(chain.wire(facts, hooks, guard, SHIM).edits, notes=(NOTE,))
