"""What this git can do. The only place that looks at a version number."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from ralph_hooks.errors import RefusedError
from ralph_hooks.git import process
from ralph_hooks.records import NamedTuple

FLOOR = (2, 38)  # merge-tree --write-tree


class Features(NamedTuple):
    """What some versions can do and others cannot, each with the version that began it in `SINCE`."""

    attr_source: bool
    merge_process: bool
    config_hooks: bool

    def named(self) -> tuple[tuple[str, bool], ...]:
        """Each feature as people call it, and whether it is there."""
        return tuple((PHRASES[name], there) for name, there in self._asdict().items())


SINCE = {
    "attr_source": (2, 41),
    "merge_process": (2, 49),  # `merge-tree --stdin` is older, but keeps its answers to itself until its input ends
    "config_hooks": (2, 54),
}
PHRASES = {
    "attr_source": "attributes of a tree",
    "merge_process": "one process for all merges",
    "config_hooks": "hooks in the configuration",
}


def features(version: tuple[int, ...]) -> Features:
    """What a git of this version can do. Raises RefusedError below the floor."""
    if version[:2] < FLOOR:
        name = ".".join(map(str, version)) or "of an unknown version"
        raise RefusedError(f"git {name} cannot merge without a checkout", "install git 2.38 or newer")
    return Features(**{name: version[:2] >= since for name, since in SINCE.items()})


def installed() -> Features:
    """The features of the git on PATH."""
    with asking_features() as found:
        return found()


@contextmanager
def asking_features() -> Iterator[Callable[[], Features]]:
    """Ask git for its version while we do something else. What is given waits for the answer and is as `installed`."""
    with _asking_version() as version:
        yield lambda: features(version())


def version() -> tuple[int, ...]:
    """The version of the git on PATH, as numbers."""
    with _asking_version() as known:
        return known()


_known: dict[str, tuple[int, ...]] = {}  # what was asked once, by PATH


@contextmanager
def _asking_version() -> Iterator[Callable[[], tuple[int, ...]]]:
    path = os.environ.get("PATH", "")
    if path in _known:
        yield lambda: _known[path]
        return
    with process.begun(Path(), "version") as answer:
        yield lambda: _known.setdefault(path, _numbers(answer().text))


def _numbers(answer: str) -> tuple[int, ...]:
    """Of `git version 2.39.5 (Distributor)`: (2, 39, 5)."""
    words = answer.split()
    digits = [part for part in (words[2] if len(words) > 2 else "").split(".") if part.isdigit()]
    return tuple(int(part) for part in digits[:3])
