"""Newer versions of git: the packages of a Debian suite, unpacked with their own libraries, installed nowhere."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from kept import got, kept

PACKAGES = ("git", "libc6", "libpcre2-8-0", "zlib1g")
# git runs itself from its folder of programs, under the names of its commands too: `git-receive-pack` is what a push
# runs at the other end. No other process is started to find out where all this is.
_WRAPPER = """#!/bin/sh
# git with its own libraries, and not those of this system.
case $0 in
*/root/{core}/*) home=${{0%/root/{core}/*}}/root ;;
*) home=${{0%/bin/*}}/root ;;
esac
case ${{0##*/}} in
git-*) set -- "${{0##*/git-}}" "$@" ;;
esac
GIT_EXEC_PATH=$home/{core} exec "$home/{loader}" --library-path "{libraries}" "$home/usr/bin/git" "$@"
"""
_LOADER = "loader/git"  # of that name, as which its processes are known
_CORE = "usr/lib/git-core"


@cache
def unpacked(suite: str) -> Path:
    """A folder for the PATH with the git of `suite` in it (`bookworm`, `trixie`, `sid`). Needs apt, from any Debian."""
    return kept(f"debian-gits-{suite}", lambda place: _unpack(place, suite)) / "bin"


def _unpack(place: Path, suite: str) -> None:
    apt = _apt(place, suite)
    got([*apt, "update", "-qq"])
    got([*apt, "download", "-qq", *PACKAGES], cwd=place)
    root = place / "root"
    for package in place.glob("*.deb"):
        got(["dpkg-deb", "-x", package, root])
        package.unlink()
    loader = next(path for path in root.rglob("ld-linux-*.so.*") if not path.is_symlink())
    (root / _LOADER).parent.mkdir()
    (root / _LOADER).symlink_to(f"../{loader.relative_to(root)}")
    libraries = dict.fromkeys(path.parent for path in root.rglob("lib*.so.*"))
    wrapper = place / "bin" / "git"
    wrapper.parent.mkdir()
    searched = ":".join(f"$home/{folder.relative_to(root)}" for folder in libraries)
    wrapper.write_text(_WRAPPER.format(core=_CORE, loader=_LOADER, libraries=searched))
    wrapper.chmod(0o755)
    core = root / _CORE / "git"
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
