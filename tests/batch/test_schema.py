"""A database that an older ralph-hooks has left in the middle of a batch."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from workshop import Workshop

from ralph_hooks.batch import schema

# The tables of version 1, as it made them.
VERSION_1 = """
create table if not exists batch (
    id text primary key,
    ordinal integer not null,
    base text not null,
    phase text not null,
    document text not null,
    landing text,
    ended text,
    told integer not null default 0
);
create table if not exists attempt (
    batch text not null references batch(id),
    idx integer not null,
    state text not null,
    head text,
    message text,
    made text not null,
    primary key (batch, idx)
);
pragma user_version = 1;
"""
NEW_OF_BATCH = ("session", "owner", "opener")
NEW_OF_ATTEMPT = ("call", "agent", "admitted", "external")


def age(path: Path) -> None:
    """Write the database anew, as version 1 would have it: documents as at the start, rows with what changed since."""
    with closing(sqlite3.connect(path)) as db:
        batches = db.execute("select * from batch").fetchall()
        attempts = [(batch, json.loads(text)) for batch, text in db.execute("select batch, document from attempt")]
    path.unlink()
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.executescript(VERSION_1)
        for batch, ordinal, base, phase, text, *rest in batches:
            document = {key: value for key, value in json.loads(text).items() if key not in NEW_OF_BATCH}
            mine = [attempt for owner, attempt in attempts if owner == batch]
            document["attempts"] = [as_started(attempt) for attempt in mine]
            values = (batch, ordinal, base, phase, json.dumps(document), *rest)
            db.execute("insert into batch values (?, ?, ?, ?, ?, ?, ?, ?)", values)
            for attempt in mine:
                changed = [attempt[key] for key in ("index", "state", "head", "message")]
                db.execute(
                    "insert into attempt values (?, ?, ?, ?, ?, ?)", (batch, *changed, json.dumps(attempt["made"]))
                )


def as_started(attempt: dict[str, object]) -> dict[str, object]:
    known = {key: value for key, value in attempt.items() if key not in NEW_OF_ATTEMPT}
    return known | {"state": "running", "head": None, "message": None, "made": []}


@pytest.fixture
def shop(tmp_path: Path) -> Workshop:
    shop = Workshop.make(tmp_path / "repo", config='setup = "echo made >made.txt"\n')
    shop.do({"1.1": {"a": "a"}})
    shop.start("1.2", "1.3")
    for task in ("1.2", "1.3"):
        shop.work(task, {task: task})
    shop.finish("1.3", "--failed", "--message", "no time")
    return shop


def shown(shop: Workshop) -> tuple[object, object]:
    return shop.run("status", "--format", "json").json, shop.run("log", "--format", "json").json


def test_nothing_of_it_is_lost(shop: Workshop) -> None:
    before = shown(shop)
    age(shop.path / ".git/ralph/ralph.db")
    assert shown(shop) == before
    shop.finish("1.2")
    landed = shop.land()
    assert (landed.ids("landed"), landed.json["failed"][0]["reason"]) == (["1.2"], "no time")
    assert "made.txt" not in shop.tree()


def test_several_processes_at_once(shop: Workshop) -> None:
    path = shop.path / ".git/ralph/ralph.db"
    before = shown(shop)
    age(path)
    program = f"import sys, sqlite3; from ralph_hooks.batch.store import open_store; sys.stdin.read()\n\
with open_store(__import__('pathlib').Path({str(path.parent)!r})) as store: print(len(store.records()))"
    command = [sys.executable, "-c", program]
    many = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    for process in many:
        assert process.stdin
        process.stdin.close()  # all are at the same line now
        process.stdin = None
    assert [process.communicate()[0] for process in many] == ["2\n"] * 4
    assert shown(shop) == before


def test_a_migration_that_fails_changes_nothing(shop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    path = shop.path / ".git/ralph/ralph.db"
    before = shown(shop)
    age(path)
    aged = path.read_bytes()
    with monkeypatch.context() as patch:
        patch.setattr(schema, "_keep_attempt", lambda *_: 1 / 0)
        with closing(sqlite3.connect(path, isolation_level=None)) as db:
            with pytest.raises(ZeroDivisionError):
                schema.upgrade(db)
            assert not db.in_transaction
    assert path.read_bytes() == aged
    assert shown(shop) == before
