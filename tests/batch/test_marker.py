"""The file that tells git's hooks that a batch is open: it may be there too long, never too short."""

from __future__ import annotations

import sqlite3
from contextlib import suppress
from pathlib import Path

import pytest
from workshop import Workshop

from ralph_hooks.batch import marker, store
from ralph_hooks.batch.model import Batch, Phase
from ralph_hooks.batch.store import open_store
from ralph_hooks.errors import RalphError

BATCH = Batch("b", "0" * 40, "refs/heads/main", "/", "tasks.md", "list", "plain", "reads", "", {}, ())


def said(folder: Path) -> str | None:
    path = folder / marker.NAME
    return path.read_text() if path.exists() else None


def test_it_comes_with_a_batch_and_goes_with_it(tmp_path: Path) -> None:
    shop = Workshop.make(tmp_path / "r")
    folder = shop.path / ".git" / "ralph"
    for end in ("land", "abort"):
        shop.start("1.1")
        assert said(folder) == "refs/heads/main\n"
        shop.finish("1.1", *(["--failed"] if end == "land" else []))
        shop.run(end)
        assert said(folder) is None


def test_a_batch_is_written_only_with_its_marker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(folder: Path, target: str | None) -> None:
        raise RalphError("the disk is full", "make room")

    with open_store(tmp_path) as rows:
        monkeypatch.setattr(marker, "put", full)
        with suppress(RalphError):
            rows.add(BATCH)
        assert rows.open_batch() is None


def test_nobody_opens_a_batch_while_the_marker_of_the_last_one_goes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put, met = marker.put, []

    def meeting(folder: Path, target: str | None) -> None:
        if target is None:
            with pytest.raises(sqlite3.OperationalError, match="locked"):
                other.add(BATCH._replace(id="c"))
            met.append(target)
        put(folder, target)

    monkeypatch.setattr(store, "BUSY", 0.01)
    with open_store(tmp_path) as rows, open_store(tmp_path) as other:
        rows.add(BATCH)
        monkeypatch.setattr(marker, "put", meeting)
        rows.set_phase("b", Phase.ABORTED)
    assert met == [None]


@pytest.mark.parametrize("opened", [True, False])
def test_whoever_opens_the_store_mends_it(tmp_path: Path, opened: bool) -> None:
    """A batch of an older version has none; a crash can leave one behind."""
    with open_store(tmp_path) as rows:
        rows.add(BATCH)
        if not opened:
            rows.set_phase("b", Phase.ABORTED)
    marker.put(tmp_path, None if opened else "refs/heads/main")
    with open_store(tmp_path):
        pass
    assert said(tmp_path) == ("refs/heads/main\n" if opened else None)
