"""Batches and attempts in SQLite, in the git common dir: executors end at the same time, each in its own process.

The database is an index. The record of a batch stands under `refs/ralph/batch/` and the journal of a landing under
`refs/ralph/log/`; `batch/recover.py` makes the rows anew from them.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from ralph_hooks.batch.model import Attempt, Batch, Landing, Phase
from ralph_hooks.errors import RalphError

VERSION = 1  # of the schema
BUSY = 30.0  # seconds to wait for another process's transaction

_SCHEMA = f"""
create table if not exists batch (
    id text primary key,
    ordinal integer not null,       -- of all batches of the repository, in the order of their start
    base text not null,
    phase text not null,
    document text not null,         -- Batch.as_json, without attempts' later states
    landing text,                   -- Landing.as_json, once landed
    ended text,                     -- UTC, ISO 8601
    told integer not null default 0 -- has anybody been given the verdict?
);
create table if not exists attempt (
    batch text not null references batch(id),
    idx integer not null,
    state text not null,
    head text,
    message text,
    made text not null,             -- JSON list
    primary key (batch, idx)
);
pragma user_version = {VERSION};
"""


@dataclass(frozen=True, slots=True)
class Record:
    """A batch with what came out of it.

    `landing` is None unless it landed; `told`: the verdict was given to somebody.
    """

    batch: Batch
    landing: Landing | None
    ended: str | None
    told: bool


class Store:
    """The database. Made by `open_store`; every method is one transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

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
                (batch.id, batch.base, batch.phase, json.dumps(batch.as_json())),
            )
            for attempt in batch.attempts:
                self._put(batch.id, attempt)

    def put_attempt(self, batch: str, attempt: Attempt) -> None:
        """Write the state, head, message and made paths of one attempt."""
        with self._write():
            self._put(batch, attempt)

    def set_phase(self, batch: str, phase: Phase, ended: str | None = None) -> None:
        with self._write():
            self._db.execute(
                "update batch set phase = ?, ended = coalesce(?, ended) where id = ?", (phase, ended, batch)
            )

    def put_landing(self, batch: Batch, landing: Landing, ended: str) -> None:
        """Close a batch as landed, with the final states of its attempts. Doing it twice changes nothing."""
        with self._write():
            self._db.execute(
                "update batch set phase = ?, landing = ?, ended = ? where id = ?",
                (Phase.LANDED, json.dumps(landing.as_json()), ended, batch.id),
            )
            for attempt in batch.attempts:
                self._put(batch.id, attempt)

    def remove(self, batch: str) -> None:
        """Forget a batch that never opened."""
        with self._write():
            self._db.execute("delete from attempt where batch = ?", (batch,))
            self._db.execute("delete from batch where id = ?", (batch,))

    def tell(self, batch: str) -> None:
        """Note that the verdict of this batch has been given to somebody."""
        with self._write():
            self._db.execute("update batch set told = 1 where id = ?", (batch,))

    def _records(self, where: str, *values: str) -> tuple[Record, ...]:
        rows = self._db.execute(
            f"select id, phase, document, landing, ended, told from batch {where} order by ordinal",  # noqa: S608
            values,
        ).fetchall()
        return tuple(
            Record(
                self._batch(name, phase, document),
                Landing.from_json(json.loads(landing)) if landing else None,
                ended,
                bool(told),
            )
            for name, phase, document, landing, ended, told in rows
        )

    def _batch(self, name: str, phase: str, document: str) -> Batch:
        batch = replace(Batch.from_json(json.loads(document)), phase=Phase(phase))
        rows = self._db.execute("select idx, state, head, message, made from attempt where batch = ?", (name,))
        now = {row[0]: row[1:] for row in rows}
        return replace(batch, attempts=tuple(_at(attempt, now.get(attempt.index)) for attempt in batch.attempts))

    def _put(self, batch: str, attempt: Attempt) -> None:
        self._db.execute(
            "insert or replace into attempt (batch, idx, state, head, message, made) values (?, ?, ?, ?, ?, ?)",
            (batch, attempt.index, attempt.state, attempt.head, _storable(attempt.message), json.dumps(attempt.made)),
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


def _storable(text: str | None) -> str | None:
    """A reason can name a path that is no UTF-8, and SQLite takes nothing else."""
    return text and text.encode("utf-8", "backslashreplace").decode()


def _at(attempt: Attempt, row: tuple[str, str | None, str | None, str] | None) -> Attempt:
    if row is None:
        return attempt
    state, head, message, made = row
    return replace(attempt, state=type(attempt.state)(state), head=head, message=message, made=tuple(json.loads(made)))


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
        (version,) = connection.execute("pragma user_version").fetchone()
        if version > VERSION:
            raise RalphError(f"{path} was made by a newer ralph-hooks", "use that one")
        if version < VERSION:
            connection.executescript(_SCHEMA)
        yield Store(connection)
    except sqlite3.DatabaseError as error:
        raise RalphError(f"{path} cannot be used: {error}", "move it away; it is made anew from refs/ralph/") from error
    finally:
        connection.close()
