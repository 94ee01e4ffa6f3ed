"""`lint --state`: what is in the index, whatever lies in the worktree."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from ralph_hooks.cli import main

LIST = "- [ ] 1.1 One\n  - **Do**: it\n- [ ] 1.2 Two\n  - **Do**: it\n"


def git(place: Path, *args: str) -> str:
    return subprocess.run(["git", *args], cwd=place, check=True, capture_output=True, text=True).stdout


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with one list in `specs/a`, and nothing beside it."""
    top = tmp_path / "top"
    (top / "specs" / "a").mkdir(parents=True)
    (top / "specs" / "a" / "tasks.md").write_text(LIST)
    git(top, "init", "-q")
    git(top, "add", ".")
    git(top, "commit", "-qm", "list")
    monkeypatch.chdir(top)
    return top


def state(place: Path, **values: object) -> Path:
    path = place / "specs" / "a" / ".ralph-state.json"
    path.write_text(json.dumps(values))
    return path


def found(capsys: pytest.CaptureFixture[str], *argv: str) -> list[str]:
    main(["lint", "--state", "--format", "json", *argv])
    return [f"{one['path']} {one['code']}" for one in json.loads(capsys.readouterr().out)["findings"]]


def test_a_state_file_in_the_index_is_an_error(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    state(place, totalTasks=2)
    assert found(capsys) == []
    git(place, "add", ".")
    assert found(capsys) == ["specs/a/tasks.md RH401"]
    assert main(["lint", "--state"]) == 1


def test_also_where_there_is_no_list(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (place / ".ralph-state.json").write_text("{}")
    git(place, "add", ".")
    assert found(capsys) == ["tasks.md RH401"]


def test_the_total_is_compared_with_the_list_in_the_index(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    state(place, totalTasks=3)
    assert found(capsys) == ["specs/a/tasks.md RH402"]
    (place / "specs" / "a" / "tasks.md").write_text(LIST + "- [ ] 1.3 Three\n  - **Do**: it\n")
    assert found(capsys) == ["specs/a/tasks.md RH402"]
    git(place, "add", "specs/a/tasks.md")
    assert found(capsys) == []


def test_a_staged_state_file_is_read_from_the_index(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = state(place, totalTasks=3)
    git(place, "add", ".")
    path.unlink()
    assert found(capsys) == ["specs/a/tasks.md RH401", "specs/a/tasks.md RH402"]
    for broken in ("{", "[]", '"x"', "\0"):
        path.write_text(broken)
        git(place, "add", ".")
        assert found(capsys) == ["specs/a/tasks.md RH401"]


def test_progress_files_of_tasks_are_found(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (place / "specs" / "a" / ".progress-task-3.md").write_text("")
    assert found(capsys) == []
    git(place, "add", ".")
    assert found(capsys) == ["specs/a/tasks.md RH404"]


def test_only_the_rules_about_the_state_run_unless_others_are_selected(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tasks = place / "specs" / "a" / "tasks.md"
    tasks.write_text(LIST.replace("1.2", "1.1"))
    git(place, "add", ".")
    tasks.write_text(LIST)
    assert found(capsys) == []
    assert found(capsys, "--select", "RH002") == ["specs/a/tasks.md RH002"]
    assert found(capsys, "--ignore", "RH4") == []


def test_it_is_the_same_from_everywhere_and_without_what_is_excluded(
    place: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    state(place, totalTasks=2)
    git(place, "add", ".")
    monkeypatch.chdir(place / "specs" / "a")
    assert found(capsys) == ["tasks.md RH401"]
    (place / ".ralph-hooks.toml").write_text('exclude = ["specs/a"]\n')
    assert found(capsys) == []


def test_a_commit_with_an_index_of_its_own_is_judged_by_it(
    place: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    own = place / ".git" / "next-index-1.lock"
    own.write_bytes((place / ".git" / "index").read_bytes())
    state(place, totalTasks=2)
    git(place, "add", ".")
    monkeypatch.setenv("GIT_INDEX_FILE", str(own))
    assert found(capsys) == []
    monkeypatch.setenv("GIT_INDEX_FILE", ".git/next-index-1.lock")
    assert found(capsys) == []


def test_the_index_of_another_repository_says_nothing(
    place: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    state(place, totalTasks=2)
    git(place, "add", ".")
    git(tmp_path, "init", "-q", "other")
    (tmp_path / "other" / "x").write_text("")
    git(tmp_path / "other", "add", ".")
    for leaked in (tmp_path / "other" / ".git" / "index", place / ".git" / "gone"):
        monkeypatch.setenv("GIT_INDEX_FILE", str(leaked))
        assert found(capsys) == ["specs/a/tasks.md RH401"]


def test_a_linked_worktree_has_an_index_of_its_own(
    place: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    git(place, "worktree", "add", "-q", str(tmp_path / "linked"))
    state(tmp_path / "linked", totalTasks=2)
    git(tmp_path / "linked", "add", ".")
    assert found(capsys) == []
    monkeypatch.chdir(tmp_path / "linked")
    index = git(tmp_path / "linked", "rev-parse", "--path-format=absolute", "--git-path", "index").strip()
    monkeypatch.setenv("GIT_INDEX_FILE", index)
    assert found(capsys) == ["specs/a/tasks.md RH401"]


@pytest.mark.parametrize("argv", [["--fix"], ["--diff"], ["tasks.md"], ["--write-baseline"]])
def test_it_only_looks(place: Path, capsys: pytest.CaptureFixture[str], argv: list[str]) -> None:
    assert main(["lint", "--state", *argv]) == 2
    assert "--state only looks" in capsys.readouterr().err


def test_outside_of_a_repository_it_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["lint", "--state"]) == 2
    assert "is not in the worktree of a git repository" in capsys.readouterr().err
