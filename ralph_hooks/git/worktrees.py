"""Worktrees: which there are, which one has a branch checked out, making and removing them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from ralph_hooks.errors import RefusedError
from ralph_hooks.git.claims import FOLDER, Claim, claimed
from ralph_hooks.git.discover import administers
from ralph_hooks.git.locks import branch_locks, fresh_admin
from ralph_hooks.git.process import SUBMODULES, GitError
from ralph_hooks.git.repository import HEADS, Repository, worktree_at
from ralph_hooks.records import NamedTuple

# An index of a new worktree holds all that it says about files itself, and takes nobody's word for one being unchanged.
WHOLE_INDEX = ("core.fsmonitor=false", "core.ignoreStat=false", "core.splitIndex=false", "core.untrackedCache=false")
_MOST_WORKERS = 8


class Worktree(NamedTuple):
    """One line group of `git worktree list`.

    `branch` is a full ref name, None when detached; `locked` the reason of its lock, which may be empty.
    """

    path: Path
    head: str
    branch: str | None
    locked: str | None
    prunable: bool


def worktrees(repository: Repository) -> tuple[Worktree, ...]:
    """Every worktree of the repository, the main one first."""
    with asking_worktrees(repository) as listed:
        return listed()


@contextmanager
def asking_worktrees(repository: Repository) -> Iterator[Callable[[], tuple[Worktree, ...]]]:
    """Ask for what `worktrees` gives, while we do something else. What is given waits for the answer."""
    with repository.ask("worktree", "list", "--porcelain", "-z") as answer:
        yield lambda: _listed(answer().records)


def _listed(records: Iterable[str]) -> tuple[Worktree, ...]:
    found: list[Worktree] = []
    lines: dict[str, str] = {}
    for record in records:
        if record:
            key, _, value = record.partition(" ")
            lines[key] = value
            continue
        if "worktree" in lines and "bare" not in lines:
            path, head = Path(lines["worktree"]), lines.get("HEAD", "")
            found.append(Worktree(path, head, lines.get("branch"), lines.get("locked"), "prunable" in lines))
        lines = {}
    return tuple(found)


def checkout_of(repository: Repository, branch: str, standing: tuple[Worktree, ...] | None = None) -> Repository | None:
    """The worktree that has `branch` (a full ref name) checked out, or is rebasing it; None when no worktree has it.

    `standing`: all worktrees, where they are known already.
    """
    for worktree in worktrees(repository) if standing is None else standing:
        # HEAD is detached during a rebase, so only then is it worth a process to look inside.
        if worktree.prunable or worktree.branch not in {branch, None} or not worktree.path.is_dir():
            continue
        if worktree.branch == branch:
            return worktree_at(repository, worktree.path)
        with suppress(RefusedError):  # one whose `.git` was replaced is not where anybody rebases the branch
            here = worktree_at(repository, worktree.path)
            if rebased_branch(here) == branch:
                return here
    return None


def rebased_branch(repository: Repository) -> str | None:
    """The branch that a rebase in this worktree will move when it ends: HEAD is detached meanwhile."""
    for name in ("rebase-merge/head-name", "rebase-apply/head-name"):
        with suppress(OSError):
            return (repository.git_dir / name).read_text(errors="replace").strip()
    return None


def last_seen(worktree: Repository) -> str | None:
    """The commit that HEAD got by what was last done in this worktree itself, by its reflog; None where it has none.

    Whoever moves its branch from elsewhere leaves no line there. Where its branch was deleted: what that was on.
    """
    file = worktree.git_dir / "logs" / "HEAD"
    if not file.exists():  # a reftable repository
        walk = ("--walk-reflogs", "--max-count=1", "HEAD", "--")
        return worktree.git("rev-list", *walk, accept=(0, 128)).text or None
    words = file.read_text(errors="replace").rstrip("\n").rpartition("\n")[2].split(" ")[:2]
    return next((oid for oid in reversed(words) if oid.strip("0")), None)


def add_worktree(
    repository: Repository,
    path: Path,
    branch: str,
    commit: str,
    lock: str | None,
    *,
    checkout: Sequence[str] | None = (),
) -> None:
    """A worktree at `path` on the new branch `branch` (a short name) at `commit`.

    `lock`: the reason of its lock, None for no lock. `checkout`: settings for writing its files, see
    `checkout_settings`; None: no files and no index.
    Raises RefusedError when path or branch is taken. Callers hold the landing lock: two at once fight over config.lock.
    """
    require_free(repository, path, branch)
    path.parent.mkdir(parents=True, exist_ok=True)
    options = ["--quiet", "--no-track", "-b", branch]
    options += [] if lock is None else ["--lock", "--reason", lock]
    options += ["--no-checkout"] if checkout is None else []
    admin = fresh_admin(repository, path)
    locks = branch_locks(repository, HEADS + branch, commit, admin)
    making = Claim(making={str(admin): f"{path}/.git"})
    try:
        with claimed(repository.common_dir, "refs", locks), claimed(repository.common_dir, "worktree", making):
            settings = (*WHOLE_INDEX, *(checkout or ()))
            repository.git("worktree", "add", *options, "--", str(path), commit, config=settings)
    except GitError as error:
        raise RefusedError(f"no worktree could be made at {path}: {error.what}", "remove what is in the way") from error


def require_free(repository: Repository, path: Path, branch: str) -> None:
    """Raises RefusedError when a new worktree at `path` on the new `branch` (a short name) would find either taken."""
    if path.exists() or path.is_symlink():
        raise RefusedError(f"{path} is in the way of a new worktree", "move it away")
    if repository.commit(HEADS + branch) is not None:
        raise RefusedError(f"the branch {branch} exists already", f"rename or delete it (git branch -m {branch} NEW)")


def checkout_settings(repository: Repository) -> tuple[str, ...]:
    """Settings for writing many files at once: several processes, unless the user has said how many."""
    if repository.git("config", "--get", "checkout.workers", accept=(0, 1)).status == 0:
        return ()
    return (f"checkout.workers={min(os.cpu_count() or 1, _MOST_WORKERS)}",)


def remove_worktree(repository: Repository, place: Repository, *, force: bool) -> None:
    """Remove the worktree `place`, locked or not. Raises RefusedError when it has changed since the caller has looked.

    `force` only where the caller has proved that nothing in it is unpinned.
    """
    if not force and dirt(place).loose:
        raise RefusedError(f"{place.top} has just changed", "look at it, then try again")
    _take_away(repository, place.top, [place.git_dir])


def discard_worktree(repository: Repository, path: Path) -> None:
    """Remove what `add_worktree` left at `path`, however far it came. Only where nobody can have worked in it yet."""
    _take_away(repository, path, _admins(repository, path))


def _admins(repository: Repository, path: Path) -> list[Path]:
    """git's folders for the worktree at `path`."""
    return [admin for admin in (repository.common_dir / "worktrees").glob("*") if administers(admin, path)]


def _take_away(repository: Repository, path: Path, admins: Sequence[Path]) -> None:
    """Remove the folder of a worktree, and git's for it: whole, or not at all.

    Not by `git worktree remove`: killed over it that leaves half a worktree, in which every missing file is a change
    that somebody seems to have made.
    """
    import shutil  # noqa: PLC0415 - 4 ms with what it imports, and most commands remove no worktree

    ours = repository.common_dir / FOLDER
    moves = {path: path.with_name(f".{path.name}.gone")} | {admin: ours / f"{admin.name}.gone" for admin in admins}
    gone = {str(here): str(aside) for here, aside in moves.items()}
    with claimed(repository.common_dir, "removal", Claim(gone=gone)):
        for here, aside in moves.items():
            if here.exists():
                here.rename(aside)
        for aside in moves.values():
            shutil.rmtree(aside, ignore_errors=True)
    with suppress(OSError):
        (repository.common_dir / "worktrees").rmdir()  # as git does with the last of them


def forget_worktree(repository: Repository, path: Path) -> None:
    """Let git forget a worktree whose folder is gone; whatever was in its administrative folder goes."""
    _take_away(repository, path, _admins(repository, path))


class Dirt(NamedTuple):
    """What a worktree holds beside its HEAD: `loose` file by file; of ignored folders the name alone, with a slash."""

    loose: tuple[str, ...]
    ignored: tuple[str, ...]


def dirt(repository: Repository) -> Dirt:
    """What this worktree holds beside its HEAD."""
    flags = ("--porcelain", "-z", "--no-renames", "--untracked-files=all", "--ignored=matching", SUBMODULES)
    records = repository.git("status", *flags).records
    ignored = tuple(record[3:] for record in records if record.startswith("!!"))
    return Dirt(tuple(record[3:] for record in records if not record.startswith("!!")), ignored)


def exclude(repository: Repository, pattern: str) -> None:
    """Add `pattern` to `info/exclude` once, so that what we put into a worktree never shows up as untracked."""
    path = repository.common_dir / "info" / "exclude"
    path.parent.mkdir(exist_ok=True)
    text = path.read_text(errors="surrogateescape") if path.exists() else ""
    if pattern not in text.splitlines():
        ended = text if not text or text.endswith("\n") else text + "\n"
        scratch = path.with_name("exclude.ralph")  # the file is the user's: it has the old lines or all of them
        scratch.write_text(f"{ended}{pattern}\n", errors="surrogateescape")
        scratch.replace(path)
