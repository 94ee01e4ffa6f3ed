"""The scratch repository of the demonstration, and the environment that shuts the user's own configuration out."""

from __future__ import annotations

import json
import os
import site
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ralph_hooks
from ralph_hooks.demo.service import FILES, UNTRACKED
from ralph_hooks.errors import RalphError, UsageError

RALPH = (sys.executable, "-m", "ralph_hooks")


@dataclass(frozen=True, slots=True)
class Scratch:
    """`top` is the repository. All that runs in it is a process of its own, with `env` and an empty standard input."""

    top: Path
    env: Mapping[str, str]

    def run(self, command: Sequence[str], *, capture: bool = False) -> subprocess.CompletedProcess[str]:
        """Run a command, whatever it comes to. Its output goes where ours goes, unless it is captured."""
        return subprocess.run(
            command,
            cwd=self.top,
            env=self.env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if capture else None,
            stderr=None if capture else subprocess.STDOUT,
            encoding="utf-8",
            check=False,
        )

    def ask(self, *verb: str) -> dict[str, Any]:
        """What `ralph-hooks VERB --format json` says."""
        asked = self.run([*RALPH, *verb, "--format", "json"], capture=True)
        document: dict[str, Any] = json.loads(asked.stdout)
        return document

    def git(self, *args: str) -> str:
        """The output of a git command that has to work. Raises RalphError when it does not."""
        done = self.run(["git", *args], capture=True)
        if done.returncode != 0:
            raise RalphError(f"git {args[0]} failed with status {done.returncode}", "see what git said above")
        return done.stdout.strip()

    def popen(self, command: Sequence[str], cwd: Path) -> subprocess.Popen[str]:
        """Start a process in `cwd` that writes where we write."""
        return subprocess.Popen(
            command, cwd=cwd, env=self.env, stdin=subprocess.DEVNULL, stderr=subprocess.STDOUT, encoding="utf-8"
        )


@contextmanager
def open_scratch(keep: str | None) -> Iterator[Scratch]:
    """The scratch repository, with one commit. Removed when the block ends, unless `keep` names a folder for it."""
    if keep is None:
        with tempfile.TemporaryDirectory(prefix="ralph-hooks-demo-", ignore_cleanup_errors=True) as passing:
            yield _furnish(Path(passing).resolve())
        return
    folder = Path(keep).resolve()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise UsageError(f"{folder} is not empty", "name a folder that is, or a new one")
    except OSError as error:
        raise UsageError(f"{folder} cannot be used: {error.strerror}", "name another folder") from error
    yield _furnish(folder)


def _furnish(folder: Path) -> Scratch:
    home, top = folder / "home", folder / "shortlink"
    home.mkdir()
    top.mkdir()
    scratch = Scratch(top, _environment(home))
    scratch.git("init", "--quiet", "--initial-branch=main")
    # In the repository itself, so that one that is kept can be worked with.
    scratch.git("config", "user.name", "You")
    scratch.git("config", "user.email", "you@example.org")
    for path, content in {**FILES, **UNTRACKED}.items():
        (top / path).parent.mkdir(parents=True, exist_ok=True)
        (top / path).write_text(content, encoding="utf-8")
    scratch.git("add", "--all")
    scratch.git("commit", "--quiet", "-m", "A service that follows short links, and the list of what it still needs")
    return scratch


def _environment(home: Path) -> dict[str, str]:
    """No signing, hooks, templates or aliases of the user's, and no repository that a hook around us is about."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    package = str(Path(ralph_hooks.__file__).resolve().parents[1])
    path = os.pathsep.join(item for item in (package, kept.get("PYTHONPATH")) if item)
    own = {
        "HOME": str(home),
        "XDG_CONFIG_HOME": str(home / ".config"),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_PAGER": "cat",
        "GIT_TERMINAL_PROMPT": "0",
        "PYTHONPATH": path,
        "PYTHONUSERBASE": site.getuserbase(),  # an installation for one user is found below HOME
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUNBUFFERED": "1",  # results and notes come out in the order in which they were written
        "PYTHONIOENCODING": "utf-8:replace",
    }
    return kept | own
