"""What runs in a scratch repository: git, and ours as a whole process, without anybody's configuration."""

from __future__ import annotations

import compileall
import os
import subprocess
import sys
from pathlib import Path

import ralph_hooks

WHEN = "1700000000 +0000"


def git(cwd: Path, *args: str, stdin: str | None = None) -> str:
    source: dict[str, object] = {"input": stdin} if stdin is not None else {"stdin": subprocess.DEVNULL}
    done = subprocess.run(["git", *args], cwd=cwd, capture_output=True, text=True, check=False, **source)
    if done.returncode:
        raise SystemExit(f"git {' '.join(args)}: {done.stderr}")
    return done.stdout.removesuffix("\n")


def command(top: Path, *args: str) -> str:
    """Run ours as a whole process, as it is installed; what it says to people."""
    arguments = [Path(sys.executable).with_name("ralph-hooks"), *args]
    done = subprocess.run(arguments, cwd=top, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"ralph-hooks {' '.join(args)}: {done.stdout}{done.stderr}")
    return done.stderr


def isolate(home: Path) -> None:
    """Nobody's configuration, fixed dates, no repacking in between."""
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        del os.environ[name]
    config = home / "gitconfig"
    config.write_text(
        "[user]\n\tname = Ada\n\temail = ada@example.org\n[gc]\n\tauto = 0\n[maintenance]\n\tauto = false\n"
    )
    os.environ.update(
        HOME=str(home),
        GIT_CONFIG_GLOBAL=str(config),
        GIT_CONFIG_NOSYSTEM="1",
        GIT_AUTHOR_DATE=WHEN,
        GIT_COMMITTER_DATE=WHEN,
    )
    compiled()


def compiled() -> None:
    """As an installed package has it: modules are compiled once, not at every start."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    compileall.compile_dir(Path(ralph_hooks.__file__).parent, quiet=2)
