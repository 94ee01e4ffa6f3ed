"""Batches and attempts in SQLite, in the git common dir: executors end at the same time, each in its own process.

The database is an index. The record of a batch stands under `refs/ralph/batch/` and the journal of a landing under
`refs/ralph/log/`; `batch/recover.py` makes the rows anew from them.

While a batch is open a marker stands beside it, for git's hooks (`batch/marker.py`). It is written before the batch is,
and removed, while nobody can write, after the last one was closed: it may be there too long, never too short.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from ralph_hooks.batch import marker, schema
from ralph_hooks.batch.model import Adopted, Attempt, Batch, Landing, Noticed, Phase, State
from ralph_hooks.errors import RalphError
from ralph_hooks.records import NamedTuple

BUSY = 30.0  # seconds to wait for another process's transaction


_Row = TypeVar("_Row", Adopted, Attempt, Batch, Landing)


class Record(NamedTuple):
    """A batch with what came out of it.

    `landing` is None unless it landed; `told`: the verdict was given to somebody.
    """

    batch: Batch
    landing: Landing | None
    ended: str | None
    told: bool


class Store:
    """The database. Made by `open_store`; every method is one transaction."""

    def __init__(self, connection: sqlite3.Connection, folder: Path) -> None:
        self._db = connection
        self._folder = folder

    def open_batch(self) -> Batch | None:
        """The batch that is being opened or is open; there is at most one."""
        records = self._records("where phase in (?, ?)", Phase.OPENING, Phase.OPEN)
        return records[0].batch if records else None

    def is_empty(self) -> bool:
        """Has no batch ever been written here, or was the file lost?"""
        (known,) = self._db.execute("select exists(select 1 from batch)").fetchone()
        return not known

    def records(self) -> tuple[Record, ...]:
        """Every batch, oldest first."""
        return self._records("")

    def record(self, batch: str) -> Record | None:
        found = self._records("where id = ?", batch)
        return found[0] if found else None

    def count_on(self, base: str) -> int:
        """How many batches were started from the commit `base`."""
        (count,) = self._db.execute("select count(*) from batch where base = ?", (base,)).fetchone()
        return int(count)

    def add(self, batch: Batch) -> None:
        with self._write():
            self._db.execute(
                "insert into batch (id, ordinal, base, phase, document)"
                " values (?, (select coalesce(max(ordinal), 0) + 1 from batch), ?, ?, ?)",
                (batch.id, batch.base, batch.phase, _document(batch)),
            )
            self._put_attempts(batch)
            if batch.phase in {Phase.OPENING, Phase.OPEN}:
                marker.put(self._folder, batch.target)

    def put_attempt(self, batch: str, attempt: Attempt) -> None:
        with self._write():
            self._put(batch, attempt)

    def set_phase(self, batch: str, phase: Phase, ended: str | None = None) -> None:
        with self._write():
            self._db.execute(
                "update batch set phase = ?, ended = coalesce(?, ended) where id = ?", (phase, ended, batch)
            )
        self.mark()

    def put_landing(self, batch: Batch, landing: Landing, ended: str) -> None:
        """Close a batch as landed, with the final states of its attempts. Doing it twice changes nothing."""
        with self._write():
            self._db.execute(
                "update batch set phase = ?, landing = ?, ended = ? where id = ?",
                (Phase.LANDED, json.dumps(landing.as_json()), ended, batch.id),
            )
            self._put_attempts(batch)
        self.mark()

    def remove(self, batch: str) -> None:
        """Forget a batch that never opened."""
        with self._write():
            self._db.execute("delete from noticed where batch = ?", (batch,))
            self._db.execute("delete from adopted where batch = ?", (batch,))
            self._db.execute("delete from attempt where batch = ?", (batch,))
            self._db.execute("delete from batch where id = ?", (batch,))
        self.mark()

    def tell(self, batch: str) -> None:
        """Note that the verdict of this batch has been given to somebody."""
        with self._write():
            self._db.execute("update batch set told = 1 where id = ?", (batch,))

    # An attempt that joins an open batch: `joining` until its record and its hold are written.

    def begin_joining(self, batch: Batch, attempt: Attempt) -> None:
        """Write `attempt` as half-way into `batch`, and who is alive for the batch's session."""
        with self._write():
            self._db.execute("update batch set document = ? where id = ?", (_document(batch), batch.id))
            self._put(batch.id, attempt, joining=True)

    def end_joining(self, batch: str, *, joined: bool) -> None:
        """All attempts that are joining `batch` belong to it, or never did."""
        change = "update attempt set joining = 0" if joined else "delete from attempt"
        with self._write():
            self._db.execute(f"{change} where batch = ? and joining", (batch,))

    def is_joining(self) -> bool:
        """Is an attempt half-way into a batch?"""
        (found,) = self._db.execute("select exists(select 1 from attempt where joining)").fetchone()
        return bool(found)

    def admit(self, batch: str, call: str, places: int) -> Attempt | None:
        """Let the attempt of `call` begin, if fewer than `places` of its batch are at work. Gives it as it is then.

        None: the batch is not open, or has no such attempt. Looking and writing are one transaction.
        """
        with self._write():
            record = self.record(batch)
            attempt = record.batch.of_call(call) if record and record.batch.phase is Phase.OPEN else None
            if record is None or attempt is None:
                return None
            busy = [other for other in record.batch.in_state(State.RUNNING) if other.admitted]
            if not attempt.admitted and len(busy) < places:
                attempt = attempt._replace(admitted=True)
                self._put(batch, attempt)
            return attempt

    # Worktrees that an orchestrator made.

    def put_adopted(self, adopted: Adopted) -> None:
        with self._write():
            self._db.execute(
                "insert or replace into adopted (agent, batch, document) values (?, ?, ?)",
                (adopted.agent, adopted.batch, json.dumps(adopted.as_json())),
            )

    def adopted(self, agent: str) -> Adopted | None:
        row = self._db.execute("select document from adopted where agent = ?", (agent,)).fetchone()
        return _read(Adopted, row[0]) if row else None

    def count_adopted(self, batch: str) -> int:
        (number,) = self._db.execute("select count(*) from adopted where batch = ?", (batch,)).fetchone()
        return int(number)

    def adopted_at(self, worktree: str) -> Adopted | None:
        """The one whose worktree is at this path, the latest if there was one before."""
        rows = self._db.execute("select document from adopted order by rowid desc").fetchall()
        found = (_read(Adopted, text) for (text,) in rows)
        return next((one for one in found if one.worktree == worktree), None)

    # What executors do that is not forbidden, and that whoever looks at the batch may want to know.

    def notice(self, batch: str, worktree: str, what: str, at: str) -> None:
        with self._write():
            self._db.execute("insert into noticed values (?, ?, ?, ?)", (batch, worktree, _storable(what), at))

    def noticed(self, batch: str) -> tuple[Noticed, ...]:
        """All that was noticed in the worktrees of a batch, in order."""
        rows = self._db.execute("select worktree, what, at from noticed where batch = ? order by rowid", (batch,))
        return tuple(Noticed(*row) for row in rows)

    def mark(self) -> None:
        """Put the marker of an open batch where it belongs."""
        with self._write():  # nobody opens a batch meanwhile
            found = self.open_batch()
            marker.put(self._folder, found.target if found else None)

    def is_marked(self) -> bool:
        """Does the marker say what the rows say?"""
        opened = "select exists(select 1 from batch where phase in (?, ?))"
        (found,) = self._db.execute(opened, (Phase.OPENING, Phase.OPEN)).fetchone()
        return bool(found) == marker.is_there(self._folder)

    def _records(self, where: str, *values: str) -> tuple[Record, ...]:
        rows = self._db.execute(
            f"select id, phase, document, landing, ended, told from batch {where} order by ordinal",  # noqa: S608
            values,
        ).fetchall()
        return tuple(
            Record(
                self._batch(name, phase, document),
                _read(Landing, landing) if landing else None,
                ended,
                bool(told),
            )
            for name, phase, document, landing, ended, told in rows
        )

    def _batch(self, name: str, phase: str, document: str) -> Batch:
        rows = self._db.execute("select document from attempt where batch = ? and not joining order by idx", (name,))
        attempts = tuple(_read(Attempt, text) for (text,) in rows)
        return _read(Batch, document)._replace(phase=Phase(phase), attempts=attempts)

    def _put_attempts(self, batch: Batch) -> None:
        for attempt in batch.attempts:
            self._put(batch.id, attempt)

    def _put(self, batch: str, attempt: Attempt, *, joining: bool = False) -> None:
        self._db.execute(
            "insert or replace into attempt (batch, idx, document, joining) values (?, ?, ?, ?)",
            (batch, attempt.index, json.dumps(attempt.as_json()), joining),
        )

    @contextmanager
    def _write(self) -> Iterator[None]:
        self._db.execute("begin immediate")
        try:
            yield
        except BaseException:
            self._db.execute("rollback")
            raise
        self._db.execute("commit")


def _read(kind: type[_Row], text: str) -> _Row:
    """Raises DatabaseError for a row that somebody else has written to."""
    try:
        return kind.from_json(json.loads(text))
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise sqlite3.DatabaseError(f"a row holds no {kind.__name__.lower()}: {error}") from error


def _storable(text: str) -> str:
    """A branch can have a name that is no UTF-8, and SQLite takes nothing else."""
    return text.encode("utf-8", "backslashreplace").decode()


def _document(batch: Batch) -> str:
    """The batch without its attempts: each of those has a row, because they change one by one."""
    return json.dumps(batch._replace(attempts=()).as_json())


@contextmanager
def open_store(folder: Path) -> Iterator[Store]:
    """The database in `folder` (made if missing). Raises RalphError when it cannot be used."""
    path = folder / "ralph.db"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(path, timeout=BUSY, isolation_level=None)
    except (OSError, sqlite3.Error) as error:
        raise RalphError(
            f"{path} cannot be opened: {error}", "see who else uses it, and whether the disk is full"
        ) from None
    try:
        # What a power cut takes from it is made anew from refs: it need not wait for the disk as they do.
        connection.execute("pragma synchronous = normal")
        found = schema.version(connection)
        if found > schema.VERSION:
            raise RalphError(f"{path} was made by a newer ralph-hooks", "use that one")
        if found < schema.VERSION:
            schema.upgrade(connection)
        store = Store(connection, folder)
        if not store.is_marked():
            store.mark()
        yield store
    except sqlite3.DatabaseError as error:
        raise RalphError(f"{path} cannot be used: {error}", "move it away; it is made anew from refs/ralph/") from error
    finally:
        connection.close()
