"""What a worktree holds right now as a tree, without touching its index, its files or its branch."""

from __future__ import annotations

import os
from collections.abc import Collection
from contextlib import suppress

from ralph_hooks.git.checkout import copy_index, index_path
from ralph_hooks.git.claims import Claim, claimed
from ralph_hooks.git.disk import stands
from ralph_hooks.git.hidden import hidden
from ralph_hooks.git.objects import GITLINK
from ralph_hooks.git.repository import Repository
from ralph_hooks.records import NamedTuple


class Snapshot(NamedTuple):
    """A tree, and the index that it was made from: its `content`, its `times` in nanoseconds (see `copy_index`)."""

    tree: str
    content: bytes
    times: tuple[int, int]


def snapshot(place: Repository, paths: Collection[str]) -> Snapshot:
    """The worktree's index with `paths` as they are on disk. Ignored files only where they are named."""
    from ralph_hooks.git.scratch import scratch_folder  # noqa: PLC0415 - most executors leave nothing uncommitted

    with scratch_folder(place, "index") as scratch:
        index = scratch / "index"
        if index_path(place).exists():
            copy_index(place, index)
        env = {"GIT_INDEX_FILE": str(index)}
        unseen = hidden(place)
        standing = [path for path in paths if stands(place.top, path) and not path.endswith("/")]
        gone = [path for path in paths if not stands(place.top, path) and path not in unseen.absent]
        gone += (folders := _folders(place, standing))  # the files in them are paths of their own
        standing = [path for path in standing if path not in folders]
        blind = [path for path in standing if path in unseen.standing]  # git would take the index's word for them
        # Not `git add`: it refuses paths that a staged deletion has taken out of the index already.
        for options, some in (
            (("--no-assume-unchanged",), blind),
            (("--no-skip-worktree",), blind),
            (("--force-remove",), gone),
            (("--add", "--remove", "--replace"), standing),
        ):
            if not some:
                continue
            listed = os.fsencode("".join(f"{path}\0" for path in some))
            place.git("update-index", *options, "-z", "--stdin", stdin=listed, env=env, config=("core.safecrlf=false",))
        for nested in (path for path in paths if path.endswith("/")):
            # A repository inside the worktree is a link to its commit, if it has one. Nothing is run in it: its
            # settings are the executor's.
            place.git("update-index", "--add", "--replace", "--", nested.rstrip("/"), env=env, accept=(0, 128))
        tree = place.git("write-tree", env=env).text
        info = index.stat()
        return Snapshot(tree, index.read_bytes(), (info.st_atime_ns, info.st_mtime_ns))


def _folders(place: Repository, paths: Collection[str]) -> list[str]:
    """Those at which a folder stands that is no other repository: of a file that was there before, which git lists."""
    found = [path for path in paths if (place.top / path).is_dir() and not (place.top / path).is_symlink()]
    if not found:
        return []
    records = place.git("ls-files", "--stage", "-z", "--", *found, env={"GIT_LITERAL_PATHSPECS": "1"}).records
    links = {record.partition("\t")[2] for record in records if record.startswith(GITLINK)}
    return [path for path in found if path not in links]


def install_index(place: Repository, taken: Snapshot) -> None:
    """Make the snapshot's index the worktree's, for a commit that HEAD is about to get.

    Under git's own lock. Where somebody holds it, the old index stays: it is only a cache.
    """
    lock = place.git_dir / "index.lock"
    with suppress(FileExistsError), claimed(place.common_dir, "index", Claim({str(lock): None})):
        with lock.open("xb") as file:
            file.write(taken.content)
        os.utime(lock, ns=taken.times)
        lock.replace(index_path(place))


def unmerged(place: Repository) -> tuple[str, ...]:
    """Paths that are in conflict in the worktree's index."""
    listed = place.git("ls-files", "--unmerged", "-z").records
    return tuple(dict.fromkeys(record.partition("\t")[2] for record in listed))


def end_cherry_pick(place: Repository) -> None:
    """What a cherry-pick in conflict left beside the index goes, once a commit of its outcome has been made."""
    place.git("cherry-pick", "--quit", accept=(0, 128))
    for name in ("CHERRY_PICK_HEAD", "MERGE_MSG"):
        (place.git_dir / name).unlink(missing_ok=True)
