"""A git process that is talked to: one request at a time on its standard input, one answer on its output.

Saves a process per object: reading, merging and moving refs go through three or four of these per landing.
"""

from __future__ import annotations

import os
import select
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

from ralph_hooks.errors import RalphError
from ralph_hooks.git.process import TIME_LIMIT, GitError, command, environment, silent

_PIECE = 1 << 16  # bytes: what a pipe holds
_REMEMBERED = 1 << 16  # bytes of what git says beside its answers: the end of it tells why it has gone


class Conversation:
    """`git ARGS` in `cwd`, until it is closed. `limit`: seconds that it may be silent when an answer is due."""

    def __init__(
        self,
        cwd: Path,
        *args: str,
        env: Mapping[str, str] | None = None,
        config: Sequence[str] = (),
        limit: float = TIME_LIMIT,
    ) -> None:
        self._args, self._limit = args, limit
        self._process = subprocess.Popen(
            command(args, config),
            cwd=cwd,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment(env),
            close_fds=False,  # see batch/file_lock.py
        )
        self._ahead = bytearray()  # read, not yet asked for
        self._said = b""
        self._answers, self._remarks = _pipe(self._process.stdout).fileno(), _pipe(self._process.stderr).fileno()
        self._ready = select.poll()
        self._ready.register(self._answers, select.POLLIN)
        self._ready.register(self._remarks, select.POLLIN)

    def send(self, request: bytes) -> None:
        try:
            _pipe(self._process.stdin).write(request)
            _pipe(self._process.stdin).flush()
        except BrokenPipeError:
            raise self._broken() from None

    def line(self) -> bytes:
        """The next line of the answer, without its end. Raises GitError when git has gone."""
        return self._until(b"\n")

    def record(self) -> str:
        """The next part of an answer whose parts end with NUL."""
        return os.fsdecode(self._until(b"\0"))

    def read(self, size: int) -> bytes:
        while len(self._ahead) < size:
            self._ahead += self._more()
        return self._taken(size)

    def close(self) -> None:
        """End the input and wait; what git says at the end is not an error of the answers it has given."""
        self._end()

    def _until(self, end: bytes) -> bytes:
        looked = 0
        while (at := self._ahead.find(end, looked)) < 0:
            looked = len(self._ahead)
            self._ahead += self._more()
        return self._taken(at + 1)[:-1]

    def _taken(self, size: int) -> bytes:
        taken = bytes(self._ahead[:size])
        del self._ahead[:size]
        return taken

    def _more(self) -> bytes:
        """The next piece of the answer.

        Remarks are put aside as they come: a hook or a merge driver that fills their pipe would wait for ever, and we
        for git.
        """
        while ready := dict(self._ready.poll(self._limit * 1000)):
            if self._remarks in ready:
                self._listen()
            if self._answers in ready:
                if piece := os.read(self._answers, _PIECE):
                    return piece
                raise self._broken()
        raise self._silent()

    def _listen(self) -> None:
        remark = os.read(self._remarks, _PIECE)
        if not remark:
            self._ready.unregister(self._remarks)
        self._said = (self._said + remark)[-_REMEMBERED:]

    def _broken(self) -> GitError:
        rest = self._end()
        return GitError(self._args, self._process.returncode, self._said + rest)

    def _silent(self) -> RalphError:
        self._process.kill()
        self._process.wait()
        return silent(self._args, self._limit)

    def _end(self) -> bytes:
        try:
            return self._process.communicate(timeout=self._limit)[1]
        except subprocess.TimeoutExpired:
            raise self._silent() from None


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    assert pipe is not None  # noqa: S101 - Popen was given PIPE for all three
    return pipe
