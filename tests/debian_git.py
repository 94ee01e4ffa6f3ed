"""Newer versions of git: the packages of a Debian suite, unpacked with their own libraries, installed nowhere."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from kept import got, kept

PACKAGES = ("git", "libc6", "libpcre2-8-0", "zlib1g")
_WRAPPER = """#!/bin/sh
# {program} with its own libraries, and not those of this system.
home=$(dirname "$(dirname "$(readlink -f "$0")")")/root
GIT_EXEC_PATH=$home/usr/lib/git-core exec "$home/{loader}" --library-path "$home/{libraries}" "$home/usr/bin/git" "$@"
"""


@cache
def unpacked(suite: str) -> Path:
    """A folder for the PATH, with the git of `suite` (`trixie`, `sid`) in it. Needs apt, from any Debian."""
    return kept(f"git-{suite}", lambda place: _unpack(place, suite)) / "bin"


def _unpack(place: Path, suite: str) -> None:
    apt = _apt(place, suite)
    got([*apt, "update", "-qq"])
    got([*apt, "download", "-qq", *PACKAGES], cwd=place)
    root = place / "root"
    for package in place.glob("*.deb"):
        got(["dpkg-deb", "-x", package, root])
        package.unlink()
    loader = next(path for path in root.glob("usr/lib*/ld-linux-*.so.*"))
    libraries = next(path.parent for path in root.glob("usr/lib/*/libc.so.6"))
    wrapper = place / "bin" / "git"
    wrapper.parent.mkdir()
    wrapper.write_text(
        _WRAPPER.format(program="git", loader=loader.relative_to(root), libraries=libraries.relative_to(root))
    )
    wrapper.chmod(0o755)
    # git runs itself from there.
    core = root / "usr/lib/git-core/git"
    core.unlink()
    core.symlink_to("../../../../bin/git")


def _apt(place: Path, suite: str) -> list[str]:
    """apt-get for `suite` of the mirror that this system uses, with lists and archives of its own."""
    known = got(["apt-get", "indextargets", "--format", "$(ORIGIN) $(REPO_URI)"]).splitlines()
    mirror = next((line.removeprefix("Debian ") for line in known if line.startswith("Debian ")), None)
    if mirror is None:
        pytest.fail("apt knows no mirror of Debian; `apt-get update` may be due")
    for folder in ("state/lists/partial", "cache/archives/partial"):
        (place / "apt" / folder).mkdir(parents=True)
    sources = place / "apt" / "sources.list"
    sources.write_text(f"deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] {mirror} {suite} main\n")
    options = {
        "Dir::Etc::sourcelist": sources,
        "Dir::Etc::sourceparts": "/dev/null",
        "Dir::State": place / "apt" / "state",
        "Dir::State::status": "/dev/null",
        "Dir::Cache": place / "apt" / "cache",
        "APT::Sandbox::User": "root",
    }
    return ["apt-get", *(part for key, value in options.items() for part in ("-o", f"{key}={value}"))]
