"""Three-way merges in the object database: no checkout, the target's own attributes, every outcome as data."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from ralph_hooks.git.features import Features
from ralph_hooks.git.objects import REGULAR, Entry, Objects
from ralph_hooks.git.repository import Repository
from ralph_hooks.records import NamedTuple

if TYPE_CHECKING:
    from ralph_hooks.git.merge_ways import Way


class Merged(NamedTuple):
    """The outcome of a merge. `tree` holds conflict markers where it is not clean; `messages` are git's own words."""

    tree: str
    clean: bool
    conflicts: tuple[str, ...]
    messages: tuple[str, ...]


class Merger:
    """Merges commits under the attributes of a commit. Made by `open_merger`."""

    def __init__(self, objects: Objects, features: Features) -> None:
        self.objects = objects
        self.features = features
        self._way: Way | None = None

    def merge(self, ours: str, theirs: str, *, attributes: str) -> Merged:
        """Merge the commits `ours` and `theirs` against their merge base, under the attributes of a commit.

        A commit with the same attributes as that of the merge before should be the same commit: a new one can cost a
        process. Raises GitError when git can say neither "clean" nor "conflict".
        """
        if self._way is None:
            from ralph_hooks.git.merge_ways import way  # noqa: PLC0415 - most landings merge nothing that meets

            self._way = way(self.objects, self.features)
        return self._way.merge(ours, theirs, attributes)

    def merge_blobs(self, path: str, base: str, ours: str, theirs: str, *, attributes: str) -> str | None:
        """The blob that the three blobs merge to as one file at `path`, or None where they conflict."""
        root = self._lone_file(path, base, ())
        sides = (self._lone_file(path, blob, (root,)) for blob in (ours, theirs))
        merged = self.merge(*sides, attributes=attributes)
        entry = self.objects.entry(merged.tree, path)
        return entry.oid if merged.clean and entry else None

    def close(self) -> None:
        if self._way:
            self._way.close()

    def _lone_file(self, path: str, blob: str, parents: tuple[str, ...]) -> str:
        tree = self.objects.edit_tree(None, {path: Entry(REGULAR[0], blob)})
        return self.objects.write("commit", scratch_commit(tree, parents))


@contextmanager
def open_merger(objects: Objects, features: Features) -> Iterator[Merger]:
    merger = Merger(objects, features)
    try:
        yield merger
    finally:
        merger.close()


def scratch_commit(tree: str, parents: tuple[str, ...], subject: str = "scratch") -> bytes:
    """A commit object of nobody's: it gives a merge its tree and base, or a record its place in the history."""
    who = "ralph-hooks <ralph-hooks@localhost> 0 +0000"
    lines = [f"tree {tree}", *(f"parent {parent}" for parent in parents), f"author {who}", f"committer {who}"]
    return ("\n".join(lines) + f"\n\n{subject}\n").encode(errors="replace")


def is_attributes(path: str) -> bool:
    """Does git read attributes from a file at this path?"""
    return path.rpartition("/")[2] == ".gitattributes"


def merge_texts(repository: Repository, base: bytes, ours: bytes, theirs: bytes, *, union: bool) -> bytes | None:
    """The three-way merge of three file contents, None where they conflict. `union` keeps both sides of a conflict."""
    import tempfile  # noqa: PLC0415 - 4 ms with what it imports, and most landings merge nothing that meets

    with tempfile.TemporaryDirectory(prefix="ralph-merge-") as folder:
        files = [Path(folder) / name for name in ("ours", "base", "theirs")]
        for file, content in zip(files, (ours, base, theirs), strict=True):
            file.write_bytes(content)
        options = ("--union",) if union else ()
        done = repository.git("merge-file", "-p", "-q", *options, *map(str, files), accept=range(256))
        return done.stdout if done.status == 0 else None
