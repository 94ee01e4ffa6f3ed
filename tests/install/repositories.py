"""Scratch repositories to install into, and everything of them that an installation may not lose."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from workshop import Ran, Workshop

# What git, and batches, change by being used.
LOG = "ralph-ran"  # in the git directory: what the stand-in for the guard was called with
_PASSING = {
    "objects",
    "refs",
    "reftable",
    "packed-refs",
    "logs",
    "index",
    "COMMIT_EDITMSG",
    "HEAD",
    "ORIG_HEAD",
    "ralph",
    "worktrees",
    "theirs",
    LOG,
}
_WORK = {"file"}  # in a worktree: what tests commit  # fmt: skip

# A stand-in for the guard: it notes its name, arguments and input, and refuses where it is told to.
STAND_IN = f"""#!/bin/sh
name=${{0##*/}} name=${{name%.legacy}}
[ "$name" = git-guard ] && {{ name=$1; shift; }}
common=$(git rev-parse --path-format=absolute --git-common-dir)
case $name in
    pre-push | post-rewrite) said=$(cat) ;;
    reference-transaction) cat >/dev/null; exit 0 ;;
esac
printf '%s|%s|%s\\n' "$name" "$*" "$said" >>"$common/{LOG}"
[ ! -e "$common/refuse" ] || exit 1
"""

Snapshot = dict[str, tuple[int, bytes]]


@dataclass(frozen=True, slots=True)
class Place:
    """A repository with two commits and a linked worktree beside it."""

    shop: Workshop
    linked: Path

    @property
    def top(self) -> Path:
        return self.shop.path

    @property
    def git_dir(self) -> Path:
        return self.top / ".git"

    def hook(self, name: str, text: str, mode: int = 0o755, folder: str = ".git/hooks") -> Path:
        """A hook of the user's."""
        path = self.top / folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(mode)
        return path

    def install(self, *options: str, at: Path | None = None) -> Ran:
        """Install, with the stand-in for the guard."""
        ran = self.shop.run("install", *options, "--format", "json", at=at)
        assert ran.code == 0, ran
        (self.git_dir / "ralph" / "git-guard").write_text(STAND_IN)
        return ran

    def uninstall(self) -> Ran:
        ran = self.shop.run("uninstall", "--format", "json")
        assert ran.code == 0, ran
        return ran

    def commit(self, at: Path | None = None, code: int = 0) -> str:
        """`git commit` with all its hooks; gives what they printed."""
        message = "A commit"
        self.shop.git("commit", "--quiet", "--allow-empty", "-m", message, at=at, accept=(code,))
        return message

    def ran(self) -> list[str]:
        """The hooks in which ours ran since the last time this was asked."""
        log = self.git_dir / LOG
        lines = log.read_text().splitlines() if log.exists() else []
        log.unlink(missing_ok=True)
        return [line.split("|")[0] for line in lines]


def make_place(path: Path) -> Place:
    shop = Workshop.make(path)
    shop.commit("Second")
    linked = path.parent / "linked tree"
    shop.git("worktree", "add", "--quiet", "-b", "side", str(linked))
    return Place(shop, linked)


def snapshot(place: Place) -> Snapshot:
    """Every file with its mode, of the git directory as far as nobody but an installer touches it."""
    found: Snapshot = {}
    for here, folders, names in os.walk(place.top):
        passing = _PASSING if Path(here) == place.git_dir else _WORK
        folders[:] = [name for name in folders if name not in passing]
        for name in [*folders, *(name for name in names if name not in passing)]:
            path = Path(here) / name
            info = path.lstat()
            content = os.fsencode(path.readlink()) if path.is_symlink() else b"" if path.is_dir() else path.read_bytes()
            found[str(path.relative_to(place.top))] = (info.st_mode, content)
    return found
