"""Nobody but git: a hooks folder with hooks of the user's own, or with none."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from ralph_hooks.integrations.install.managers import chain
from ralph_hooks.integrations.install.model import Facts, Hook, Wiring

NAME = "git"
HOW = chain.HOW


def manages(facts: Facts) -> bool:  # noqa: ARG001 - the protocol
    return True


def wire(facts: Facts, hooks: Iterable[Hook], guard: Path) -> Wiring:
    return chain.wire(facts, hooks, guard)
