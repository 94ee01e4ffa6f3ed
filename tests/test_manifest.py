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
OFFERED = {"ralph_hooks", "hooks", "pyproject.toml", "README.md", "LICENSE"}
GOOD = "- [ ] 1.1 [P] One\n  - **Do**: it\n- [ ] 1.2 [P] Two\n  - **Do**: it\n"
GUARDED = """\
- [ ] 1.1 [P] One
  - **Files**: one.py
  - **Commit**: `feat(one): add one`
- [ ] 1.2 [P] Two
  - **Files**: two.py
"""
CLASH = "- [ ] 1.1 [P] One\n  - **Files**: a.py\n- [ ] 1.2 [P] Two\n  - **Files**: a.py\n"
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
    """This project as a repository of hooks, as it stands in the worktree."""
    place = tmp_path / "offered"
    place.mkdir()
    listed = run(ROOT, "git", "ls-files", "-z", "--cached", "--others", "--exclude-standard").stdout
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file() and name.split("/")[0] in OFFERED:
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


@pytest.fixture(params=["pre-commit", "prek"])
def users(tmp_path: Path, offered: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Path:
    """A user's repository with the hooks installed, and a linked worktree of it beside it, called `linked`."""
    runner = Path(sys.executable).with_name(request.param)
    assert runner.exists(), "both are in the extra `test`"
    monkeypatch.setenv("PRE_COMMIT_HOME", os.environ.get("RALPH_TEST_PRE_COMMIT_HOME", str(tmp_path / "cache")))
    monkeypatch.setenv("PREK_HOME", str(tmp_path / "prek"))
    place = tmp_path / "users"
    place.mkdir()
    revision = run(offered, "git", "rev-parse", "HEAD").stdout.strip()
    hooks = [{"id": "ralph-lint"}, {"id": "ralph-state"}, {"id": "ralph-plan"}]
    repo = {"repo": str(offered), "rev": revision, "hooks": hooks}
    (place / ".pre-commit-config.yaml").write_text(yaml.safe_dump({"repos": [repo]}))
    assert commit(place, "configuration").returncode == 0
    installed = run(place, runner, "install")
    assert installed.returncode == 0, installed.stdout + installed.stderr
    assert run(place, "git", "worktree", "add", "-b", "linked", tmp_path / "linked").returncode == 0
    return place


@pytest.mark.slow
def test_installed_hooks_reject_bad_commits_and_pass_good_ones(users: Path) -> None:
    """In the main worktree and in a linked one, where git tells hooks about its index in the environment."""
    for place in (users, users.with_name("linked")):
        good, bad = place / "specs" / "one" / "tasks.md", place / "specs" / "two" / "tasks.md"
        state = bad.with_name(".ralph-state.json")
        good.parent.mkdir(parents=True)
        bad.parent.mkdir()
        good.write_text(GOOD)

        bad.write_text(CIRCLE)
        said = rejected(place, "a list that goes in a circle")
        assert "every staged task list can be planned" in said
        assert "specs/two/tasks.md: tasks depend on each other in a circle" in said

        bad.write_text(CLASH)
        said = rejected(place, "a list whose tasks share a file")
        assert "specs/two/tasks.md:4:16: error RH201 same-file" in said

        bad.write_text(GOOD)
        state.write_text('{"totalTasks": 2}')
        said = rejected(place, "a state file")
        assert "specs/two/tasks.md:1:1: error RH401 state-committed" in said

        (place / ".gitignore").write_text(".ralph-state.json\n")
        run(place, "git", "rm", "-q", "--cached", "specs/two/.ralph-state.json")
        state.write_text('{"totalTasks": 7}')
        said = rejected(place, "a list beside a state file with another total")
        assert "specs/two/tasks.md:1:1: warning RH402 state-total" in said

        state.write_text('{"totalTasks": 2}')
        passed = commit(place, "two good lists")
        assert passed.returncode == 0, passed.stdout + passed.stderr
        assert "Passed" in passed.stderr + passed.stdout
        assert run(place, "git", "status", "--porcelain").stdout == ""


@pytest.mark.slow
def test_a_part_of_the_changes_is_committed_as_it_is_staged(users: Path) -> None:
    """`git commit PATH` has an index of its own: the state file that lies in the other one is no part of the commit."""
    place = users
    tasks, state = place / "tasks.md", place / ".ralph-state.json"
    tasks.write_text(GOOD)
    assert commit(place, "a list").returncode == 0
    state.write_text('{"totalTasks": 2}')
    assert run(place, "git", "add", "--force", str(state)).returncode == 0
    tasks.write_text(GOOD.replace("One", "First"))
    only = run(place, "git", "commit", "-m", "the list alone", "tasks.md")
    assert only.returncode == 0, only.stdout + only.stderr
    assert "RH401" in rejected(place, "now the state file too")


def rejected(place: Path, message: str) -> str:
    """What was said when a commit of everything was refused."""
    before = run(place, "git", "rev-parse", "HEAD").stdout
    refused = commit(place, message)
    assert refused.returncode == 1, refused.stdout + refused.stderr
    assert run(place, "git", "rev-parse", "HEAD").stdout == before
    return refused.stdout + refused.stderr


@pytest.mark.slow
def test_the_fixing_hook_mends_a_list_and_fails_once(
    offered: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PRE_COMMIT_HOME", str(tmp_path / "cache"))
    place = tmp_path / "tried"
    place.mkdir()
    (place / "tasks.md").write_text(GOOD.replace("[P] One", "[P] [P] One"))
    commit(place, "a list")
    command = (PRE_COMMIT, "try-repo", offered, "ralph-fix", "--all-files")
    first = run(place, *command)
    assert first.returncode == 1
    assert "files were modified by this hook" in first.stdout
    assert (place / "tasks.md").read_text() == GOOD
    assert run(place, *command).returncode == 0


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


@pytest.mark.slow
@pytest.mark.parametrize("manager", ["pre-commit", "prek"])
def test_they_guard_executors_and_nobody_else(
    manager: str, offered: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PRE_COMMIT_HOME", os.environ.get("RALPH_TEST_PRE_COMMIT_HOME", str(tmp_path / "cache")))
    monkeypatch.setenv("PREK_HOME", str(tmp_path / "prek"))
    place = tmp_path / "users"
    place.mkdir()
    hooks = [{"id": name} for name in ("ralph-guard", "ralph-commit-msg", "ralph-pre-push")]
    repo = {"repo": str(offered), "rev": run(offered, "git", "rev-parse", "HEAD").stdout.strip(), "hooks": hooks}
    (place / ".pre-commit-config.yaml").write_text(yaml.safe_dump({"repos": [repo]}))
    (place / "tasks.md").write_text(GUARDED)
    assert commit(place, "configuration").returncode == 0
    kinds = [word for kind in ("pre-commit", "commit-msg", "pre-push") for word in ("--hook-type", kind)]
    assert run(place, Path(sys.executable).with_name(manager), "install", *kinds).returncode == 0
    run(place, "git", "init", "-q", "--bare", tmp_path / "out")
    run(place, "git", "remote", "add", "out", tmp_path / "out")
    started = run(place, sys.executable, "-P", "-m", "ralph_hooks", "start")
    assert started.returncode == 0, started.stderr
    executor = next((place / ".ralph" / "worktrees").glob("*/1.1"))

    (executor / "two.py").write_text("2\n")
    refused = commit(executor, "feat(one): add one")
    assert refused.returncode == 1
    assert "two.py belongs to task 1.2 of the same batch" in refused.stdout + refused.stderr
    (executor / "two.py").rename(executor / "one.py")
    passed = commit(executor, "feat(one): add one")
    assert passed.returncode == 0, passed.stdout + passed.stderr
    assert "\nRalph-Task: 1.1\n" in run(executor, "git", "log", "-1", "--format=%B").stdout
    pushed = run(executor, "git", "push", "out", "HEAD:refs/heads/half-done")
    assert pushed.returncode == 1
    assert "is an executor's, and not finished" in pushed.stdout + pushed.stderr

    (place / "two.py").write_text("2\n")
    mine = commit(place, "Mine")
    assert mine.returncode == 0, mine.stdout + mine.stderr
    assert run(place, "git", "log", "-1", "--format=%B").stdout == "Mine\n\n"
    assert run(place, "git", "push", "out", "main").returncode == 1
    assert run(place, "git", "push", "out", "HEAD~1:refs/heads/before").returncode == 0
