"""Reading and writing objects: one git process answers all questions, one stores everything that is new.

The id of an object follows from its content, so nobody waits for git to say it: new objects are kept here, can be read
at once, and are lent or stored before a git process has to know them (`shown`).
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from ralph_hooks.errors import RalphError
from ralph_hooks.git.conversation import Conversation
from ralph_hooks.git.pack import indexed_pack, object_id, pack
from ralph_hooks.git.repository import Repository
from ralph_hooks.records import NamedTuple

TREE = "040000"
GITLINK = "160000"
LINK = "120000"
REGULAR = ("100644", "100755")

_AT_ONCE = 500  # questions: more could fill both pipes, and each side would wait for the other
_MUCH = 1 << 24  # bytes that wait to be handed over: each commit in a large folder writes a large tree
_ROWS = 200_000  # of trees that are kept split: some tens of megabytes
_FEW = 20  # objects; from here on one pack with its two syncs costs less than a file for each

_Rows = dict[bytes, bytes]  # a tree: name -> row, in git's order


class Entry(NamedTuple):
    """What stands at a path: file mode as git writes it (`100644`, `040000`, …) and object id."""

    mode: str
    oid: str


class Objects:
    """The object database of a repository. Made by `open_objects`, which ends its process."""

    def __init__(self, repository: Repository) -> None:
        self.repository = repository
        self._size = len(repository.zero) // 2  # bytes of an id
        self._talk: Conversation | None = None
        self._new: dict[str, tuple[str, bytes]] = {}  # written here, not yet stored by git
        self._lent: tuple[frozenset[str], Path] | None = None  # what of it stands in which folder
        self._loaded: dict[str, tuple[str, bytes]] = {}
        self._waiting = 0  # bytes in `_new`
        self._trees: dict[str, _Rows] = {}
        self._split = 0  # rows in `_trees`

    def read(self, oid: str) -> tuple[str, bytes]:
        """Type and content of an object. Raises RalphError when it is missing."""
        found = self._new.get(oid) or self._loaded.get(oid) or next(self._ask([oid]))
        if found is None:
            raise RalphError(f"object {oid} is missing from the repository", "run `git fsck`")
        return found[-2:]

    def load(self, oids: Iterable[str]) -> None:
        """Read these commits or trees in one go: to ask for one at a time is to wait for each."""
        for _ in self._arriving(oids):
            pass

    def _arriving(self, oids: Iterable[str]) -> Iterator[str]:
        """Each of these that there is, once it can be read without asking: git is at work on the next ones by then.

        Until the last one has come, nothing else can be asked.
        """
        asked = []
        for oid in dict.fromkeys(oids):
            if oid in self._new or oid in self._loaded:
                yield oid
            else:
                asked.append(oid)
        for some in (asked[at : at + _AT_ONCE] for at in range(0, len(asked), _AT_ONCE)):
            for oid, found in zip(some, self._ask(some), strict=True):
                if found:
                    self._loaded[oid] = found[-2:]
                    yield oid

    def commits(self, refs: Iterable[str]) -> dict[str, str]:
        """The commit that each of these refs names, where there is one."""
        wanted = list(refs)
        answers = zip(wanted, self._ask([f"{ref}^{{commit}}" for ref in wanted]), strict=True) if wanted else ()
        return {ref: found[0] for ref, found in answers if found}

    def load_trees(self, tree: str, paths: Iterable[str]) -> None:
        """Read every tree on the way from `tree` to these paths, one level at a time."""
        level = {tree: [os.fsencode(path).split(b"/")[:-1] for path in paths]}
        while level:
            below: dict[str, list[list[bytes]]] = {}
            for oid in self._arriving(level):
                rows = self._rows(oid)
                for name, *rest in filter(None, level[oid]):
                    if _is_folder(rows.get(name)):
                        below.setdefault(self._entry(rows[name]).oid, []).append(rest)
            level = below

    def blob(self, oid: str) -> bytes:
        return self._typed(oid, "blob")

    def tree_of(self, commit: str) -> str:
        """The id of a commit's tree."""
        return self.raw_commit(commit).split(b"\n", 1)[0].removeprefix(b"tree ").decode()

    def raw_commit(self, oid: str) -> bytes:
        return self._typed(oid, "commit")

    def entry(self, tree: str, path: str) -> Entry | None:
        """What stands at `path` in `tree`; None for nothing, and for a path below a file or symlink."""
        here = Entry(TREE, tree)
        for name in os.fsencode(path).split(b"/"):
            row = self._rows(here.oid).get(name) if here.mode == TREE else None
            if row is None:
                return None
            here = self._entry(row)
        return here

    def differing(self, old: str | None, new: str | None) -> Iterator[tuple[str, Entry | None, Entry | None]]:
        """Each name that stands for something else in one tree than in the other (None: an empty one)."""
        before, after = (self._rows(tree) if tree else {} for tree in (old, new))
        for name in sorted({name for name, _ in before.items() ^ after.items()}):
            yield os.fsdecode(name), self._found(before.get(name)), self._found(after.get(name))

    def write(self, kind: str, content: bytes) -> str:
        """Take in an object of type `kind` and give its id. git does not have it yet, see `shown`."""
        oid = object_id(self.repository.hash_name, kind, content)
        if oid not in self._new:
            self._new[oid] = (kind, content)
            self._waiting += len(content)
        if self._waiting > _MUCH:
            self.flush()
        return oid

    def unstored(self) -> Iterator[tuple[str, str, bytes]]:
        """Id, type and content of all that git does not have yet."""
        return ((oid, kind, content) for oid, (kind, content) in self._new.items())

    def shown(self) -> Mapping[str, str]:
        """The environment for a git process that is given the id of a new object: where to look for what is lent.

        Whatever is not lent is stored first.
        """
        if self._lent and self._new.keys() <= self._lent[0]:
            return looking_into(self._lent[1])
        self.flush()
        return {}

    def lend(self, folder: Path) -> None:
        """Put what was written so far into `folder`, for git to look into until `take_back`.

        So git can put what is wanted of it into one pack, and at the same time look at it elsewhere. To store all first
        would be to have everything written twice.
        """
        if self._new:
            self._lent = (frozenset(self._new), folder)
            (folder / "pack").mkdir(parents=True, exist_ok=True)
            for file, content in zip(_lent(folder), indexed_pack(self.repository.hash_name, self._new), strict=True):
                file.write_bytes(content)

    def take_back(self) -> None:
        """Nothing is lent any more."""
        if self._lent:
            remove_lent(self._lent[1])
            self._lent = None

    def stored(self, oids: Iterable[str]) -> None:
        """git has these objects now, among others."""
        for oid in oids:
            found = self._new.pop(oid, None)
            if found:
                self._loaded[oid] = found
                self._waiting -= len(found[1])

    def flush(self) -> None:
        """Have git store what was written.

        Many objects become a pack of their own; a few are stored one by one. Neither is synced: see `kept_pack.py`.
        """
        if not self._new:
            return
        stream = pack(self.repository.hash_name, self._new.values())
        store = ("index-pack", "--stdin", "--threads=1") if len(self._new) > _FEW else ("unpack-objects", "-q")
        self.repository.git(*store, stdin=stream, config=("core.fsync=none",))
        self._new.clear()
        self._waiting = 0

    def write_tree(self, entries: Mapping[str, Entry]) -> str:
        """Store a tree of these entries, whose names hold no slash."""
        return self.edit_tree(None, entries)

    def edit_tree(self, tree: str | None, edits: Mapping[str, Entry | None]) -> str:
        """`tree` (None: an empty one) with each path of `edits` set, or taken out where it is None.

        Empty directories vanish. Raises ValueError where an edit lies below a file or symlink: what stands there is not
        ours to remove.
        """
        split = {tuple(os.fsencode(path).split(b"/")): entry for path, entry in edits.items()}
        return self._edited(self._rows(tree) if tree else {}, split) or self._write_rows({})

    def _edited(self, before: _Rows, edits: Mapping[tuple[bytes, ...], Entry | None]) -> str | None:
        rows = dict(before)
        below: dict[bytes, dict[tuple[bytes, ...], Entry | None]] = {}
        for (name, *rest), entry in edits.items():
            if rest:
                below.setdefault(name, {})[tuple(rest)] = entry
            else:
                _set(rows, name, entry)
        for name, deeper in below.items():
            self._edit_below(rows, name, deeper)
        touched = {name for name, *_ in edits}
        if any(name not in before or _is_folder(before[name]) != _is_folder(rows.get(name)) for name in touched):
            rows = _in_order(rows)
        return self._write_rows(rows) if rows else None

    def _edit_below(self, rows: _Rows, name: bytes, edits: Mapping[tuple[bytes, ...], Entry | None]) -> None:
        here = rows.get(name)
        if here is None or _is_folder(here):
            changed = self._edited(self._rows(self._entry(here).oid) if here else {}, edits)
            _set(rows, name, Entry(TREE, changed) if changed else None)
        elif any(edits.values()):
            raise ValueError("an edit lies below a file")

    def _write_rows(self, rows: _Rows) -> str:
        oid = self.write("tree", b"".join(rows.values()))
        self._keep(oid, rows)
        return oid

    def _rows(self, tree: str) -> _Rows:
        found = self._trees.get(tree)
        if found is None:
            raw = self._typed(tree, "tree")
            found = _split(raw, self._size)
            if sum(map(len, found.values())) != len(raw):
                raise RalphError(f"object {tree} is no tree as git writes it", "run `git fsck`")
            self._keep(tree, found)
        return found

    def _keep(self, tree: str, rows: _Rows) -> None:
        """Keep a tree split, and the others while they are not too many: each can be split again."""
        if self._split > _ROWS:
            self._trees.clear()
            self._split = 0
        self._trees[tree] = rows
        self._split += len(rows)

    def _entry(self, row: bytes) -> Entry:
        return Entry(row[: row.index(b" ")].decode().zfill(6), row[-self._size :].hex())

    def _found(self, row: bytes | None) -> Entry | None:
        return self._entry(row) if row is not None else None

    def _typed(self, oid: str, kind: str) -> bytes:
        found, content = self.read(oid)
        if found != kind:
            raise RalphError(f"object {oid} is a {found}, not a {kind}", "run `git fsck`")
        return content

    def _ask(self, names: Sequence[str]) -> Iterator[tuple[str, str, bytes] | None]:
        """git's answers, in order: id, type and content; None for an object that is missing."""
        if self._talk is None:
            self._talk = self.repository.talk("cat-file", "--batch")
        self._talk.send(os.fsencode("".join(f"{name}\n" for name in names)))
        for _ in names:
            words = os.fsdecode(self._talk.line()).split()
            if len(words) == 3:
                yield words[0], words[1], self._talk.read(int(words[2]) + 1)[:-1]
            else:
                yield None

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


def looking_into(*folders: Path) -> dict[str, str]:
    """The environment for a git process that looks for objects in these folders too."""
    return {"GIT_ALTERNATE_OBJECT_DIRECTORIES": ":".join(map(_quoted, folders))}


def _quoted(folder: Path) -> str:
    """As a list of folders wants it: a colon would end it."""
    return '"' + str(folder).replace("\\", r"\\").replace('"', r"\"") + '"'


def remove_lent(folder: Path) -> None:
    """Remove a folder in which objects were lent, or what there is of it. What else is there stays."""
    for file in _lent(folder):
        with suppress(FileNotFoundError, NotADirectoryError):
            file.unlink()
    with suppress(OSError):
        (folder / "pack").rmdir()
        folder.rmdir()


def _lent(folder: Path) -> tuple[Path, Path]:
    """The pack that is lent in a folder of objects, and its index."""
    return folder / "pack" / "pack-lent.pack", folder / "pack" / "pack-lent.idx"


def _split(raw: bytes, size: int) -> _Rows:
    """The rows of a raw tree: `mode SP name NUL id`, the id as `size` raw bytes. What is no row is left out."""
    # A landing in a large repository splits tens of thousands: in C, that takes a fifth of the time.
    return {name: row for row, name in re.findall(rb"([0-7]+ ([^\0]+)\0.{%d})" % size, raw, re.DOTALL)}


def _is_folder(row: bytes | None) -> bool:
    return row is not None and row.lstrip(b"0").startswith(b"40000 ")


def _set(rows: _Rows, name: bytes, entry: Entry | None) -> None:
    if entry is None:
        rows.pop(name, None)
    else:
        rows[name] = entry.mode.lstrip("0").encode() + b" " + name + b"\0" + bytes.fromhex(entry.oid)


def _in_order(rows: _Rows) -> _Rows:
    """Sorted as git wants it: a folder as if its name ended with a slash."""
    return dict(sorted(rows.items(), key=lambda item: item[0] + b"/" if _is_folder(item[1]) else item[0]))
