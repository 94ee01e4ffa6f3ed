"""Hooks in git's own configuration (2.54), which git runs before those in the hooks folder, whoever put them there.

So nothing of a manager's is touched, and its next installation touches nothing of ours.
"""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterable
from pathlib import Path

from ralph_hooks.integrations.install.model import Facts, Hook, Wiring

NAME = "git-config"
HOW = "hooks in git's configuration; the hooks folder is as it was"


def manages(facts: Facts) -> bool:
    return facts.config_hooks


def wire(facts: Facts, hooks: Iterable[Hook], guard: Path) -> Wiring:  # noqa: ARG001 - the protocol
    path = shlex.quote(os.fspath(guard))
    config: list[tuple[str, str]] = []
    for hook in hooks:
        key = f"hook.ralph-{hook.name}"
        # git appends the arguments. A launcher that is gone must not keep people from committing.
        config += [(f"{key}.event", hook.name), (f"{key}.command", f"test ! -x {path} || {path} {hook.name}")]
    note = "a git older than 2.54 that is used beside this one runs no hooks from the configuration"
    return Wiring(config=tuple(config), notes=(note,))
