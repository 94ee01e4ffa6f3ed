"""A place beside the repository for a git process that works on objects that are not stored yet, and makes more.

Nothing of it is in the repository until `Objects.flush` stores all in one go. To store what a merge needs before each
merge would take a process each time; and a landing that is killed leaves no trees behind whose files are missing.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

from ralph_hooks.git.objects import Objects, looking_into
from ralph_hooks.git.pack import deflated, header
from ralph_hooks.git.scratch import scratch_folder


class Quarantine:
    """Two folders of loose objects (`git help gitrepository-layout`): what was lent to git, and what it made of it."""

    def __init__(self, objects: Objects) -> None:
        self._objects = objects
        self._folder = ExitStack()
        folder = self._folder.enter_context(scratch_folder(objects.repository, "objects"))
        self._lent, self._made = folder / "lent", folder / "made"
        self._made.mkdir()
        self._lent.mkdir()
        self._there: set[str] = set()

    @property
    def env(self) -> Mapping[str, str]:
        others = looking_into(self._objects.repository.common_dir / "objects", self._lent)
        return {"GIT_OBJECT_DIRECTORY": str(self._made), **others}

    def lend(self) -> None:
        """Let git see all that was written and is not stored yet."""
        for oid, kind, content in self._objects.unstored():
            if oid not in self._there:
                file = self._place(oid)
                file.write_bytes(deflated(header(kind, content) + content))

    def take_in(self, tree: str) -> None:
        """Write all of `tree` that git has made."""
        self._take(tree, {fan.name + file.name: file for fan in self._made.glob("??") for file in fan.iterdir()})

    def close(self) -> None:
        self._folder.close()

    def _take(self, oid: str, made: dict[str, Path]) -> None:
        """First what it holds: so whatever is stored is whole."""
        file = made.pop(oid, None)
        if file is None:
            return
        head, _, content = zlib.decompress(file.read_bytes()).partition(b"\0")
        kind = head.split(b" ")[0].decode()
        for held in [other for other in made if kind == "tree" and bytes.fromhex(other) in content]:
            self._take(held, made)
        self._objects.write(kind, content)
        file.replace(self._place(oid))  # the next look finds only what is new

    def _place(self, oid: str) -> Path:
        self._there.add(oid)
        file = self._lent / oid[:2] / oid[2:]
        file.parent.mkdir(parents=True, exist_ok=True)
        return file
