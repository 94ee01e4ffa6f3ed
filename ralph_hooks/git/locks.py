"""What git locks when it moves refs or makes a worktree, and what it writes there: as claims."""

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from ralph_hooks.git.claims import Claim
from ralph_hooks.git.repository import Repository

_TABLES = "*.ref"  # git makes one out of several after each transaction, and draws their names


def ref_locks(repository: Repository, moves: Iterable[tuple[str, str | None]]) -> Claim:
    """What git locks to move these refs: each with its new value, None to be deleted."""
    wanted = dict(moves)
    head = repository.git_dir / "HEAD"
    locks: dict[Path, str | None] = {head: wanted.pop("HEAD", None) or ""}
    with suppress(OSError):
        name = head.read_text().removeprefix("ref: ").strip()
        if locks[head] and name.startswith("refs/"):
            wanted[name] = locks[head]
    for name, new in wanted.items():
        locks[repository.common_dir / name] = new or ""
    locks[repository.common_dir / "packed-refs"] = ""
    for home in {repository.common_dir, repository.git_dir}:
        locks[home / "reftable" / "tables.list"] = None
        locks[home / "reftable" / _TABLES] = None
    claim = {f"{path}.lock": text for path, text in locks.items()}
    return Claim(claim | {str(repository.common_dir / "packed-refs.new"): None})


def fresh_admin(repository: Repository, worktree: Path) -> Path:
    """The folder that git is going to make for a worktree at this path."""
    home = repository.common_dir / "worktrees"
    names = (f"{worktree.name}{number or ''}" for number in range(10_000))
    return next(home / name for name in names if not (home / name).exists())


def branch_locks(repository: Repository, branch: str, commit: str, admin: Path) -> Claim:
    """What git locks to make a worktree, with `admin` for its folder, on a new branch (full name) at `commit`."""
    claim = ref_locks(repository, [(branch, commit)])
    own = {admin / "HEAD": "", admin / "index": None, admin / "reftable" / "tables.list": None}
    own[admin / "reftable" / _TABLES] = None
    return claim._replace(locks={**claim.locks, **{f"{path}.lock": text for path, text in own.items()}})
