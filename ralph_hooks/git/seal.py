"""What git wrote when it made a worktree: its index as it was then, and what decided how files were written.

Set before anybody can work there. No program can set the change time of a file, so what has one from before the seal is
as git wrote it, and the index holds which inode stood where.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from ralph_hooks.git.checkout import index_path
from ralph_hooks.git.repository import Repository
from ralph_hooks.records import NamedTuple

# Settings that change what a checkout writes. Which attributes apply is looked at too: they choose between these.
_DECIDING = (
    r"^(core\.(attributesfile|autocrlf|eol|filemode|ignorecase|sparsecheckout|sparsecheckoutcone|symlinks)"
    r"|filter\..*|lfs\..*)$"
)
_SYSTEM = Path("/etc/gitattributes")


class Seal(NamedTuple):
    """A folder with the index and the form of a checkout. It is moved as a whole: its times count."""

    folder: Path

    @property
    def index_copy(self) -> Path:
        return self.folder / "index"

    @property
    def form(self) -> Path:
        return self.folder / "form"

    @property
    def set_at(self) -> int:
        """When, by the clock that change times come from and as finely as this disk keeps them, in nanoseconds."""
        return self.index_copy.stat().st_mtime_ns

    @property
    def whole(self) -> bool:
        """Was it written to its end?"""
        return self.form.is_file()


def seal_of(place: Repository) -> Seal:
    """Where the seal of a worktree is: in its own git directory, so that it goes with the worktree."""
    return Seal(place.git_dir / "ralph-seal")


def put_seal(place: Repository) -> None:
    """Seal a worktree that git has just made, and that nobody has worked in yet."""
    seal = seal_of(place)
    seal.folder.mkdir()
    seal.index_copy.write_bytes(index_path(place).read_bytes())
    seal.form.write_text(form(place))  # last: see `whole`


def form(place: Repository) -> str:
    """A fingerprint of all that decides how a checkout here writes files, but for attributes in the tree itself."""
    import hashlib  # noqa: PLC0415 - only where worktrees are made

    settings = place.git("config", "--null", "--get-regexp", _DECIDING, accept=(0, 1)).stdout
    digest = hashlib.sha256(settings)
    for path in _attribute_files(place, settings):
        with suppress(OSError):
            digest.update(b"\0" + os.fsencode(path) + b"\0" + path.read_bytes())
    return digest.hexdigest()


def _attribute_files(place: Repository, settings: bytes) -> Iterator[Path]:
    yield _SYSTEM
    yield place.common_dir / "info" / "attributes"
    named = [item[1] for record in settings.split(b"\0") if (item := record.partition(b"\n")[::2])[0] == _ATTRIBUTES]
    home = os.environ.get("XDG_CONFIG_HOME") or "~/.config"
    own = os.fsdecode(named[-1]) if named else f"{home}/git/attributes"
    yield Path(os.path.expanduser(own))  # noqa: PTH111 - Path.expanduser raises where there is no home


_ATTRIBUTES = b"core.attributesfile"
