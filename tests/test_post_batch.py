"""`hooks/post-batch`, called by its path."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


def script(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)


@pytest.fixture
def tools(tmp_path: Path) -> Path:
    """A PATH with what a machine has, and no ralph-hooks. Its python3 is ours, with the libraries that we need."""
    folder = tmp_path / "tools"
    folder.mkdir()
    for name in ("sh", "git", "readlink"):
        (folder / name).symlink_to(str(shutil.which(name)))
    script(folder / "python3", f'exec "{sys.executable}" "$@"')
    return folder


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """The project in a place with blanks and quotes in its name, not installed."""
    folder = tmp_path / "a check 'out'"
    shutil.copytree(ROOT / "ralph_hooks", folder / "ralph_hooks", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "hooks", folder / "hooks")
    return folder


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with a list of two parallel tasks, and modules with the names of ours."""
    place = tmp_path / "my repository"
    (place / "a subfolder").mkdir(parents=True)
    tasks = "".join(f"- [ ] 1.{n} [P] Task\n  - **Do**: it\n" for n in (1, 2))
    names = ("git.py", "yaml.py", "ralph_hooks.py", "a subfolder/git.py", "a subfolder/ralph_hooks.py")
    for name, text in {
        "tasks.md": tasks,
        **dict.fromkeys(names, "raise SystemExit('taken for one of ours')\n"),
    }.items():
        (place / name).write_text(text)
    for command in ("init", "add .", "commit -m list"):
        subprocess.run(["git", *command.split()], cwd=place, check=True, capture_output=True)
    return place


def call(launcher: Path, place: Path, path: str, *args: str) -> subprocess.CompletedProcess[str]:
    env = os.environ | {"PATH": path}
    return subprocess.run([launcher, *args], cwd=place, env=env, check=False, capture_output=True, text=True)


def ralph(place: Path, *args: str) -> None:
    subprocess.run([sys.executable, "-P", "-m", "ralph_hooks", *args], cwd=place, check=True, capture_output=True)


def test_it_lands_from_a_checkout_that_is_not_installed(tools: Path, checkout: Path, repository: Path) -> None:
    launcher, place = checkout / "hooks" / "post-batch", repository / "a subfolder"
    none = call(launcher, place, str(tools))
    assert (none.returncode, none.stdout) == (0, ""), none.stderr
    assert "no batch is open" in none.stderr

    ralph(repository, "start")
    running = call(launcher, place, str(tools))
    assert running.returncode == 1
    assert "still running: 1.1, 1.2" in running.stderr

    ralph(repository, "finish", "1.1")
    ralph(repository, "finish", "1.2")
    landed = call(launcher, place, str(tools))
    assert landed.returncode == 0, landed.stderr
    assert landed.stdout.endswith("TASK_COMPLETE\nBATCH_COMPLETE\n")


def test_arguments_go_to_land(tools: Path, checkout: Path, repository: Path) -> None:
    done = call(checkout / "hooks" / "post-batch", repository, str(tools), "--format", "json")
    assert done.returncode == 0
    assert '"batch": null' in done.stdout
    refused = call(checkout / "hooks" / "post-batch", repository, str(tools), "--non sense")
    assert refused.returncode == 2
    assert "unrecognized arguments: --non sense;" in refused.stderr


def test_it_works_through_links(tools: Path, checkout: Path, repository: Path, tmp_path: Path) -> None:
    (checkout / "link").symlink_to("hooks/post-batch")
    (tmp_path / "another link").symlink_to(checkout / "link")
    assert call(tmp_path / "another link", repository, str(tools)).returncode == 0


def test_an_installed_one_goes_first(tools: Path, checkout: Path, repository: Path) -> None:
    script(tools / "ralph-hooks", 'echo "installed, $#: $*"; exit 1')
    script(checkout / ".venv" / "bin" / "ralph-hooks", 'echo "of the checkout, $#: $*"')
    launcher = checkout / "hooks" / "post-batch"
    done = call(launcher, repository, str(tools), "--target", "a b")
    assert (done.returncode, done.stdout) == (1, "installed, 3: land --target a b\n")
    (tools / "ralph-hooks").unlink()
    assert call(launcher, repository, str(tools), "a b").stdout == "of the checkout, 2: land a b\n"


def test_a_variable_names_one_that_is_not_on_the_path(
    tools: Path, checkout: Path, repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script(tools / "ralph-hooks", "echo installed")
    script(tmp_path / "of mine", 'echo "mine: $*"')
    monkeypatch.setenv("RALPH_HOOKS", str(tmp_path / "of mine"))
    assert call(checkout / "hooks" / "post-batch", repository, str(tools)).stdout == "mine: land\n"
    (tmp_path / "of mine").unlink()
    assert call(checkout / "hooks" / "post-batch", repository, str(tools)).stdout == "installed\n"


def test_without_any_of_them_it_says_so(tools: Path, checkout: Path, repository: Path) -> None:
    (tools / "python3").unlink()
    done = call(checkout / "hooks" / "post-batch", repository, str(tools))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("ralph-hooks: error: ralph-hooks is not installed; ")


def test_outside_a_repository_it_ends_with_2(tools: Path, checkout: Path, tmp_path: Path) -> None:
    done = call(checkout / "hooks" / "post-batch", tmp_path, str(tools))
    assert done.returncode == 2
    assert "is not in the worktree of a git repository" in done.stderr
