"""A git process that is run: waited for without delay, and not for ever."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

import pytest

from ralph_hooks.errors import RalphError
from ralph_hooks.git.pack import object_id
from ralph_hooks.git.process import begun, run


def test_a_git_that_hangs_is_ended_whatever_it_has_started(tmp_path: Path) -> None:
    began = time.monotonic()
    with pytest.raises(RalphError, match=r"git hang gave no answer within 0\.2 seconds"):
        run(tmp_path, "hang", config=("alias.hang=!sleep 8",), limit=0.2)  # sleep lives on, and holds the pipes
    assert time.monotonic() - began < 7


def test_nobody_sleeps_until_git_has_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Python would look for its end a millisecond later, then two, then four: more than most of them take."""

    def slept(seconds: float) -> None:
        pytest.fail(f"slept for {seconds} seconds")

    (tmp_path / "git").write_text("#!/bin/sh\nexec >&- 2>&-\nsleep 0.1\n")  # its end comes after all that it says
    (tmp_path / "git").chmod(0o755)
    with monkeypatch.context() as patched:
        patched.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
        patched.setattr(subprocess.time, "sleep", slept)  # type: ignore[attr-defined]
        assert run(tmp_path, "late").stdout == b""


@pytest.mark.parametrize("size", [0, 100, 1 << 20])
def test_a_git_at_work_beside_us_gets_all_its_input(tmp_path: Path, size: int) -> None:
    """Of a megabyte the pipe holds a part; git may ask for the rest when we wait for its answer."""
    content = b"x" * size
    with begun(tmp_path, "hash-object", "--stdin", stdin=content) as answer:
        assert answer().text == object_id("sha1", "blob", content)


def test_a_git_at_work_beside_us_has_ended_when_an_error_passes_by(tmp_path: Path) -> None:
    shown = tmp_path / "shown"
    with pytest.raises(ZeroDivisionError), begun(tmp_path, "-c", f"alias.late=!sleep 0.1; echo >{shown}", "late"):
        raise ZeroDivisionError
    assert shown.exists()
