"""What stands in a worktree and in its index, in git's own terms."""

from __future__ import annotations

import os
import stat
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from ralph_hooks.git.diff import Diff
from ralph_hooks.git.objects import GITLINK, LINK, REGULAR, Entry, Objects
from ralph_hooks.git.process import SUBMODULES
from ralph_hooks.git.repository import Repository


def stands(top: Path, path: str) -> bool:
    """Is there anything at `path`, without following a symlink on the way?"""
    # Not by `Path`, which takes longer to make than to look: each path that a landing brings is looked at.
    return os.path.lexists(f"{top}/{path}") and not any(
        os.path.islink(f"{top}/{name}")  # noqa: PTH114
        for name in parents(path)
    )


def parents(path: str) -> Iterator[str]:
    parts = path.split("/")[:-1]
    for end in range(1, len(parts) + 1):
        yield "/".join(parts[:end])


def on_disk(repository: Repository, paths: Iterable[str]) -> dict[str, Entry | None]:
    """What stands at each path, as git would store it: filters applied, the text of a symlink; None for nothing."""
    found: dict[str, Entry | None] = {}
    files: list[tuple[str, str]] = []
    for path in paths:
        mode = _mode(repository.top, path)
        found[path] = None
        if mode == LINK:
            link = os.fsencode((repository.top / path).readlink())
            found[path] = Entry(mode, repository.git("hash-object", "--stdin", stdin=link).text)
        elif mode is not None:
            files.append((path, mode))
    if files:
        names = "".join(f"{_quoted(path)}\n" for path, _ in files)
        oids = repository.git("hash-object", "--stdin-paths", stdin=os.fsencode(names)).text.split("\n")
        found.update({path: Entry(mode, oid) for (path, mode), oid in zip(files, oids, strict=True)})
    return found


def at_ends(repository: Repository, changes: Diff) -> dict[str, Entry | None]:
    """What stands at the paths of `changes`. Where the disk has no links, a file with the text of one is that link."""
    found = on_disk(repository, changes)
    links = [(path, end) for path, (_, *ends) in changes.items() for end in ends if end and end.mode == LINK]
    if links and not _has_links(repository):
        found.update((path, end) for path, end in links if (there := found[path]) and there.oid == end.oid)
    return found


def _has_links(repository: Repository) -> bool:
    return repository.git("config", "--type=bool", "--get", "core.symlinks", accept=(0, 1)).text != "false"


def half_written(repository: Repository, path: str, ends: Iterable[Entry | None]) -> bool:
    """Is what stands at `path` the beginning of one of these entries: what git was writing when it was killed?"""
    if _mode(repository.top, path) not in REGULAR:
        return False
    content = (repository.top / path).read_bytes()
    whole = (_as_written(repository, path, entry) for entry in ends if entry and entry.mode != GITLINK)
    return any(len(content) < len(text) and text.startswith(content) for text in whole)


def _as_written(repository: Repository, path: str, entry: Entry) -> bytes:
    """What a checkout writes: line ends and filters applied, but for a link where the disk has none."""
    how = ("blob",) if entry.mode == LINK else ("--filters", f"--path={path}")
    return repository.git("cat-file", *how, entry.oid).stdout


def _mode(top: Path, path: str) -> str | None:
    if not stands(top, path):
        return None
    info = (top / path).lstat()
    if stat.S_ISLNK(info.st_mode):
        return LINK
    if not stat.S_ISREG(info.st_mode):
        return None
    return "100755" if info.st_mode & stat.S_IXUSR else "100644"


def _quoted(path: str) -> str:
    """`--stdin-paths` reads lines, and unquotes those that begin with a double quote."""
    if "\n" not in path and not path.startswith('"'):
        return path
    escaped = path.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def in_index(repository: Repository) -> dict[str, Entry]:
    """What the index holds, by path; of a conflicted path one of its stages."""
    listed = (record.partition("\t") for record in repository.git("ls-files", "--stage", "-z").records)
    return {path: Entry(*facts.split(" ")[:2]) for facts, _, path in listed}


def changed(repository: Repository, paths: Collection[str]) -> tuple[str, ...]:
    """Which of these tracked paths are not as HEAD has them, in the index or on disk.

    For right after a checkout: the index is not refreshed first.
    """
    if not paths:
        return ()
    literal, flags = {"GIT_LITERAL_PATHSPECS": "1"}, ("--name-only", "-z", SUBMODULES)
    return tuple(repository.git("diff-index", *flags, "HEAD", "--", *paths, env=literal).records)


def as_stored(objects: Objects, repository: Repository, tree: str, paths: Iterable[str]) -> bool:
    """Is what stands at each path, to the byte, what `tree` has there? No where a filter has written other bytes."""
    entries = ((path, objects.entry(tree, path)) for path in paths)
    return all(entry and _is_stored(objects, repository.top, path, entry) for path, entry in entries)


def _is_stored(objects: Objects, top: Path, path: str, entry: Entry) -> bool:
    regular = entry.mode in REGULAR and _mode(top, path) == entry.mode
    return regular and (top / path).read_bytes() == objects.blob(entry.oid)


def sparse_paths(repository: Repository) -> frozenset[str]:
    """Paths that a sparse checkout keeps out of the worktree: that they are missing means nothing."""
    listed = repository.git("ls-files", "-t", "-z").records
    return frozenset(record[2:] for record in listed if record.startswith("S "))
