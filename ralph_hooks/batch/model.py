"""What a batch is.

Frozen data with a JSON form: the same document stands in SQLite and, pinned, under `refs/ralph/batch/`.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Any

from ralph_hooks.records import NamedTuple


class State(StrEnum):
    """Where an attempt stands. The words are the contract of `status --format json`."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    LANDED = "landed"
    PARKED = "parked"


class Phase(StrEnum):
    """Where a batch stands. Only one batch is OPENING or OPEN at a time."""

    OPENING = "opening"  # worktrees are being made; a crash rolls it back
    OPEN = "open"
    LANDED = "landed"
    ABORTED = "aborted"
    UNDONE = "undone"


class Attempt(NamedTuple):
    """One executor's try at one task.

    `worktree` and `branch` are empty until they are known: an orchestrator may make them itself, after it has joined.
    """

    index: int  # type: ignore[assignment]  # hides `tuple.index`, as in `tasklist.model.Task`
    id: str | None
    title: str
    worktree: str  # absolute path
    branch: str  # short name
    number: int = 0  # the task's number in the counting of the stop-handler in use
    state: State = State.RUNNING
    head: str | None = None  # the pinned commit, once the executor has ended
    message: str | None = None  # why it failed or was parked, or what the executor said
    made: tuple[str, ...] = ()  # paths that `link`, `copy` and `setup` made; a directory ends with a slash
    call: str | None = None  # the orchestrator's own name of the call that runs it; None: the command line
    agent: str | None = None  # the orchestrator's own name of the executor, once it is known
    admitted: bool = True  # may its executor begin? One that joined waits for a free place
    external: bool = False  # it failed for a cause outside the task

    @property
    def folder(self) -> Path | None:
        """The worktree, if it is known. Never by `Path(worktree)`: the empty path is the current directory."""
        return Path(self.worktree) if self.worktree else None

    @property
    def name(self) -> str:
        """How people name the task: its id, else `@INDEX`."""
        return self.id if self.id is not None else f"@{self.index}"

    @property
    def label(self) -> str:
        """Name and title, for messages."""
        return f"{self.name} {self.title}".strip()

    def as_json(self) -> dict[str, Any]:
        return self._asdict()

    @staticmethod
    def from_json(document: dict[str, Any]) -> Attempt:
        return Attempt(**{**document, "state": State(document["state"]), "made": tuple(document["made"])})


def is_made(path: str, made: Sequence[str]) -> bool:
    """Is `path` one of those that `link`, `copy` or `setup` made, or in a folder that they made?"""
    return any(path == item or path.startswith(item.rstrip("/") + "/") for item in made)


class Adopted(NamedTuple):
    """A worktree that the orchestrator made for the executor `agent`, put on the base of `batch`.

    `complaint`: why nothing that is done in it can land.
    """

    agent: str
    batch: str
    worktree: str  # absolute path
    branch: str  # short name; empty when HEAD is detached
    made: tuple[str, ...] = ()  # as in `Attempt`
    complaint: str | None = None

    def as_json(self) -> dict[str, Any]:
        return self._asdict()

    @staticmethod
    def from_json(document: dict[str, Any]) -> Adopted:
        return Adopted(**{**document, "made": tuple(document["made"])})


class Noticed(NamedTuple):
    """Something that was done in an executor's worktree, when it was seen: UTC, ISO 8601."""

    worktree: str
    what: str
    at: str


class Batch(NamedTuple):
    """The tasks that are executed from one recorded base, in the order of their list.

    `target` is a full ref name; paths in the repository are relative.
    """

    id: str
    base: str
    target: str
    top: str  # absolute path of the worktree that the batch was started in
    tasks: str  # path of the task list
    kind: str  # "ralph" or "list", see spec.locate
    dialect: str
    handler: str  # the stop-handler generation, see spec.numbering
    started: str  # UTC, ISO 8601
    copied: dict[str, str]  # untracked spec files that the worktrees were given: path -> blob id
    attempts: tuple[Attempt, ...]
    phase: Phase = Phase.OPEN
    session: str | None = None  # the orchestrator's session that opened it; None: the command line
    owner: str | None = None  # what the orchestrator says about the living process of that session
    opener: str | None = None  # the call that opened it
    listing: str | None = None  # the blob with the list as it was read at the start, see `batch.listing`

    def attempt(self, index: int) -> Attempt:
        return next(attempt for attempt in self.attempts if attempt.index == index)

    def with_attempt(self, changed: Attempt) -> Batch:
        return self._replace(attempts=tuple(changed if a.index == changed.index else a for a in self.attempts))

    def with_new(self, attempt: Attempt) -> Batch:
        """With one attempt more. They land in the order of the list, in whatever order they joined."""
        return self._replace(attempts=tuple(sorted((*self.attempts, attempt), key=lambda item: item.index)))

    def of_call(self, call: str) -> Attempt | None:
        """The attempt that the orchestrator's call `call` runs."""
        return next((attempt for attempt in self.attempts if attempt.call == call), None)

    def in_state(self, *states: State) -> tuple[Attempt, ...]:
        return tuple(attempt for attempt in self.attempts if attempt.state in states)

    def as_json(self) -> dict[str, Any]:
        return self._asdict() | {"attempts": [attempt.as_json() for attempt in self.attempts]}

    @staticmethod
    def from_json(document: dict[str, Any]) -> Batch:
        attempts = tuple(Attempt.from_json(attempt) for attempt in document["attempts"])
        return Batch(**{**document, "attempts": attempts, "phase": Phase(document["phase"])})


class Landed(NamedTuple):
    """A task that is on the target. `commit` is None where there was nothing to commit."""

    index: int  # type: ignore[assignment]  # hides `tuple.index`, as in `tasklist.model.Task`
    id: str | None
    commit: str | None
    outside: tuple[str, ...] = ()  # changed paths that the task does not declare
    uncommitted: bool = False  # work was committed for the executor


class Parked(NamedTuple):
    """A task whose attempt could not land. Its work is under `ref`, the task stays open.

    `text`: where the files stand as the merge left them, conflict markers included (`git show TEXT/PATH`).
    """

    index: int  # type: ignore[assignment]  # hides `tuple.index`, as in `tasklist.model.Task`
    id: str | None
    reason: str
    conflicts: tuple[str, ...]
    ref: str
    text: str | None = None


class Failed(NamedTuple):
    """A task whose executor failed. What it left behind is under `ref`, if it left anything."""

    index: int  # type: ignore[assignment]  # hides `tuple.index`, as in `tasklist.model.Task`
    id: str | None
    reason: str
    ref: str | None = None


class Landing(NamedTuple):
    """What came out of a batch: the `land` object of the contract."""

    batch: str
    target: str
    before: str
    after: str
    landed: tuple[Landed, ...]
    parked: tuple[Parked, ...]
    failed: tuple[Failed, ...]
    signal: str | None
    warnings: tuple[str, ...] = ()

    @property
    def complete(self) -> bool:
        return not self.parked and not self.failed

    def as_json(self) -> dict[str, Any]:
        lists: dict[str, tuple[Landed | Parked | Failed, ...]] = {
            "landed": self.landed,
            "parked": self.parked,
            "failed": self.failed,
        }
        return self._asdict() | {name: [item._asdict() for item in items] for name, items in lists.items()}

    @staticmethod
    def from_json(document: dict[str, Any]) -> Landing:
        known = {name: document[name] for name in ("batch", "target", "before", "after", "signal")}
        return Landing(
            **known,
            landed=tuple(Landed(**{**item, "outside": tuple(item["outside"])}) for item in document["landed"]),
            parked=tuple(Parked(**{**item, "conflicts": tuple(item["conflicts"])}) for item in document["parked"]),
            failed=tuple(Failed(**item) for item in document["failed"]),
            warnings=tuple(document.get("warnings", ())),
        )


class Outcome(NamedTuple):
    """What a landing came to. `clean`: nothing needs attention."""

    batch: Batch
    landing: Landing
    clean: bool
