"""The pre-commit hooks that this repository offers, with the real pre-commit."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]
MANIFEST = ROOT / ".pre-commit-hooks.yaml"
PRE_COMMIT = Path(sys.executable).with_name("pre-commit")
GOOD = "- [ ] 1.1 [P] One\n  - **Do**: it\n- [ ] 1.2 [P] Two\n  - **Do**: it\n"
CIRCLE = "- [ ] 1.1 One\n  - **Depends on**: 1.2\n- [ ] 1.2 Two\n  - **Depends on**: 1.1\n"


def run(place: Path, *command: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(word) for word in command], cwd=place, check=False, capture_output=True, text=True, timeout=600
    )


def test_pre_commit_accepts_the_manifest() -> None:
    done = run(ROOT, PRE_COMMIT, "validate-manifest", MANIFEST)
    assert done.returncode == 0, done.stdout


def test_every_hook_is_documented_and_runs_a_command_that_there_is() -> None:
    from ralph_hooks.cli import VERBS  # noqa: PLC0415

    readme = (ROOT / "README.md").read_text()
    hooks = yaml.safe_load(MANIFEST.read_text())
    assert hooks
    for hook in hooks:
        assert f"id: {hook['id']}" in readme
        assert hook["entry"].split()[0] == "ralph-hooks"
        assert hook["entry"].split()[1] in VERBS


@pytest.fixture
def offered(tmp_path: Path) -> Path:
    """This project as a repository of hooks: what git tracks here, as it stands in the worktree."""
    place = tmp_path / "offered"
    place.mkdir()
    tracked = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    for name in filter(None, tracked.split("\0")):
        if (ROOT / name).is_file() and name.split("/")[0] in {"ralph_hooks", "pyproject.toml", "README.md", "LICENSE"}:
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            (place / name).write_bytes((ROOT / name).read_bytes())
    (place / MANIFEST.name).write_bytes(MANIFEST.read_bytes())
    commit(place, "hooks")
    return place


def commit(place: Path, message: str) -> subprocess.CompletedProcess[str]:
    if not (place / ".git").exists():
        assert run(place, "git", "init").returncode == 0
    assert run(place, "git", "add", "--all").returncode == 0
    return run(place, "git", "commit", "-m", message)


@pytest.fixture
def users(tmp_path: Path, offered: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user's repository with the hook installed, and a linked worktree of it beside it, called `linked`."""
    cache = os.environ.get("RALPH_TEST_PRE_COMMIT_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("PRE_COMMIT_HOME", cache)
    place = tmp_path / "users"
    place.mkdir()
    revision = run(offered, "git", "rev-parse", "HEAD").stdout.strip()
    repo = {"repo": str(offered), "rev": revision, "hooks": [{"id": "ralph-plan"}]}
    (place / ".pre-commit-config.yaml").write_text(yaml.safe_dump({"repos": [repo]}))
    assert commit(place, "configuration").returncode == 0
    installed = run(place, PRE_COMMIT, "install")
    assert installed.returncode == 0, installed.stdout + installed.stderr
    assert run(place, "git", "worktree", "add", "-b", "linked", tmp_path / "linked").returncode == 0
    return place


@pytest.mark.slow
def test_an_installed_hook_rejects_a_circle_and_passes_a_good_list(users: Path) -> None:
    for place in (users, users.with_name("linked")):
        before = run(place, "git", "rev-parse", "HEAD").stdout
        (place / "specs" / "one").mkdir(parents=True)
        (place / "specs" / "one" / "tasks.md").write_text(GOOD)
        (place / "specs" / "two").mkdir()
        (place / "specs" / "two" / "tasks.md").write_text(CIRCLE)
        refused = commit(place, "a list that goes in a circle")
        assert refused.returncode == 1
        assert "every staged task list can be planned" in refused.stderr
        assert "specs/two/tasks.md: tasks depend on each other in a circle" in refused.stderr
        assert run(place, "git", "rev-parse", "HEAD").stdout == before

        (place / "specs" / "two" / "tasks.md").write_text(GOOD)
        passed = commit(place, "two good lists")
        assert passed.returncode == 0, passed.stdout + passed.stderr
        assert "Passed" in passed.stderr
        assert run(place, "git", "status", "--porcelain").stdout == ""


@pytest.mark.slow
def test_try_repo_runs_it(offered: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRE_COMMIT_HOME", str(tmp_path / "cache"))
    place = tmp_path / "tried"
    place.mkdir()
    (place / "tasks.md").write_text(GOOD)
    (place / "not-tasks.md").write_text(CIRCLE)
    commit(place, "a list")
    passed = run(place, PRE_COMMIT, "try-repo", offered, "ralph-plan", "--all-files", "--verbose")
    assert passed.returncode == 0, passed.stdout + passed.stderr
    assert "ralph list: 2 tasks" in passed.stdout
    (place / "tasks.md").write_text(CIRCLE)
    commit(place, "a circle")
    refused = run(place, PRE_COMMIT, "try-repo", offered, "ralph-plan", "--all-files")
    assert refused.returncode == 1
    assert "tasks.md: tasks depend on each other in a circle" in refused.stdout
