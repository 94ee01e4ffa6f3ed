"""Reading and writing objects through long-lived git processes: one landing needs four, however many tasks it has."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from ralph_hooks.errors import RalphError
from ralph_hooks.git.process import Conversation
from ralph_hooks.git.repository import Repository

TREE = "040000"
GITLINK = "160000"
REGULAR = ("100644", "100755")


@dataclass(frozen=True, slots=True)
class Entry:
    """What stands at a path: file mode as git writes it (`100644`, `040000`, …) and object id."""

    mode: str
    oid: str


@dataclass(slots=True)
class Objects:
    """The object database of a repository. Made by `open_objects`, which ends its processes."""

    repository: Repository
    _scratch: Path
    _talks: dict[str, Conversation] = field(default_factory=dict)
    _trees: dict[str, dict[str, Entry]] = field(default_factory=dict)

    def read(self, oid: str) -> tuple[str, bytes]:
        """Type and content of an object. Raises RalphError when it is missing."""
        talk = self._talk("cat-file", "--batch")
        talk.send(oid.encode() + b"\n")
        words = talk.line().decode().split()
        if len(words) != 3:
            raise RalphError(f"object {oid} is missing from the repository", "run `git fsck`")
        content = talk.read(int(words[2]))
        talk.read(1)
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
        """Store an object of type `kind` and give its id. git checks the format of trees and commits."""
        self._scratch.write_bytes(content)
        talk = self._talk("hash-object", "-w", "--no-filters", "-t", kind, "--stdin-paths")
        talk.send(os.fsencode(self._scratch) + b"\n")
        return talk.line().decode()

    def write_tree(self, entries: Mapping[str, Entry]) -> str:
        """Store a tree of these entries."""
        ordered = sorted(
            entries.items(), key=lambda item: os.fsencode(item[0]) + (b"/" if item[1].mode == TREE else b"")
        )
        return self.write("tree", b"".join(_raw_entry(name, entry) for name, entry in ordered))

    def edit_tree(self, tree: str, edits: Mapping[str, Entry | None]) -> str:
        """`tree` with each path of `edits` set, or taken out where it is None. Empty directories vanish.

        Raises ValueError where an edit lies below a file or symlink: what stands there is not ours to remove.
        """
        return self._edit(tree, edits) or self.write_tree({})

    def _edit(self, tree: str, edits: Mapping[str, Entry | None]) -> str | None:
        entries = dict(self.tree(tree))
        below: dict[str, dict[str, Entry | None]] = {}
        for path, entry in edits.items():
            name, slash, rest = path.partition("/")
            if slash:
                below.setdefault(name, {})[rest] = entry
            elif entry is None:
                entries.pop(name, None)
            else:
                entries[name] = entry
        for name, deeper in below.items():
            _set(entries, name, self._edit_below(entries.get(name), deeper))
        return self.write_tree(entries) if entries else None

    def _edit_below(self, here: Entry | None, edits: Mapping[str, Entry | None]) -> Entry | None:
        if here is not None and here.mode != TREE:
            if any(edits.values()):
                raise ValueError("an edit lies below a file")
            return here
        changed = self._edit(here.oid if here else self.write_tree({}), edits)
        return Entry(TREE, changed) if changed else None

    def _typed(self, oid: str, kind: str) -> bytes:
        found, content = self.read(oid)
        if found != kind:
            raise RalphError(f"object {oid} is a {found}, not a {kind}", "run `git fsck`")
        return content

    def _talk(self, *args: str) -> Conversation:
        key = " ".join(args)
        if key not in self._talks:
            self._talks[key] = Conversation(self.repository.top, *args)
        return self._talks[key]

    def close(self) -> None:
        for talk in self._talks.values():
            talk.close()


@contextmanager
def open_objects(repository: Repository) -> Iterator[Objects]:
    """The object database of `repository`; its git processes end with the block."""
    # Beside the objects, under a name of this process: `tempfile` costs 10 ms to import.
    scratch = repository.common_dir / f"ralph-object-{os.getpid()}"
    objects = Objects(repository, scratch)
    try:
        yield objects
    finally:
        objects.close()
        scratch.unlink(missing_ok=True)


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
