"""`ralph-hooks demo`, as a user runs it, on machines that are set up against it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

HOSTILE = """
[user]
    useConfigOnly = true
[commit]
    gpgSign = true
    template = /nowhere
[gpg]
    program = /nowhere
[core]
    hooksPath = /nowhere
    pager = false
    editor = false
[alias]
    log = !false
[color]
    ui = always
[init]
    defaultBranch = trunk
"""


def demo(home: Path, *args: str, env: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Run it as somebody whose home is `home`."""
    own = {"HOME": str(home), "GIT_CONFIG_GLOBAL": str(home / "gitconfig"), "TMPDIR": str(home / "tmp")}
    (home / "tmp").mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "ralph_hooks", "demo", *args]
    return subprocess.run(
        command, cwd=home, env=os.environ | own | (env or {}), capture_output=True, text=True, check=False, timeout=120
    )


def git(place: Path, *args: str) -> str:
    return subprocess.run(["git", *args], cwd=place, check=True, capture_output=True, text=True).stdout


def test_it_runs_to_its_end_under_a_hostile_configuration_and_touches_nothing(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    stop = {"hooks": {"Stop": [{"hooks": [{"type": "command", "command": "stop-handler.sh"}]}]}}
    theirs = {
        **dict.fromkeys(("gitconfig", ".gitconfig", "xdg/git/config"), HOSTILE),
        ".claude/settings.json": json.dumps(stop),
    }
    for name, text in theirs.items():
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_text(text)
    leaked = {"GIT_DIR": "/nowhere", "GIT_INDEX_FILE": "/nowhere", "GIT_AUTHOR_NAME": "Mallory"}
    leaked["XDG_CONFIG_HOME"] = str(home / "xdg")
    done = demo(home, "--keep", str(tmp_path / "kept here"), env=leaked)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Traceback" not in done.stdout
    assert "\x1b" not in done.stdout
    assert done.stdout.count("\nTASK_COMPLETE\nBATCH_COMPLETE\n") == 1
    assert "\nstop-handler: reads (no stop-handler found)\n" in done.stdout
    assert {str(path.relative_to(home)): path.read_text() for path in home.rglob("*") if path.is_file()} == theirs

    said = re.findall(r"^ +[\d.]+ s  (1\.\d)  (\w+ commits|task 1\.\d done)", done.stdout, re.MULTILINE)
    assert {task for task, what in said if "commits" in what} == {"1.2", "1.3", "1.4"}
    shown = re.findall(r"^\$ ralph-hooks (.*)$", done.stdout, re.MULTILINE)
    assert shown == ["plan", "start", "status", "land", "resolve 1.4", "land", "start", "tick 1.5", "log"]

    top = tmp_path / "kept here" / "shortlink"
    assert f"cd {top}" in done.stdout
    wanted = ["feat(codes)", "feat(visits)", "feat(expiry)", "chore"]
    assert [
        line.split(":")[0] for line in git(top, "log", "--reverse", "--format=%s", "main").splitlines()[1:]
    ] == wanted
    assert git(top, "log", "--reverse", "--format=%an", "main").split() == ["You", "Ada", "Grace", "Edsger", "You"]
    assert git(top, "status", "--porcelain") == ""


def test_what_is_not_as_designed_is_said(tmp_path: Path) -> None:
    tools = tmp_path / "tools"
    tools.mkdir()
    broken = tools / "git"
    real = shutil.which("git")
    broken.write_text(f'#!/bin/sh\nfor word; do [ "$word" = merge-tree ] && exit 7; done\nexec "{real}" "$@"\n')
    broken.chmod(0o755)
    done = demo(tmp_path, env={"PATH": f"{tools}:{os.environ['PATH']}"})
    assert done.returncode == 1
    assert "not as designed: `ralph-hooks land` ended with 2 instead of 1" in done.stderr
    assert "Traceback" not in done.stderr
    assert list((tmp_path / "tmp").iterdir()) == []


@pytest.mark.parametrize("place", ["full", "full/file"])
def test_a_folder_that_holds_something_is_refused(tmp_path: Path, place: str) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "file").write_text("mine\n")
    done = demo(tmp_path, "--keep", str(tmp_path / place))
    assert done.returncode == 2
    assert done.stderr.startswith("ralph-hooks: error: ")
    assert (tmp_path / "full" / "file").read_text() == "mine\n"


def test_its_data_is_in_the_wheel() -> None:
    """The build takes the package's folder as git lists it; nothing of ours may be ignored."""
    root = Path(__file__).resolve().parents[1]
    asked = ["git", "check-ignore", "ralph_hooks/demo/tasks.md"]
    assert subprocess.run(asked, cwd=root, check=False, capture_output=True).returncode == 1
