"""Refs: reading them, and moving several in one transaction that compares before it swaps."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager

from ralph_hooks.errors import RefusedError
from ralph_hooks.git.claims import claimed
from ralph_hooks.git.locks import ref_locks
from ralph_hooks.git.process import GitError
from ralph_hooks.git.repository import Repository
from ralph_hooks.records import NamedTuple


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
    with asking_refs(repository, names) as refs:
        return refs()


@contextmanager
def asking_refs(repository: Repository, names: Iterable[str]) -> Iterator[Callable[[], dict[str, str]]]:
    """Ask for what `refs_of` gives, while we do something else. What is given waits for the answer."""
    wanted = [name.removesuffix("/") for name in names]
    with repository.ask("for-each-ref", "--format=%(objectname) %(refname)", *wanted) as answer:
        yield lambda: _by_name(answer().text)


def _by_name(listed: str) -> dict[str, str]:
    pairs = (line.split(" ", 1) for line in listed.split("\n") if line)
    return {name: oid for oid, name in pairs}


def is_branch_name(repository: Repository, name: str) -> bool:
    """May a branch be called `name`?"""
    if name.startswith("-"):
        return False
    return repository.git("check-ref-format", "--branch", name, accept=(0, 1, 128)).status == 0


class RefSession:
    """A `git update-ref --stdin` process, one transaction after another. Made by `ref_session`.

    In a `transaction`, `prepare` locks and compares; then `commit` moves all refs, or none.
    """

    def __init__(self, repository: Repository, message: str) -> None:
        self._repository = repository
        self._claims = ExitStack()
        self._talk = repository.talk("update-ref", "--stdin", "-z", "-m", message)
        self._ended = False

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """A block that commits what it prepares. An error ends the process, which lets go of its locks."""
        with self._claims:
            try:
                yield
            except BaseException:
                self.close()
                raise

    def prepare(self, updates: Iterable[RefUpdate]) -> None:
        """Lock every ref, compare old values, let hooks veto. Raises GitError when any of that fails: nothing moved."""
        updates = tuple(updates)
        locks = ref_locks(self._repository, ((update.name, update.new) for update in updates))
        self._claims.enter_context(claimed(self._repository.common_dir, "refs", locks))
        requests = b"".join(self._request(update) for update in updates)
        self._ask(b"start\0" + requests + b"prepare\0", "start", "prepare")

    def commit(self) -> None:
        self._ask(b"commit\0", "commit")

    def move(self, updates: Iterable[RefUpdate]) -> None:
        """Move these refs, all or none. Raises RefusedError when one of them is not where it was."""
        with self.transaction():
            try:
                self.prepare(updates)
            except GitError as error:
                raise RefusedError(
                    f"refs could not be moved: {error.what}", "see whether another git command is running"
                ) from error
            self.commit()

    def close(self) -> None:
        """End the process; a transaction that was not committed lets go of its locks."""
        if not self._ended:
            self._ended = True
            self._talk.close()

    def _ask(self, request: bytes, *verbs: str) -> None:
        self._talk.send(request)
        for verb in verbs:
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
def ref_session(repository: Repository, message: str) -> Iterator[RefSession]:
    """Transactions of refs in one process, which begins at once. `message`: for the reflogs."""
    session = RefSession(repository, message)
    try:
        yield session
    finally:
        session.close()


def move_refs(repository: Repository, message: str, updates: Iterable[RefUpdate]) -> None:
    """Move these refs, all or none. Raises RefusedError when one of them is not where it was."""
    wanted = [update for update in updates if update.old != update.new]
    if wanted:
        with ref_session(repository, message) as session:
            session.move(wanted)
