"""From what is wanted and what is there to the edits that it takes; pure."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from ralph_hooks.integrations.install import git_settings
from ralph_hooks.integrations.install.blocks import missing, with_block
from ralph_hooks.integrations.install.claude_settings import PATH, with_hooks
from ralph_hooks.integrations.install.managers import managing, wiring
from ralph_hooks.integrations.install.model import PLAIN, SCRIPT, Edit, Facts, File, Part, Plan, Wish


def plan(facts: Facts, wish: Wish) -> Plan:
    """The edits in the order in which they are to be made: what calls our files comes after them.

    Raises UsageError for settings that cannot be added to.
    """
    way = wiring(facts)
    wired = way.wire(facts, wish.hooks, facts.folder / wish.guard)
    drivers = [
        pair
        for key, name, command in wish.drivers
        for pair in ((f"merge.{key}.name", name), (f"merge.{key}.driver", command))
    ]
    edits = [
        *(_whole(facts, facts.folder / name, text, SCRIPT) for name, text in wish.launchers.items()),
        _whole(facts, facts.folder / git_settings.NAME, git_settings.text([*wired.config, *drivers]), PLAIN),
        *wired.edits,
        *_lines(facts, facts.common_dir / "info" / "exclude", wish.excludes),
        *_lines(facts, facts.common_dir / "info" / "attributes", wish.attributes),
        *_settings(facts, wish),
        *_includes(facts),
    ]
    return Plan(managing(facts).NAME, way.HOW, tuple(edits), wired.notes)


def _whole(facts: Facts, path: Path, text: str, mode: int) -> Edit:
    return Edit(path, facts.files.get(path), File(os.fsencode(text), mode), Part.WHOLE)


def _lines(facts: Facts, path: Path, lines: Iterable[str]) -> Iterator[Edit]:
    there = facts.files.get(path)
    content = there.content if there else b""
    yield from _block(facts, path, missing(content, lines))


def _includes(facts: Facts) -> Iterator[Edit]:
    """Our configuration is read after the repository's; and after that of this worktree, where it has a hooks path."""
    yield from _block(
        facts, facts.common_dir / "config", git_settings.include(f"{facts.folder.name}/{git_settings.NAME}")
    )
    if facts.hooks_path and facts.hooks_path.scope == "worktree":
        yield from _block(
            facts, facts.hooks_path.origin, git_settings.include(os.fspath(facts.folder / git_settings.NAME))
        )


def _block(facts: Facts, path: Path, lines: tuple[bytes, ...]) -> Iterator[Edit]:
    there = facts.files.get(path)
    if lines:
        after = File(with_block(there.content if there else b"", lines), there.mode if there else PLAIN)
        yield Edit(path, there, after, Part.BLOCK)


def _settings(facts: Facts, wish: Wish) -> Iterator[Edit]:
    if wish.settings is None:
        return
    path = facts.top / PATH
    there = facts.files.get(path)
    after = File(with_hooks(there.content if there else None, wish.settings), there.mode if there else PLAIN)
    yield Edit(path, there, after, Part.SETTINGS)
