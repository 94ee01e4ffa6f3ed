"""A lock that git processes inherit: theirs when the command is dead, and let go when that lets it go."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack, closing
from pathlib import Path
from threading import Event, Thread

import pytest
from workshop import Workshop, ended

from ralph_hooks.batch.file_lock import BusyError, file_lock
from ralph_hooks.errors import RefusedError
from ralph_hooks.git.conversation import Conversation
from ralph_hooks.git.process import begun
from ralph_hooks.progress import heard


def conversation(cwd: Path, *args: str) -> AbstractContextManager[Conversation]:
    return closing(Conversation(cwd, *args))


@pytest.mark.parametrize("begin", [begun, conversation])
def test_a_git_process_that_outlives_its_command_keeps_it(
    begin: Callable[..., AbstractContextManager[object]], tmp_path: Path
) -> None:
    """The command alone is killed, and its git waits for what it is to read."""
    lock, pipe = tmp_path / "lock", tmp_path / "pipe"
    os.mkfifo(pipe)
    command = os.fork()
    if command == 0:
        with file_lock(lock, 0, "here"), begin(tmp_path, "hash-object", str(pipe)):
            os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(command, 0)
    try:
        with pytest.raises(BusyError), file_lock(lock, 0, "here"):
            pass
    finally:
        pipe.write_bytes(b"")
    with file_lock(lock, 10, "here"):
        pass


def test_who_has_inherited_it_and_lives_on_does_not_keep_it(tmp_path: Path) -> None:
    """As a daemon that a hook of git's has begun."""
    with file_lock(tmp_path / "lock", 0, "here"):
        heir = subprocess.Popen(["cat"], stdin=subprocess.PIPE, close_fds=False)
    with heir, file_lock(tmp_path / "lock", 0, "here"):
        assert heir.poll() is None


def test_one_that_cannot_be_opened_is_not_done_without(tmp_path: Path) -> None:
    (tmp_path / "lock").mkdir()
    with pytest.raises(RefusedError, match="cannot be written"), file_lock(tmp_path / "lock", 0, "here"):
        raise AssertionError("nobody holds it")


def test_of_one_that_was_deleted_nobody_thinks_that_he_holds_it(tmp_path: Path) -> None:
    """Whoever waits has the old file open, and gets it when its holder ends; by then somebody has made another."""
    path = tmp_path / "lock"
    waits, has = Event(), Event()

    def wait() -> None:
        with heard(lambda _: waits.set()), file_lock(path, 60, "here"):
            has.set()

    waiting = Thread(target=wait)
    with ExitStack() as old:
        old.enter_context(file_lock(path, 0, "here"))
        waiting.start()
        assert waits.wait(60)
        path.unlink()
        with file_lock(path, 0, "here"):
            old.close()
            assert not has.wait(0.3)
    waiting.join(60)
    assert has.is_set()


def test_who_waits_is_told_for_whom(tmp_path: Path) -> None:
    go = tmp_path / "go"
    setup = f'setup = "while test ! -e {go}; do sleep 0.05; done"\n'
    shop = Workshop.make(tmp_path / "repo", config=f"lock_timeout = 0.2\n{setup}")
    process = shop.spawn("start", "1.1")
    deadline = time.monotonic() + 60
    while not shop.run("status", "--format", "json").json["tasks"]:
        assert time.monotonic() < deadline
    ran = shop.run("tick", "1.2")
    go.touch()
    assert ended(process).code == 0
    assert f"`ralph-hooks start` (process {process.pid}) is at work in this repository" in ran.err
