"""A Python that has our package loaded, and forks for every run of a command under `supervisor.c`.

Run as a program, with that library as its argument. Each line of its input is a run, as JSON; when all that the run has
begun has ended, the supervisor's exit status is a line of the output. A sweep runs thousands of commands, and most of
what each would do is to load Python.
"""

from __future__ import annotations

import ctypes
import gc
import json
import os
import pkgutil
import signal
import socket
import sys
import tempfile
from importlib import import_module
from typing import Any, NoReturn

import ralph_hooks
from ralph_hooks import cli

_SKIPPED = ("ralph_hooks.__main__", "ralph_hooks.demo")  # a program; scenes have nothing to do with the other


def main(library: str) -> None:
    calls = ctypes.CDLL(library)
    for module in pkgutil.walk_packages(ralph_hooks.__path__, "ralph_hooks."):
        if not module.name.startswith(_SKIPPED):
            import_module(module.name)
    gc.freeze()
    for line in sys.stdin:
        supervisor = os.fork()
        if supervisor == 0:
            _supervise(calls, json.loads(line))
        print(os.waitstatus_to_exitcode(os.waitpid(supervisor, 0)[1]), flush=True)


def _supervise(calls: ctypes.CDLL, run: dict[str, Any]) -> NoReturn:
    calls.stand_by()
    ours, theirs = socket.socketpair()
    command = os.fork()
    if command == 0:
        _run(calls, theirs, run)
    theirs.close()
    _, (listener,), *_ = socket.recv_fds(ours, 1, 1)
    report, below, action = (os.fsencode(run[name]) for name in ("report", "below", "action"))
    os._exit(calls.supervise(report, below, run["at"], action, run["hold"], listener, command))


def _run(calls: ctypes.CDLL, supervisor: socket.socket, run: dict[str, Any]) -> NoReturn:
    """As `ralph-hooks` begins, with everything loaded."""
    os.chdir(run["cwd"])
    os.environ.clear()
    os.environ.update(run["env"])
    tempfile.tempdir = None
    for number, name, flags in (
        (0, "in", os.O_RDONLY),
        (1, "out", os.O_WRONLY | os.O_CREAT | os.O_TRUNC),
        (2, "err", os.O_WRONLY | os.O_CREAT | os.O_TRUNC),
    ):
        os.dup2(os.open(run[name], flags), number)
    sys.stdin, sys.stdout, sys.stderr = open(0), open(1, "w"), open(2, "w")  # noqa: SIM115 - as long as we live
    sys.argv = ["ralph-hooks", *run["command"]]
    signal.signal(signal.SIGINT, signal.default_int_handler)
    listener = calls.listen_to_calls()
    socket.send_fds(supervisor, [b"."], [listener])
    os.close(listener)
    supervisor.close()
    cli.program()


if __name__ == "__main__":
    main(sys.argv[1])
