"""Our hooks in a hooks folder, before those that are there. What the managers that use git's own folder share."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterable
from pathlib import Path

from ralph_hooks.integrations.install.model import LINK, SCRIPT, Edit, Facts, File, Hook, Part, Wiring
from ralph_hooks.integrations.install.scripts import ASIDE, both, call_moved
from ralph_hooks.records import NamedTuple

HOW = "ours run first, then the hooks that were in the hooks folder"


class Shim(NamedTuple):
    """What a manager writes into the hooks folder: `mark` is in it.

    `legacy`: the variable that it sets while it runs a hook that it found in its place and moved aside. Its shim must
    not run then: it would run itself, and refuses to.
    """

    mark: bytes
    legacy: str | None = None


def has(facts: Facts, shim: Shim) -> bool:
    """Does any hook come from this manager?"""
    return any(path.parent == facts.hooks_dir and shim.mark in file.content for path, file in facts.files.items())


def wire(facts: Facts, hooks: Iterable[Hook], guard: Path, shim: Shim | None = None) -> Wiring:
    return Wiring(tuple(edit for hook in hooks for edit in _edits(facts, hook, guard, shim)))


def _edits(facts: Facts, hook: Hook, guard: Path, shim: Shim | None) -> tuple[Edit, ...]:
    path = facts.hooks_dir / hook.name
    there = facts.hook(hook.name)
    if there is None:
        # The launcher knows its name from the link: no script between, and nothing to go stale.
        link = os.fsencode(os.path.relpath(guard, facts.hooks_dir))
        return (Edit(path, None, File(link, LINK), Part.WHOLE),)
    aside = path.with_name(hook.name + ASIDE)
    text = both(
        hook.name,
        f'"$here"/{shlex.quote(os.path.relpath(guard, facts.hooks_dir))}',
        f'"$here/{hook.name}{ASIDE}"',
        call_moved(hook.name, _script(facts, there)),
        stdin=hook.stdin,
        alone=shim.legacy if shim and shim.mark in there.content else None,
    )
    return (
        Edit(aside, facts.files.get(aside), there, Part.KEPT),
        Edit(path, there, File(os.fsencode(text), SCRIPT), Part.WHOLE, aside),
    )


def _script(facts: Facts, hook: File) -> bytes:
    """What the hook is made of, also where it is a link to a script elsewhere."""
    if hook.mode != LINK:
        return hook.content
    target = facts.hooks_dir / os.fsdecode(hook.content)
    found = facts.files.get(target)
    return found.content if found else b""
