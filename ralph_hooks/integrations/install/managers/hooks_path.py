"""`core.hooksPath`: a folder that may be committed, shared by all repositories, or missing in a linked worktree.

So nothing is written there. Git gets a folder of ours, whose hooks hand over to that one.
"""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterable
from pathlib import Path

from ralph_hooks.integrations.install.model import LINK, SCRIPT, Edit, Facts, File, Hook, Part, Wiring
from ralph_hooks.integrations.install.scripts import both, forward

NAME = "core.hooksPath"
HOW = "core.hooksPath names a folder of ours, which hands over to the one that it named"
FOLDER = "hooks"  # in our own

# Handed over although there may be no such hook yet: it can be added any day.
_ALWAYS = (
    "applypatch-msg", "commit-msg", "post-applypatch", "post-checkout", "post-commit", "post-merge", "post-rewrite",
    "pre-applypatch", "pre-auto-gc", "pre-commit", "pre-merge-commit", "pre-push", "pre-rebase", "prepare-commit-msg",
)  # fmt: skip
# These change what git does, or cost something, by being there: only where they are there now.
_WHERE_THERE = (
    "fsmonitor-watchman", "post-index-change", "post-receive", "post-update", "pre-receive", "proc-receive",
    "push-to-checkout", "reference-transaction", "sendemail-validate", "update",
)  # fmt: skip


def manages(facts: Facts) -> bool:
    return facts.hooks_path is not None or _elsewhere(facts)


def wire(facts: Facts, hooks: Iterable[Hook], guard: Path) -> Wiring:
    folder = facts.folder / FOLDER
    theirs = facts.hooks_path.value if facts.hooks_path else os.fspath(facts.hooks_dir)
    ours = {hook.name: hook for hook in hooks}
    edits = []
    for name in sorted({*ours, *_ALWAYS, *(name for name in _WHERE_THERE if facts.hook(name))}):
        their = shlex.quote(f"{theirs}/{name}")
        hook = ours.get(name)
        text = (
            both(name, shlex.quote(os.fspath(guard)), their, '"$theirs"', stdin=hook.stdin) if hook else forward(their)
        )
        edits.append(Edit(folder / name, None, File(os.fsencode(text), SCRIPT), Part.WHOLE))
    return Wiring(tuple(edits), (("core.hooksPath", os.fspath(folder)),))


def _elsewhere(facts: Facts) -> bool:
    """Is git's own folder a link to one that may be committed?"""
    link = facts.files.get(facts.hooks_dir)
    return link is not None and link.mode == LINK
