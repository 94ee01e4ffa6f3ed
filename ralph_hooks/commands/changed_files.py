"""How `install` and `uninstall` tell what they have changed, or would."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from ralph_hooks.commands.printing import put
from ralph_hooks.errors import printable
from ralph_hooks.integrations.install.carry_out import Change
from ralph_hooks.integrations.install.diff import unified


def as_documents(changes: Sequence[Change]) -> list[dict[str, str]]:
    return [{"path": str(change.path), "action": change.action} for change in changes]


def print_changes(changes: Sequence[Change], top: Path, *, dry_run: bool) -> None:
    """The diff of a dry run; else a line for each file."""
    if dry_run and changes:
        put(unified(changes, top).removesuffix("\n"))
        return
    for change in changes:
        put(f"  {change.action:6} {printable(os.path.relpath(change.path, top))}")
