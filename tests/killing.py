"""Deeds that kill themselves, and a git that kills whoever runs it, before or after a process that a test names.

For what follows from one such moment. Every moment there is comes in tests/faults.
"""

from __future__ import annotations

import os
import shutil
import signal
import stat
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from workshop import Workshop

SHIM = """#!/bin/sh
exec 9>"$SHIM_COUNT.lock"
flock 9
count=$(($(cat "$SHIM_COUNT") + 1))
echo $count > "$SHIM_COUNT"
exec 9>&-
here=no
[ "$count" = "$SHIM_AT" ] && here=yes
case " $* " in *" $SHIM_AT "*) here=yes ;; esac
if [ $here = yes ] && [ "$SHIM_WHEN" = before ]; then kill -9 $PPID; exit 1; fi
"$SHIM_GIT" "$@"
status=$?
if [ $here = yes ] && [ "$SHIM_WHEN" = after ]; then kill -9 $PPID; fi
exit $status
"""


def killed(deed: Callable[[], object]) -> None:
    """The deed in a process of its own, which kills itself over it."""
    child = os.fork()
    if child == 0:
        deed()
        os._exit(0)
    assert os.waitpid(child, 0)[1] == signal.SIGKILL


class Killing:
    """A repository that is put back to one prepared moment before every kill."""

    def __init__(self, shop: Workshop, tmp_path: Path) -> None:
        self.shop, self.saved, self.count = shop, tmp_path / "saved", tmp_path / "count"
        bin_folder = tmp_path / "bin"
        bin_folder.mkdir()
        (bin_folder / "git").write_text(SHIM)
        (bin_folder / "git").chmod(stat.S_IRWXU)
        git = shutil.which("git")
        assert git
        self.path = f"{bin_folder}:{os.environ['PATH']}"
        self.git = git
        shutil.copytree(shop.path, self.saved, symlinks=True)

    def back(self) -> None:
        shutil.rmtree(self.shop.path)
        shutil.copytree(self.saved, self.shop.path, symlinks=True)

    def run(
        self, *command: str, at: int | str = 0, when: str = "before", program: Sequence[str] = ("-m", "ralph_hooks")
    ) -> int:
        """Run a command, killed at its git process number `at`, or at those with the argument `at`; 0: not at all.

        `program`: what Python is to run, by default our own. Gives its exit status.
        """
        self.count.write_text("0")
        env = {"PATH": self.path, "SHIM_COUNT": str(self.count), "SHIM_AT": str(at), "SHIM_WHEN": when}
        return subprocess.run(
            [sys.executable, *program, *command],
            cwd=self.shop.path,
            env={**os.environ, **env, "SHIM_GIT": self.git},
            capture_output=True,
            check=False,
        ).returncode

    def processes(self) -> int:
        return int(self.count.read_text())
