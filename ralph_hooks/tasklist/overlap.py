"""Which tasks declare the same file: equal paths, a directory and what is in it, a glob and what it matches."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Sequence
from fnmatch import fnmatchcase
from functools import cache

from ralph_hooks.patterns import pattern
from ralph_hooks.records import NamedTuple

_BRACES = pattern(r"\{([^{}/]*,[^{}/]*)\}")
_MOST_ALTERNATIVES = 64


class Clash(NamedTuple):
    """Two tasks (by index, the first one smaller) that declare the same path."""

    path: str
    first: int
    second: int


def clashes(declared: Iterable[tuple[int, Sequence[str]]]) -> tuple[Clash, ...]:
    """Every pair of tasks that share a file, each pair once, in order. `declared`: (task index, its paths)."""
    footprints = [(index, footprint(paths)) for index, paths in declared]
    found: dict[tuple[int, int], str] = {}
    for path, first, second in _shared(footprints):
        found.setdefault((min(first, second), max(first, second)), path)
    return tuple(Clash(path, *pair) for pair, path in sorted(found.items()))


def footprint(paths: Iterable[str]) -> tuple[str, ...]:
    """The paths in one spelling: forward slashes, no `./`, no trailing slash, `{a,b}` written out. Case is kept."""
    return tuple(dict.fromkeys(one for path in paths for one in _spellings(path)))


def shared(first: Sequence[str], second: Sequence[str]) -> str | None:
    """A path that two footprints share: the narrower of the two that meet."""
    return next((_narrower(one, other) for one in first for other in second if _meet(one, other)), None)


def _shared(footprints: Sequence[tuple[int, Sequence[str]]]) -> Iterator[tuple[str, int, int]]:
    """Pairs found by looking paths up; only globs are compared with everything."""
    owners: dict[str, list[int]] = {}
    globs = [(index, path) for index, paths in footprints for path in paths if is_glob(path)]
    for index, paths in footprints:
        for path in paths:
            owners.setdefault(path, []).append(index)
    for index, paths in footprints:
        for path in paths:
            for above in ancestors(path):
                yield from ((path, index, owner) for owner in owners.get(above, ()) if owner != index)
            yield from ((path, index, owner) for owner, glob in globs if owner != index and matches(path, glob))


def _meet(one: str, other: str) -> bool:
    if one in ancestors(other) or other in ancestors(one):
        return True
    return (is_glob(other) and matches(one, other)) or (is_glob(one) and matches(other, one))


def _narrower(one: str, other: str) -> str:
    if one in ancestors(other) or other in ancestors(one):
        return max(one, other, key=len)
    return one if is_glob(other) else other


@cache
def ancestors(path: str) -> tuple[str, ...]:
    """The path itself, the directories above it, and the root `.`."""
    parts = path.split("/")
    above = ("/".join(parts[:end]) for end in range(len(parts), 0, -1))
    return (*above, *(() if path == "." else (".",)))


def is_glob(path: str) -> bool:
    # Not `[`: `app/[slug]/page.tsx` is a file of that name.
    return "*" in path or "?" in path


def matches(path: str, glob: str) -> bool:
    pattern = glob.replace("[", "[[]")
    return fnmatchcase(path, pattern) or fnmatchcase(path, pattern.replace("**/", ""))


@cache  # rule after rule asks for the same paths
def _spellings(path: str) -> tuple[str, ...]:
    return tuple(posixpath.normpath(one) for one in _alternatives(path.replace("\\", "/")))


def _alternatives(path: str) -> list[str]:
    paths = [path]
    while len(paths) < _MOST_ALTERNATIVES and (match := _BRACES.search(paths[0])):
        paths = [one[: match.start()] + part + one[match.end() :] for one in paths for part in match[1].split(",")]
    return paths
