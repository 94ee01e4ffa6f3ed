"""Which list is meant, and which files beside it are the spec's own."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from ralph_hooks.errors import UsageError
from ralph_hooks.spec.locate import Spec, locate, temporary_files


def put(root: Path, *paths: str) -> None:
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text("")


def settings(root: Path, front_matter: str) -> None:
    put(root, ".claude/ralph-specum.local.md")
    (root / ".claude/ralph-specum.local.md").write_text(f"---\n{front_matter}\n---\n\nNotes.\n")


def current(root: Path, pointer: str, content: str) -> None:
    put(root, pointer)
    (root / pointer).write_text(content)


def found(root: Path, cwd: str = ".", tasks: str | None = None, spec: str | None = None) -> tuple[str, str]:
    located = locate(root, cwd=root / cwd, tasks=tasks, spec=spec)
    assert located.root == root
    return located.tasks, located.kind


def refused(root: Path, tasks: str | None = None, spec: str | None = None, cwd: str = ".") -> str:
    with pytest.raises(UsageError) as error:
        locate(root, cwd=root / cwd, tasks=tasks, spec=spec)
    return str(error.value)


# --- named by --tasks


@pytest.mark.parametrize(
    ("cwd", "tasks"),
    [(".", "docs/plan.md"), ("docs", "plan.md"), ("docs/deep", "../plan.md"), (".", "./docs//plan.md")],
)
def test_tasks_names_any_list_from_the_current_directory(tmp_path: Path, cwd: str, tasks: str) -> None:
    put(tmp_path, "docs/plan.md", "docs/deep/other")
    assert found(tmp_path, cwd, tasks=tasks) == ("docs/plan.md", "list")


def test_tasks_takes_an_absolute_path_inside_the_repository(tmp_path: Path) -> None:
    put(tmp_path, "docs/plan.md")
    assert found(tmp_path, tasks=str(tmp_path / "docs/plan.md")) == ("docs/plan.md", "list")


def test_a_root_that_is_reached_through_a_symlink(tmp_path: Path) -> None:
    put(tmp_path, "real/tasks.md")
    (tmp_path / "link").symlink_to("real")
    assert found(tmp_path / "link", tasks="tasks.md") == ("tasks.md", "list")


def test_a_symlink_inside_the_repository_names_the_file_it_leads_to(tmp_path: Path) -> None:
    put(tmp_path, "specs/one/tasks.md")
    (tmp_path / "latest").symlink_to("specs/one")
    assert found(tmp_path, tasks="latest/tasks.md") == ("specs/one/tasks.md", "list")


def test_tasks_that_leave_the_repository_are_refused(tmp_path: Path) -> None:
    put(tmp_path, "repository/tasks.md", "outside.md", "repository-2/tasks.md")
    root = tmp_path / "repository"
    (root / "link.md").symlink_to("../outside.md")
    for tasks in ("../outside.md", str(tmp_path / "outside.md"), "link.md", "../repository-2/tasks.md", ".."):
        assert f"--tasks {tasks} leads out of the repository" in refused(root, tasks=tasks)


def test_a_missing_list_is_refused(tmp_path: Path) -> None:
    assert refused(tmp_path, tasks="no.md") == "--tasks no.md: there is no no.md; name a list with --tasks FILE"


def test_a_directory_is_refused_with_what_to_write(tmp_path: Path) -> None:
    put(tmp_path, "specs/one/tasks.md")
    assert refused(tmp_path, tasks="specs/one") == (
        "--tasks specs/one is a directory; name the file, or use --spec specs/one"
    )


def test_a_list_of_another_repository_inside_is_refused(tmp_path: Path) -> None:
    put(tmp_path, "trees/a/.git", "trees/a/specs/one/tasks.md")
    message = refused(tmp_path, tasks="trees/a/specs/one/tasks.md")
    assert message == "--tasks trees/a/specs/one/tasks.md is in another repository, trees/a; run the command there"


def test_a_list_in_the_git_directory_is_refused(tmp_path: Path) -> None:
    put(tmp_path, ".git/tasks.md")
    assert "is in another repository" in refused(tmp_path, tasks=".git/tasks.md")


def test_tasks_and_spec_at_once_are_refused(tmp_path: Path) -> None:
    put(tmp_path, "specs/one/tasks.md")
    assert refused(tmp_path, "specs/one/tasks.md", "one") == "--tasks and --spec both name a list; give one of them"


# --- named by --spec


@pytest.mark.parametrize(
    ("cwd", "spec"),
    [(".", "one"), (".", "specs/one"), (".", "./specs/one/"), ("specs", "one"), ("specs", "./one"), ("specs/one", ".")],
)
def test_spec_is_a_bare_name_or_a_path(tmp_path: Path, cwd: str, spec: str) -> None:
    put(tmp_path, "specs/one/tasks.md", "specs/two/tasks.md")
    assert found(tmp_path, cwd, spec=spec) == ("specs/one/tasks.md", "list")


def test_a_bare_name_is_looked_up_in_every_specs_dir(tmp_path: Path) -> None:
    put(tmp_path, "specs/one/tasks.md", "packages/api/specs/two/tasks.md")
    settings(tmp_path, 'specs_dirs: ["./specs", "./packages/api/specs"]')
    assert found(tmp_path, spec="two") == ("packages/api/specs/two/tasks.md", "list")


def test_a_name_in_two_specs_dirs_is_refused(tmp_path: Path) -> None:
    put(tmp_path, "a/one/tasks.md", "b/one/tasks.md")
    settings(tmp_path, "specs_dirs: [a, b]")
    assert refused(tmp_path, spec="one") == ("several specs are named one: a/one, b/one; name one with --spec ./PATH")


def test_a_spec_without_a_list_is_refused(tmp_path: Path) -> None:
    put(tmp_path, "specs/one/research.md")
    assert refused(tmp_path, spec="specs/one") == (
        "--spec specs/one: there is no specs/one/tasks.md; name a list with --tasks FILE"
    )


# --- the current spec


@pytest.mark.parametrize("content", ["one\n", " one ", "./specs/one", "./specs/one/\n", "one\r\n"])
def test_the_current_spec_is_a_name_or_a_path(tmp_path: Path, content: str) -> None:
    put(tmp_path, "specs/one/tasks.md", "specs/two/tasks.md")
    current(tmp_path, "specs/.current-spec", content)
    assert found(tmp_path, "specs/two") == ("specs/one/tasks.md", "ralph")


def test_the_current_spec_in_another_specs_dir(tmp_path: Path) -> None:
    put(tmp_path, "packages/api/specs/two/tasks.md", "specs/one/tasks.md")
    settings(tmp_path, "enabled: true\nspecs_dirs: [./specs, ./packages/api/specs]")
    current(tmp_path, "packages/api/specs/.current-spec", "two")
    assert found(tmp_path) == ("packages/api/specs/two/tasks.md", "ralph")


def test_the_first_specs_dir_wins(tmp_path: Path) -> None:
    put(tmp_path, "a/one/tasks.md", "b/two/tasks.md")
    settings(tmp_path, "specs_dirs: [a, b]")
    current(tmp_path, "b/.current-spec", "two")
    current(tmp_path, "a/.current-spec", "one")
    assert found(tmp_path) == ("a/one/tasks.md", "ralph")


def test_an_empty_pointer_is_none(tmp_path: Path) -> None:
    put(tmp_path, "specs/one/tasks.md")
    current(tmp_path, "specs/.current-spec", "\n")
    assert found(tmp_path) == ("specs/one/tasks.md", "list")


def test_a_current_spec_without_a_list_is_refused(tmp_path: Path) -> None:
    put(tmp_path, "specs/two/tasks.md", "specs/one/research.md")
    current(tmp_path, "specs/.current-spec", "one")
    assert refused(tmp_path) == (
        "the current spec specs/one: there is no specs/one/tasks.md; name a list with --tasks FILE"
    )


@pytest.mark.parametrize("content", ["../..", "./../x", "/etc"])
def test_a_current_spec_outside_is_refused(tmp_path: Path, content: str) -> None:
    put(tmp_path, "specs/one/tasks.md")
    current(tmp_path, "specs/.current-spec", content)
    assert "leads out of the repository" in refused(tmp_path)


@pytest.mark.parametrize("content", [b"a\0b", b"\xff"])
def test_a_pointer_that_is_no_path_is_refused(tmp_path: Path, content: bytes) -> None:
    put(tmp_path, "specs/one/tasks.md")
    (tmp_path / "specs/.current-spec").write_bytes(content)
    assert refused(tmp_path).startswith("specs/.current-spec")


@pytest.mark.parametrize(
    ("front_matter", "message"),
    [
        ("specs_dirs: [../x]", "specs_dirs names ../x, outside the repository"),
        ("specs_dirs: [/etc]", "specs_dirs names /etc, outside the repository"),
        ("specs_dirs: [a/../..]", "specs_dirs names .., outside the repository"),
        ('specs_dirs: ["a\\0b"]', "outside the repository"),
        ("specs_dirs: [1]", "specs_dirs is not a list of directories"),
        ("specs_dirs: {a: b}", "specs_dirs is not a list of directories"),
        ("specs_dirs: [", "the front matter is not YAML"),
    ],
)
def test_specs_dirs_that_make_no_sense_are_refused(tmp_path: Path, front_matter: str, message: str) -> None:
    settings(tmp_path, front_matter)
    refusal = refused(tmp_path)
    assert refusal.startswith(".claude/ralph-specum.local.md: ")
    assert message in refusal


@pytest.mark.parametrize("front_matter", ["specs_dirs: gone", "specs_dirs: []", "specs_dirs:", "enabled: true", ""])
def test_specs_is_the_default(tmp_path: Path, front_matter: str) -> None:
    put(tmp_path, "specs/one/tasks.md")
    settings(tmp_path, front_matter)
    assert found(tmp_path) == ("specs/one/tasks.md", "list")


def test_settings_with_windows_line_ends(tmp_path: Path) -> None:
    put(tmp_path, "a/one/tasks.md", "specs/two/tasks.md", ".claude/ralph-specum.local.md")
    (tmp_path / ".claude/ralph-specum.local.md").write_bytes(b"---\r\nspecs_dirs: [a]\r\n---\r\n")
    assert found(tmp_path) == ("a/one/tasks.md", "list")


# --- nothing names one


@pytest.mark.parametrize("path", ["tasks.md", "specs/001-login/tasks.md"])
def test_the_only_list_is_taken(tmp_path: Path, path: str) -> None:
    put(tmp_path, path, "docs/tasks.md")
    assert found(tmp_path) == (path, "list")


def test_several_lists_are_listed(tmp_path: Path) -> None:
    put(tmp_path, "specs/b/tasks.md", "specs/a/tasks.md", "tasks.md")
    assert refused(tmp_path) == (
        "several task lists: tasks.md, specs/a/tasks.md, specs/b/tasks.md; name one with --tasks FILE"
    )


def test_a_long_list_of_candidates_is_cut(tmp_path: Path) -> None:
    put(tmp_path, *(f"specs/{number:02}/tasks.md" for number in range(12)))
    assert "specs/09/tasks.md and 2 more; name one" in refused(tmp_path)


def test_no_list_is_refused(tmp_path: Path) -> None:
    assert refused(tmp_path) == "no task list: no tasks.md here or in the specs; name one with --tasks FILE"


# --- the kind, and what is the spec's own


@pytest.mark.parametrize("beside", [".ralph-state.json", ".progress.md"])
def test_a_state_file_or_a_log_beside_the_list_makes_it_ralph(tmp_path: Path, beside: str) -> None:
    put(tmp_path, "docs/plan.md", f"docs/{beside}")
    assert found(tmp_path, tasks="docs/plan.md") == ("docs/plan.md", "ralph")


def test_the_list_of_the_current_spec_is_ralph_however_it_is_named(tmp_path: Path) -> None:
    put(tmp_path, "specs/one/tasks.md", "specs/two/tasks.md")
    current(tmp_path, "specs/.current-spec", "one")
    assert found(tmp_path, tasks="specs/one/tasks.md") == ("specs/one/tasks.md", "ralph")
    assert found(tmp_path, tasks="specs/two/tasks.md") == ("specs/two/tasks.md", "list")


RALPH = Spec(Path("/r"), "specs/one/tasks.md", "ralph")
PLAIN = Spec(Path("/r"), "specs/one/tasks.md", "list")
TOP = Spec(Path("/r"), "tasks.md", "ralph")


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        (RALPH, ("specs/one", "specs/one/.progress.md", "specs/one/.ralph-state.json")),
        (PLAIN, ("specs/one", None, None)),
        (TOP, (".", ".progress.md", ".ralph-state.json")),
    ],
)
def test_where_the_files_are(spec: Spec, expected: tuple[str, str | None, str | None]) -> None:
    assert (spec.directory, spec.progress, spec.state) == expected


@pytest.mark.parametrize(
    "path",
    [
        "specs/one/tasks.md",
        "specs/one/.progress.md",
        "specs/one/.progress-task-3.md",
        "specs/one/.progress-task-1.2.md",
        "specs/one/.ralph-state.json",
        "specs/one/.ralph-state.json.x1.tmp",
        "specs/one/.tasks.lock",
        "specs/one/.git-commit.lock",
        "specs/.current-spec",
    ],
)
def test_own_files_of_a_ralph_spec(path: str) -> None:
    assert RALPH.own(path)
    assert PLAIN.own(path) is (path == "specs/one/tasks.md")


@pytest.mark.parametrize(
    "path",
    [
        "tasks.md",
        "specs/one/design.md",
        "specs/one/progress.md",
        "specs/one/Cargo.lock",
        "specs/one/deep/.progress.md",
        "specs/one/deep/tasks.md",
        "specs/two/tasks.md",
        "specs/two/.progress.md",
        "specs/one/.current-spec",
        ".current-spec",
        "src/.ralph-state.json",
    ],
)
def test_files_that_are_not_the_specs_own(path: str) -> None:
    assert not RALPH.own(path)


@pytest.mark.parametrize("path", ["tasks.md", ".progress.md", ".tasks.lock"])
def test_own_files_of_a_list_at_the_top(path: str) -> None:
    assert TOP.own(path)
    assert not TOP.own(f"src/{path}")


def test_temporary_files_of_no_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An error of the disk does not pass for a folder without any: what executors wrote would be left out."""
    for name in (".progress-task-2.md", ".progress-task-1.md", "progress-task-3.md"):
        (tmp_path / name).write_text("x\n")
    assert [file.name for file in temporary_files(tmp_path)] == [".progress-task-1.md", ".progress-task-2.md"]
    assert temporary_files(tmp_path / "missing") == temporary_files(tmp_path / "progress-task-3.md") == []

    def broken(_: Path) -> list[str]:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "listdir", broken)
    with pytest.raises(OSError, match="Input/output"):
        temporary_files(tmp_path)
