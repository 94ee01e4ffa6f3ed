"""What a command is doing: shown where a terminal watches and it takes long, and gone before anything is printed."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr
from pathlib import Path

import pytest
from workshop import Workshop

from ralph_hooks import progress
from ralph_hooks.commands import activity

HIDE, SHOW, ERASE = b"\x1b[?25l", b"\x1b[?25h", b"\x1b[2K"


class Screen:
    """A terminal, and all that was written to it."""

    def __init__(self, end: int) -> None:
        self.end, self.seen = end, b""

    def read(self, wanted: bytes = b"", seconds: float = 10.0) -> bytes:
        """All that comes until `wanted` is among it; without it, what is there."""
        while not (wanted and wanted in self.seen) and select.select([self.end], [], [], seconds if wanted else 0)[0]:
            try:
                self.seen += os.read(self.end, 4096)
            except OSError:  # the other end is closed: that is how Linux says it
                break
        return self.seen


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Screen, int]]:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(activity, "PATIENCE", 0.01)
    ours, theirs = pty.openpty()
    yield Screen(ours), theirs
    os.close(ours)


@contextmanager
def on(end: int) -> Iterator[None]:
    with os.fdopen(end, "w") as stream, redirect_stderr(stream):
        yield


def test_what_is_told_is_shown_and_cleaned_away(terminal: tuple[Screen, int]) -> None:
    screen, end = terminal
    with on(end):
        with activity.shown("landing"):
            assert b"landing" in screen.read(b"landing")
            for item in progress.each("merging [b]\x1b", ["a", "b"]):
                screen.read(b"1 of 2" if item == "a" else b"2 of 2")
        seen = screen.read(SHOW)
        progress.tell("nobody listens any more")
        assert screen.read() == seen
    assert b"merging [b]\xef\xbf\xbd, 2 of 2" in seen, "data is no markup and no escape code"
    assert seen.startswith(HIDE)
    assert seen.rindex(ERASE) > seen.rindex(b"2 of 2")
    assert seen.rindex(SHOW) > seen.rindex(HIDE)
    assert b"\x1b[3" not in seen, "NO_COLOR is set"


def test_an_error_leaves_a_clean_line_too(terminal: tuple[Screen, int]) -> None:
    screen, end = terminal
    with on(end):
        with pytest.raises(KeyboardInterrupt), activity.shown("landing"):
            raise KeyboardInterrupt if b"landing" in screen.read(b"landing") else AssertionError
        seen = screen.read(SHOW)
    assert seen.rindex(ERASE) > seen.rindex(b"landing")


def dumb(patch: pytest.MonkeyPatch) -> None:
    patch.setenv("TERM", "dumb")


def no_terminal_type(patch: pytest.MonkeyPatch) -> None:
    patch.delenv("TERM")


def quick(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(activity, "PATIENCE", 60)


@pytest.mark.parametrize("why", [dumb, no_terminal_type, quick])
def test_nothing_is_shown(
    terminal: tuple[Screen, int], monkeypatch: pytest.MonkeyPatch, why: Callable[[pytest.MonkeyPatch], None]
) -> None:
    screen, end = terminal
    why(monkeypatch)
    with on(end):
        with activity.shown("landing"):
            progress.tell("merging")
        assert screen.read() == b""


def test_nothing_goes_through_a_pipe(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(activity, "PATIENCE", 0)
    monkeypatch.setattr("threading.Timer", None)  # nothing is even begun
    with activity.shown("landing"):
        progress.tell("merging")
    assert capfd.readouterr() == ("", "")


def test_a_batch_that_takes_its_time_says_so_and_its_results_can_be_piped(tmp_path: Path) -> None:
    shop = Workshop.make(tmp_path / "repo", config='setup = "sleep 1.4"\n')
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "ralph_hooks", "start", "1.1", "--format", "json"]
    with subprocess.Popen(
        command, cwd=shop.path, stdout=subprocess.PIPE, stderr=theirs, env={**os.environ, "TERM": "xterm"}
    ) as started:
        os.close(theirs)
        seen = Screen(ours).read(SHOW, seconds=60)
        out = started.communicate()[0]
    os.close(ours)
    assert b"setting the worktrees up" in seen
    assert seen.rindex(ERASE) > seen.rindex(b"setting")
    assert out.startswith(b"{\n")
    assert out.endswith(b"}\n")
