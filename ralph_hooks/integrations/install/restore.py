"""What would stand in each file without us: what was there before, or what others have made of it since; pure.

An installation is planned on this, so a second one comes to the same; taking it out is writing this back.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from ralph_hooks.integrations.install.blocks import blocks, without_block
from ralph_hooks.integrations.install.claude_settings import entries, without_hooks
from ralph_hooks.integrations.install.managers import SHIMS
from ralph_hooks.integrations.install.model import LINK, Edit, File, Part
from ralph_hooks.integrations.install.scripts import MARK

# Where managers move a hook that they find in their place, and then run it (pre-commit, prek) or not (lefthook).
MOVED = (".legacy", ".old")

Files = Mapping[Path, File | None]


def without_us(edits: Sequence[Edit], now: Files, folder: Path, launchers: Sequence[str]) -> dict[Path, File | None]:
    """Of every file that we have edited, and of hooks of ours that others moved: what would stand there.

    `now`: what stands there. `folder`: ours. `launchers`: their names, by which links and commands are known.
    """
    found: dict[Path, File | None] = {}
    for edit in edits:
        current = now.get(edit.path)
        if edit.part is Part.KEPT:
            found.setdefault(edit.path, current)
        elif folder in edit.path.parents:
            found[edit.path] = edit.before
        elif edit.part is Part.WHOLE:
            found |= _whole(edit, now, launchers)
        elif current in {edit.after, edit.before}:
            found[edit.path] = edit.before
        elif current is not None:
            found[edit.path] = _stripped(edit, current, launchers)
    return found


def _whole(edit: Edit, now: Files, launchers: Sequence[str]) -> dict[Path, File | None]:
    """Ours, or in the place of ours another's; what it stood for is where we moved it, edited since perhaps."""
    current = now.get(edit.path)
    before = edit.before
    if edit.aside is not None and current != edit.before:
        before = now.get(edit.aside) or edit.before
    moved = [path for end in MOVED if is_ours(now.get(path := _named(edit.path, end)), launchers)]
    gone = dict.fromkeys([*moved, *([edit.aside] if edit.aside is not None else [])])
    if current in {None, edit.after, edit.before} or is_ours(current, launchers):
        return gone | {edit.path: before}
    if before is not None and moved and not _same_maker(before, current):
        # Somebody's own hook, which ours ran from where it was moved: now it takes the place of ours there.
        return gone | {moved[0]: before}
    return gone


def _named(path: Path, end: str) -> Path:
    return path.with_name(path.name + end)


def is_in_place(edit: Edit, now: File | None, launchers: Sequence[str]) -> bool:
    """Is our part of the file as it is to be? Where others have added theirs behind it, it need not be the last."""
    if now == edit.after:
        return True
    if now is None or edit.after is None or edit.part not in _STRIP:
        return False
    ours, strip = _OURS[edit.part], _STRIP[edit.part]
    ends = (now.content, edit.after.content)
    mine, wanted = (ours(content, launchers) for content in ends)
    rest, other = (strip(content, launchers) for content in ends)
    return now.mode == edit.after.mode and mine == wanted and rest == other


def is_ours(file: File | None, launchers: Sequence[str]) -> bool:
    """Is this a hook that an installation has made, whichever version did?"""
    if file is None:
        return False
    if file.mode == LINK:
        return file.content.rpartition(b"/")[2].decode(errors="replace") in launchers
    return MARK.encode() in file.content


def _same_maker(one: File, other: File | None) -> bool:
    return other is not None and any(shim.mark in one.content and shim.mark in other.content for shim in SHIMS)


def _stripped(edit: Edit, current: File, launchers: Sequence[str]) -> File | None:
    content = _STRIP[edit.part](current.content, launchers)
    nothing = not content.strip() or (edit.part is Part.SETTINGS and content.split() in ([b"{", b"}"], [b"{}"]))
    return None if nothing and edit.before is None else current._replace(content=content)


def _without_settings(content: bytes, launchers: Sequence[str]) -> bytes:
    for launcher in launchers:
        content = without_hooks(content, launcher)
    return content


_OURS: Mapping[Part, Callable[[bytes, Sequence[str]], list[object]]] = {
    Part.BLOCK: lambda content, _: list(blocks(content)),
    Part.SETTINGS: lambda content, launchers: [item for name in launchers for item in entries(content, name)],
}
_STRIP: Mapping[Part, Callable[[bytes, Sequence[str]], bytes]] = {
    Part.BLOCK: lambda content, _: without_block(content),
    Part.SETTINGS: _without_settings,
}
