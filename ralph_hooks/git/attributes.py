"""The attributes of a commit, for a git that reads them from files alone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

from ralph_hooks.git.objects import REGULAR, Objects
from ralph_hooks.git.scratch import scratch_folder


class AttributeFolder:
    """Below 2.41 git reads attributes from where it is run: this is a place with nothing else in it."""

    def __init__(self, objects: Objects, commit: str) -> None:
        objects.flush()
        self._folder = ExitStack()
        self.path = self._folder.enter_context(scratch_folder(objects.repository, "merge"))
        for path, content in _attribute_files(objects, commit):
            file = self.path / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)

    def close(self) -> None:
        self._folder.close()


def _attribute_files(objects: Objects, commit: str) -> Iterator[tuple[str, bytes]]:
    """Path and content of every `.gitattributes` in `commit`."""
    flags = ("-l", "-z", "--no-textconv", "-a", "-e", "")
    listed = objects.repository.git("grep", *flags, commit, "--", ":(glob)**/.gitattributes", accept=(0, 1))
    tree = objects.tree_of(commit)
    for path in (record.removeprefix(f"{commit}:") for record in listed.records):
        entry = objects.entry(tree, path)
        if entry and entry.mode in REGULAR:
            yield path, objects.blob(entry.oid)
