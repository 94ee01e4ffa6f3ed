"""Programs that npm has, each in one pinned version."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from kept import got, kept


@cache
def installed(name: str, version: str, folder: str) -> Path:
    """The folder where the package is, as `npm install --prefix` makes it."""

    def install(place: Path) -> None:
        # Scripts of packages that matter here only put a link to the program of this platform in place.
        quiet = ("--ignore-scripts", "--no-audit", "--no-fund")
        got(["npm", "install", "--prefix", place, *quiet, f"{name}@{version}"])

    return kept(f"{folder}-{version}", install)
