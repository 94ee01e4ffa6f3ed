"""The tables of the store, and how those of an older ralph-hooks become them."""

from __future__ import annotations

import json
import sqlite3

VERSION = 2

_TABLES = (
    """create table batch (
        id text primary key,
        ordinal integer not null,       -- of all batches of the repository, in the order of their start
        base text not null,
        phase text not null,
        document text not null,         -- Batch.as_json without attempts
        landing text,                   -- Landing.as_json, once landed
        ended text,                     -- UTC, ISO 8601
        told integer not null default 0 -- has anybody been given the verdict?
    )""",
    """create table attempt (
        batch text not null references batch(id),
        idx integer not null,
        document text not null,         -- Attempt.as_json
        joining integer not null default 0, -- it is being added to an open batch; a crash takes it back
        primary key (batch, idx)
    )""",
    """create table adopted (
        agent text primary key,
        batch text not null references batch(id),
        document text not null          -- Adopted.as_json
    )""",
    """create table noticed (
        batch text not null references batch(id),
        worktree text not null,         -- absolute path
        what text not null,
        at text not null                -- UTC, ISO 8601
    )""",
)


def version(db: sqlite3.Connection) -> int:
    (number,) = db.execute("pragma user_version").fetchone()
    return int(number)


def upgrade(db: sqlite3.Connection) -> None:
    """Make the tables, or make them anew from those of version 1. One transaction, whoever else is doing the same."""
    db.execute("begin immediate")
    try:
        found = version(db)  # asked again: another process may have been first
        if found == 0:
            _make(db)
        elif found == 1:
            _from_version_1(db)
        db.execute(f"pragma user_version = {VERSION}")
    except BaseException:
        db.execute("rollback")
        raise
    db.execute("commit")


def _make(db: sqlite3.Connection) -> None:
    for table in _TABLES:
        db.execute(table)


def _from_version_1(db: sqlite3.Connection) -> None:
    """There the batch's document held the attempts as they were at the start, and a row had what changed since."""
    db.execute("alter table batch rename to batch_1")
    db.execute("alter table attempt rename to attempt_1")
    _make(db)
    rows = db.execute("select id, ordinal, base, phase, document, landing, ended, told from batch_1").fetchall()
    for batch, ordinal, base, phase, text, landing, ended, told in rows:
        document = json.loads(text)
        attempts, document["attempts"] = document["attempts"], []
        values = (batch, ordinal, base, phase, json.dumps(document), landing, ended, told)
        db.execute("insert into batch values (?, ?, ?, ?, ?, ?, ?, ?)", values)
        for attempt in attempts:
            _keep_attempt(db, batch, attempt)
    db.execute("drop table attempt_1")
    db.execute("drop table batch_1")


def _keep_attempt(db: sqlite3.Connection, batch: str, attempt: dict[str, object]) -> None:
    changed = db.execute(
        "select state, head, message, made from attempt_1 where batch = ? and idx = ?", (batch, attempt["index"])
    ).fetchone()
    if changed:
        attempt.update(zip(("state", "head", "message"), changed, strict=False), made=json.loads(changed[3]))
    values = (batch, attempt["index"], json.dumps(attempt))
    db.execute("insert into attempt (batch, idx, document) values (?, ?, ?)", values)
