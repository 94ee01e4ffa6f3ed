"""A test run against a copy of the package, changed: does it see the difference?"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "ralph_hooks"
# What a change that merely broke the code would show. Such a failure says nothing about the guard.
_BROKEN = re.compile(r"\b(SyntaxError|IndentationError|NameError|UnboundLocalError|ImportError|ModuleNotFoundError)\b")
_SHUT_DOWN = "\nException ignored in"  # what Python says of generators that the failure left open, when it ends
_COLLECTED = {0, 1}  # exit codes of pytest: all passed, some failed


class Tried(NamedTuple):
    """What came of a test without a guard. `failed`: it did, in its own words; `broken`: the code no longer ran."""

    failed: bool
    broken: bool
    said: str


def copy_package(folder: Path, file: str, text: str) -> Path:
    """A folder for PYTHONPATH that holds the package, with `text` as its `file`."""
    compile(text, file, "exec")
    shutil.copytree(PACKAGE, folder / PACKAGE.name)
    changed = folder / PACKAGE.name / file
    for compiled in (changed.parent / "__pycache__").glob(f"{changed.stem}.*"):
        compiled.unlink()  # made in the same second, it would be taken for this one's
    changed.write_text(text, encoding="utf-8")
    shutil.copytree(ROOT / "hooks", folder / "hooks")
    return folder


def attempt(path: Path, *tests: str, scratch: Path) -> Tried:
    """Run the tests with the package at `path`."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    options = ("-x", "-m", "", "-p", "no:cacheprovider", "--basetemp", str(scratch), "--tb=short")
    ran = subprocess.run(
        [sys.executable, "-P", "-m", "pytest", *options, *tests],  # -P: not the package of the current directory
        cwd=ROOT,
        env={**env, "PYTHONPATH": str(path)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        timeout=300,
        check=False,
    )
    said = ran.stdout.partition(_SHUT_DOWN)[0]
    broken = ran.returncode not in _COLLECTED or bool(_BROKEN.search(said))
    return Tried(ran.returncode == 1, broken, ran.stdout)
