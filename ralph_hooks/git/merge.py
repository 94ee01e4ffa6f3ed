"""Three-way merges in the object database: no checkout, the target's own attributes, every outcome as data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from ralph_hooks.git.features import Features
from ralph_hooks.git.objects import REGULAR, Entry, Objects
from ralph_hooks.git.repository import Repository

if TYPE_CHECKING:
    from tempfile import TemporaryDirectory


class Merged(NamedTuple):
    """The outcome of a merge. `tree` holds conflict markers where it is not clean; `messages` are git's own words."""

    tree: str
    clean: bool
    conflicts: tuple[str, ...]
    messages: tuple[str, ...]


class Merger:
    """Merges commits under the attributes of a tree. Made by `open_merger`."""

    def __init__(self, repository: Repository, objects: Objects, features: Features) -> None:
        self.repository = repository
        self.objects = objects
        self.features = features
        self._scratch: TemporaryDirectory[str] | None = None
        self._attributes_of: str | None = None  # the commit whose attribute files stand in it

    def merge(self, ours: str, theirs: str, *, attributes: str) -> Merged:
        """Merge the commits `ours` and `theirs` against their merge base, under the attributes of a commit.

        Raises GitError when git can say neither "clean" nor "conflict".
        """
        self.objects.flush()
        arguments = ("merge-tree", "--write-tree", "-z", "--messages", ours, theirs)
        if self.features.attr_source:
            done = self.repository.git(f"--attr-source={attributes}", *arguments, accept=(0, 1))
        else:
            done = self.repository.git(*arguments, env=self._attribute_worktree(attributes), accept=(0, 1))
        return _merged(done.status == 0, done.records)

    def merge_blobs(self, path: str, base: str, ours: str, theirs: str, *, attributes: str) -> str | None:
        """The blob that the three blobs merge to as one file at `path`, or None where they conflict."""
        root = self._lone_file(path, base, ())
        sides = (self._lone_file(path, blob, (root,)) for blob in (ours, theirs))
        merged = self.merge(*sides, attributes=attributes)
        entry = self.objects.entry(merged.tree, path)
        return entry.oid if merged.clean and entry else None

    def _lone_file(self, path: str, blob: str, parents: tuple[str, ...]) -> str:
        tree = self.objects.edit_tree(None, {path: Entry(REGULAR[0], blob)})
        return self.objects.write("commit", scratch_commit(tree, parents))

    def close(self) -> None:
        if self._scratch:
            self._scratch.cleanup()

    def _attribute_worktree(self, commit: str) -> Mapping[str, str]:
        """Below 2.41 git reads attributes from the worktree that it is run in: give it one with nothing else."""
        if self._scratch is None or self._attributes_of != commit:
            self.close()
            self._scratch, self._attributes_of = _scratch_folder(), commit
            for path, content in _attribute_files(self.repository, commit):
                file = Path(self._scratch.name) / path
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(content)
        return {"GIT_WORK_TREE": self._scratch.name, "GIT_DIR": str(self.repository.git_dir)}


@contextmanager
def open_merger(repository: Repository, objects: Objects, features: Features) -> Iterator[Merger]:
    merger = Merger(repository, objects, features)
    try:
        yield merger
    finally:
        merger.close()


def _scratch_folder() -> TemporaryDirectory[str]:
    import tempfile  # noqa: PLC0415 - 4 ms with what it imports, and most landings merge nothing that meets

    return tempfile.TemporaryDirectory(prefix="ralph-merge-")


def scratch_commit(tree: str, parents: tuple[str, ...], subject: str = "scratch") -> bytes:
    """A commit object of nobody's: it gives a merge its tree and base, or a record its place in the history."""
    who = "ralph-hooks <ralph-hooks@localhost> 0 +0000"
    lines = [f"tree {tree}", *(f"parent {parent}" for parent in parents), f"author {who}", f"committer {who}"]
    return ("\n".join(lines) + f"\n\n{subject}\n").encode(errors="replace")


def is_attributes(path: str) -> bool:
    """Does git read attributes from a file at this path?"""
    return path.rpartition("/")[2] == ".gitattributes"


def _attribute_files(repository: Repository, commit: str) -> Iterator[tuple[str, bytes]]:
    """Path and content of every `.gitattributes` in `commit`."""
    flags = ("-l", "-z", "--no-textconv", "-a", "-e", "")
    listed = repository.git("grep", *flags, commit, "--", ":(glob)**/.gitattributes", accept=(0, 1))
    for record in listed.records:
        path = record.removeprefix(f"{commit}:")
        yield path, repository.git("cat-file", "blob", f"{commit}:{path}").stdout


def _merged(clean: bool, records: list[str]) -> Merged:
    """The answer of `merge-tree -z`: tree, conflicted entries, an empty record, then messages as counted groups."""
    tree, rest = records[0], records[1:]
    end = rest.index("") if "" in rest else len(rest)
    paths = dict.fromkeys(entry.partition("\t")[2] for entry in rest[:end])
    return Merged(tree, clean, tuple(paths), tuple(_messages(rest[end + 1 :])))


def _messages(records: list[str]) -> Iterator[str]:
    """Each message is: number of paths, the paths, its kind, its text."""
    at = 0
    while at < len(records) and records[at].isdigit():
        text = at + 1 + int(records[at]) + 1
        yield records[text].strip()
        at = text + 1


def merge_texts(repository: Repository, base: bytes, ours: bytes, theirs: bytes, *, union: bool) -> bytes | None:
    """The three-way merge of three file contents, None where they conflict. `union` keeps both sides of a conflict."""
    with _scratch_folder() as folder:
        files = [Path(folder) / name for name in ("ours", "base", "theirs")]
        for file, content in zip(files, (ours, base, theirs), strict=True):
            file.write_bytes(content)
        options = ("--union",) if union else ()
        done = repository.git("merge-file", "-p", "-q", *options, *map(str, files), accept=range(256))
        return done.stdout if done.status == 0 else None
