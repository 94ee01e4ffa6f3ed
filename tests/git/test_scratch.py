"""A scratch folder goes with its block, and with the next command after a crash."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from workshop import Workshop

from ralph_hooks.git.claims import are_left, settle_claims
from ralph_hooks.git.repository import Repository, open_repository
from ralph_hooks.git.scratch import scratch_folder


@pytest.fixture
def known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    (tmp_path / "scratch").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "scratch"))
    return open_repository(Workshop.make(tmp_path / "repo", ["1.1"]).path)


def test_it_goes_with_its_block(known: Repository, tmp_path: Path) -> None:
    with scratch_folder(known, "test") as folder:
        (folder / "deep").mkdir()
        assert folder.stat().st_mode & 0o777 == 0o700
    assert list((tmp_path / "scratch").iterdir()) == []
    assert not are_left(known.common_dir)


def test_after_a_crash_it_goes_with_the_next_command(known: Repository, tmp_path: Path) -> None:
    child = os.fork()
    if child == 0:
        with scratch_folder(known, "test") as folder:
            (folder / "file").write_text("x")
            os._exit(0)
    os.waitpid(child, 0)
    assert list((tmp_path / "scratch").iterdir()) != []
    settle_claims(known.common_dir)
    assert list((tmp_path / "scratch").iterdir()) == []
