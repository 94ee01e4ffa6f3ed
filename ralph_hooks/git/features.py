"""What this git can do. The only place that looks at a version number."""

from __future__ import annotations

from typing import NamedTuple

from ralph_hooks.errors import RefusedError
from ralph_hooks.git import process

FLOOR = (2, 38)  # merge-tree --write-tree


class Features(NamedTuple):
    """`attr_source`: attributes can be read from a tree instead of the current directory (2.41).

    `config_hooks`: hooks can stand in the configuration (2.54).
    """

    attr_source: bool
    config_hooks: bool


def features(version: tuple[int, ...]) -> Features:
    """What a git of this version can do. Raises RefusedError below the floor."""
    if version[:2] < FLOOR:
        name = ".".join(map(str, version)) or "of an unknown version"
        raise RefusedError(f"git {name} cannot merge without a checkout", "install git 2.38 or newer")
    return Features(attr_source=version[:2] >= (2, 41), config_hooks=version[:2] >= (2, 54))


def installed() -> Features:
    """The features of the git on PATH."""
    return features(process.version())
