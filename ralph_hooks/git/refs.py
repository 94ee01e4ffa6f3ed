"""Refs: reading them, and moving several in one transaction that compares before it swaps."""

import os
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from typing import NamedTuple

from ralph_hooks.errors import RefusedError
from ralph_hooks.git.claims import claimed, ref_locks
from ralph_hooks.git.process import GitError
from ralph_hooks.git.repository import Repository


class RefUpdate(NamedTuple):
    """Move `name` from `old` to `new`. `old` None: must not exist yet; `new` None: delete."""

    name: str
    old: str | None
    new: str | None


def refs_below(repository: Repository, prefix: str) -> dict[str, str]:
    """Every ref under `prefix` (which ends with a slash) with the id that it holds."""
    return refs_of(repository, [prefix])


def refs_of(repository: Repository, names: Iterable[str]) -> dict[str, str]:
    """The refs of these names, and those below them, with the ids that they hold."""
    wanted = [name.removesuffix("/") for name in names]
    listed = repository.git("for-each-ref", "--format=%(objectname) %(refname)", *wanted).text
    pairs = (line.split(" ", 1) for line in listed.split("\n") if line)
    return {name: oid for oid, name in pairs}


def is_branch_name(repository: Repository, name: str) -> bool:
    """May a branch be called `name`?"""
    if name.startswith("-"):
        return False
    return repository.git("check-ref-format", "--branch", name, accept=(0, 1, 128)).status == 0


class RefTransaction:
    """An open `git update-ref --stdin` process. `prepare` locks and compares; then `commit` moves all refs, or none."""

    def __init__(self, repository: Repository, message: str) -> None:
        self._repository = repository
        self.claims = ExitStack()
        self._talk = repository.talk("update-ref", "--stdin", "-z", "-m", message)
        self._ask("start", b"start\0")

    def prepare(self, updates: Iterable[RefUpdate]) -> None:
        """Lock every ref, compare old values, let hooks veto. Raises GitError when any of that fails: nothing moved."""
        updates = tuple(updates)
        locks = ref_locks(self._repository, ((update.name, update.new) for update in updates))
        self.claims.enter_context(claimed(self._repository.common_dir, "refs", locks))
        request = b"".join(self._request(update) for update in updates)
        self._ask("prepare", request + b"prepare\0")

    def commit(self) -> None:
        self._ask("commit", b"commit\0")

    def close(self) -> None:
        """End the process; a transaction that was not committed lets go of its locks."""
        self._talk.close()

    def _ask(self, verb: str, request: bytes) -> None:
        self._talk.send(request)
        answer = self._talk.line()
        if answer != f"{verb}: ok".encode():
            raise GitError(("update-ref", verb), 1, answer)

    def _request(self, update: RefUpdate) -> bytes:
        name = os.fsencode(update.name)
        if update.new is None:
            return b"delete " + name + b"\0" + (update.old or self._repository.zero).encode() + b"\0"
        old = (update.old or self._repository.zero).encode()
        return b"update " + name + b"\0" + update.new.encode() + b"\0" + old + b"\0"


@contextmanager
def ref_transaction(repository: Repository, message: str) -> Iterator[RefTransaction]:
    """A transaction that is given up unless the block commits it."""
    transaction = RefTransaction(repository, message)
    with transaction.claims:
        try:
            yield transaction
        finally:
            transaction.close()


def move_refs(repository: Repository, message: str, updates: Iterable[RefUpdate]) -> None:
    """Move these refs, all or none. Raises RefusedError when one of them is not where it was."""
    wanted = [update for update in updates if update.old != update.new]
    if not wanted:
        return
    with ref_transaction(repository, message) as transaction:
        try:
            transaction.prepare(wanted)
        except GitError as error:
            raise RefusedError(
                f"refs could not be moved: {error.what}", "see whether another git command is running"
            ) from error
        transaction.commit()
