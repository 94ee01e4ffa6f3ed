"""What differs between trees, path by path: `diff-tree -r --raw`, many pairs in one process."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from ralph_hooks.errors import RalphError
from ralph_hooks.git.objects import TREE, Entry, Objects
from ralph_hooks.git.process import SUBMODULES
from ralph_hooks.git.repository import Repository
from ralph_hooks.records import NamedTuple

ABSENT = "000000"


class Change(NamedTuple):
    """One path that differs. `old` is None for an added path, `new` for a deleted one."""

    path: str
    old: Entry | None
    new: Entry | None


class Rename(NamedTuple):
    """A pair of paths that git takes for one file, with what stands at each end."""

    source: str
    target: str
    old: Entry
    new: Entry


Diff = dict[str, Change]


def diff_trees(objects: Objects, pairs: Sequence[tuple[str, str]]) -> list[Diff]:
    """For each (old, new) pair of tree ids the changes by path, without rename detection."""
    with asking_diffs(objects, pairs) as diffs:
        return diffs()


@contextmanager
def asking_diffs(objects: Objects, pairs: Sequence[tuple[str, str]]) -> Iterator[Callable[[], list[Diff]]]:
    """Ask for what `diff_trees` gives, while we do something else. What is given waits for the answer."""
    with _asking(objects, pairs, "--no-renames") as answer:
        yield lambda: [_diff(records) for records in answer()]


@contextmanager
def asking_since(
    repository: Repository, base: str, heads: Collection[str]
) -> Iterator[Callable[[], Mapping[str, Diff]]]:
    """Ask for the changes from the commit `base` to each of `heads`, while we do something else.

    A head that git does not have, or that has changed nothing, is not in the answer.
    """
    if not heads:
        yield dict
        return
    stdin = "".join(f"{head} {base}\n" for head in heads).encode()  # a commit, and what to take for its parent
    with repository.ask("diff-tree", "--stdin", "-r", "--raw", "-z", "--no-renames", stdin=stdin) as answer:
        yield lambda: {head: _diff(records) for head, records in _sections(answer().stdout)}


def _diff(records: Iterable[_Record]) -> Diff:
    return {path: Change(path, _entry(mode_a, a), _entry(mode_b, b)) for mode_a, mode_b, a, b, _, path, _ in records}


def walk_trees(objects: Objects, old: str | None, new: str | None, folder: str = "") -> Iterator[Change]:
    """The changes from tree `old` to `new` (None: an empty one), found without git: for one pair in between."""
    for name, here, there in objects.differing(old, new):
        below = (_tree(here), _tree(there))
        file, other = (None if below[0] else here), (None if below[1] else there)
        if file != other:
            yield Change(folder + name, file, other)
        if any(below):
            yield from walk_trees(objects, *below, f"{folder}{name}/")


def _tree(entry: Entry | None) -> str | None:
    return entry.oid if entry and entry.mode == TREE else None


def diff_index(repository: Repository, commit: str, env: Mapping[str, str]) -> Diff:
    """What an index has changed since `commit`. `env` says which index, see `git/index.py`."""
    with asking_index(repository, commit, env) as diff:
        return diff()


@contextmanager
def asking_index(repository: Repository, commit: str, env: Mapping[str, str]) -> Iterator[Callable[[], Diff]]:
    """Ask for what `diff_index` gives, while we do something else. What is given waits for the answer."""
    flags = ("--cached", "--raw", "-z", "--no-renames", "--no-abbrev", SUBMODULES)
    with repository.ask("diff-index", *flags, commit, "--", env=env) as answer:
        yield lambda: _diff(record for record in _records(answer().stdout) if not isinstance(record, str))


def renames(objects: Objects, pairs: Sequence[tuple[str, str]]) -> list[tuple[Rename, ...]]:
    """For each (old, new) pair of tree ids the renamed files, as git's default similarity finds them."""
    with _asking(objects, pairs, "-M") as answer:
        return [
            tuple(
                Rename(path, other, Entry(mode_a, a), Entry(mode_b, b))
                for mode_a, mode_b, a, b, kind, path, other in records
                if kind == "R"
            )
            for records in answer()
        ]


_Record = tuple[str, str, str, str, str, str, str]  # modes, ids, kind, path, path after a rename


@contextmanager
def _asking(
    objects: Objects, pairs: Sequence[tuple[str, str]], detect: str
) -> Iterator[Callable[[], list[list[_Record]]]]:
    """The records of each pair. Pairs of the same tree are not asked for: they are most of what callers have."""
    asked = [(old, new) for old, new in pairs if old != new]
    if not asked:
        yield lambda: [[] for _ in pairs]
        return
    stdin = "".join(f"{old} {new}\n" for old, new in asked).encode()
    command = ("diff-tree", "--stdin", "-r", "--raw", "-z", detect)
    with objects.repository.ask(*command, stdin=stdin, env=objects.shown()) as answer:
        yield lambda: _by_pair(pairs, iter(_split(answer().stdout, len(asked))))


def _by_pair(pairs: Sequence[tuple[str, str]], found: Iterator[list[_Record]]) -> list[list[_Record]]:
    return [next(found) if old != new else [] for old, new in pairs]


def _split(output: bytes, pairs: int) -> list[list[_Record]]:
    """The records of that many pairs."""
    found = [records for _, records in _sections(output)]
    if len(found) != pairs:  # git says so, but its status is that of success
        raise RalphError("objects are missing from the repository", "run `git fsck`")
    return found


def _sections(output: bytes) -> list[tuple[str, list[_Record]]]:
    """The answer by its headings: those of a commit, or of a pair of trees."""
    found: list[tuple[str, list[_Record]]] = []
    for record in _records(output):
        if isinstance(record, str):
            found.append((record, []))
        else:
            found[-1][1].append(record)
    return found


def _records(output: bytes) -> Iterator[_Record | str]:
    """The records of the answer, and the headings between them: `OLD NEW` and a line end, or a commit and a NUL."""
    at = 0
    while at < len(output):
        if output[at : at + 1] != b":":
            end = output.find(b"\0", at)
            line = output.find(b"\n", at, None if end < 0 else end)
            end = end if line < 0 else line
            yield output[at:end].decode()
            at = end + 1
            continue
        end = output.index(b"\0", at)
        mode_a, mode_b, a, b, kind = output[at + 1 : end].decode().split(" ")
        stop = output.index(b"\0", end + 1)
        path = other = os.fsdecode(output[end + 1 : stop])
        if kind[0] in "RC":
            end, stop = stop, output.index(b"\0", stop + 1)
            other = os.fsdecode(output[end + 1 : stop])
        yield mode_a, mode_b, a, b, kind[0], path, other
        at = stop + 1


def _entry(mode: str, oid: str) -> Entry | None:
    return None if mode == ABSENT else Entry(mode, oid)
