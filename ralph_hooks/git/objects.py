"""Reading and writing objects: one git process answers all questions, one stores everything that is new.

The id of an object follows from its content, so nobody waits for git to say it: new objects are kept here, can be read
at once, and are handed over by `flush` before a git process has to know them.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import NamedTuple

from ralph_hooks.errors import RalphError
from ralph_hooks.git.pack import object_id, pack
from ralph_hooks.git.process import Conversation
from ralph_hooks.git.repository import Repository

TREE = "040000"
GITLINK = "160000"
REGULAR = ("100644", "100755")

_FEW = 20  # objects; from here on one pack with its two syncs costs less than a file for each


class Entry(NamedTuple):
    """What stands at a path: file mode as git writes it (`100644`, `040000`, …) and object id."""

    mode: str
    oid: str


class Objects:
    """The object database of a repository. Made by `open_objects`, which ends its process."""

    def __init__(self, repository: Repository) -> None:
        self.repository = repository
        self._talk: Conversation | None = None
        self._trees: dict[str, dict[str, Entry]] = {}
        self._new: dict[str, tuple[str, bytes]] = {}  # written here, not yet handed to git

    def read(self, oid: str) -> tuple[str, bytes]:
        """Type and content of an object. Raises RalphError when it is missing."""
        if oid in self._new:
            return self._new[oid]
        if self._talk is None:
            self._talk = Conversation(self.repository.top, "cat-file", "--batch")
        self._talk.send(oid.encode() + b"\n")
        words = self._talk.line().decode().split()
        if len(words) != 3:
            raise RalphError(f"object {oid} is missing from the repository", "run `git fsck`")
        content = self._talk.read(int(words[2]))
        self._talk.read(1)
        return words[1], content

    def blob(self, oid: str) -> bytes:
        return self._typed(oid, "blob")

    def tree(self, oid: str) -> dict[str, Entry]:
        """The entries of one tree object, by name."""
        if oid not in self._trees:
            size = len(self.repository.zero) // 2
            self._trees[oid] = dict(_entries(self._typed(oid, "tree"), size))
        return self._trees[oid]

    def tree_of(self, commit: str) -> str:
        """The id of a commit's tree."""
        return self.raw_commit(commit).split(b"\n", 1)[0].removeprefix(b"tree ").decode()

    def raw_commit(self, oid: str) -> bytes:
        return self._typed(oid, "commit")

    def entry(self, tree: str, path: str) -> Entry | None:
        """What stands at `path` in `tree`; None for nothing, and for a path below a file or symlink."""
        here = Entry(TREE, tree)
        for name in path.split("/"):
            if here.mode != TREE:
                return None
            found = self.tree(here.oid).get(name)
            if found is None:
                return None
            here = found
        return here

    def write(self, kind: str, content: bytes) -> str:
        """Take in an object of type `kind` and give its id. git has it after the next `flush`."""
        oid = object_id(self.repository.hash_name, kind, content)
        self._new[oid] = (kind, content)
        return oid

    def flush(self) -> None:
        """Hand over to git what was written. To be called before the id of a new object is given to a git process.

        Many objects become a pack of their own, synced to the disk in one go; a few are stored one by one.
        """
        if not self._new:
            return
        stream = pack(self.repository.hash_name, self._new.values())
        store = ("index-pack", "--stdin", "--threads=1") if len(self._new) > _FEW else ("unpack-objects", "-q")
        self.repository.git(*store, stdin=stream)
        self._new.clear()

    def write_tree(self, entries: Mapping[str, Entry]) -> str:
        """Store a tree of these entries."""
        ordered = sorted(
            entries.items(), key=lambda item: os.fsencode(item[0]) + (b"/" if item[1].mode == TREE else b"")
        )
        oid = self.write("tree", b"".join(_raw_entry(name, entry) for name, entry in ordered))
        self._trees[oid] = dict(ordered)
        return oid

    def edit_tree(self, tree: str, edits: Mapping[str, Entry | None]) -> str:
        """`tree` with each path of `edits` set, or taken out where it is None. Empty directories vanish.

        Raises ValueError where an edit lies below a file or symlink: what stands there is not ours to remove.
        """
        return self._edit(self.tree(tree), edits) or self.write_tree({})

    def _edit(self, before: Mapping[str, Entry], edits: Mapping[str, Entry | None]) -> str | None:
        entries = dict(before)
        below: dict[str, dict[str, Entry | None]] = {}
        for path, entry in edits.items():
            name, slash, rest = path.partition("/")
            if slash:
                below.setdefault(name, {})[rest] = entry
            else:
                _set(entries, name, entry)
        for name, deeper in below.items():
            _set(entries, name, self._edit_below(entries.get(name), deeper))
        return self.write_tree(entries) if entries else None

    def _edit_below(self, here: Entry | None, edits: Mapping[str, Entry | None]) -> Entry | None:
        if here is not None and here.mode != TREE:
            if any(edits.values()):
                raise ValueError("an edit lies below a file")
            return here
        changed = self._edit(self.tree(here.oid) if here else {}, edits)
        return Entry(TREE, changed) if changed else None

    def _typed(self, oid: str, kind: str) -> bytes:
        found, content = self.read(oid)
        if found != kind:
            raise RalphError(f"object {oid} is a {found}, not a {kind}", "run `git fsck`")
        return content

    def close(self) -> None:
        if self._talk:
            self._talk.close()


@contextmanager
def open_objects(repository: Repository) -> Iterator[Objects]:
    """The object database of `repository`; its git process ends with the block."""
    objects = Objects(repository)
    try:
        yield objects
    finally:
        objects.close()


def _set(entries: dict[str, Entry], name: str, entry: Entry | None) -> None:
    if entry is None:
        entries.pop(name, None)
    else:
        entries[name] = entry


def _entries(raw: bytes, size: int) -> Iterator[tuple[str, Entry]]:
    """Entries of a raw tree: `mode SP name NUL id`, the id as `size` raw bytes."""
    at = 0
    while at < len(raw):
        space = raw.index(b" ", at)
        end = raw.index(b"\0", space)
        oid = raw[end + 1 : end + 1 + size].hex()
        yield os.fsdecode(raw[space + 1 : end]), Entry(raw[at:space].decode().zfill(6), oid)
        at = end + 1 + size


def _raw_entry(name: str, entry: Entry) -> bytes:
    return entry.mode.lstrip("0").encode() + b" " + os.fsencode(name) + b"\0" + bytes.fromhex(entry.oid)
