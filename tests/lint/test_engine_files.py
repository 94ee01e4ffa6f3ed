"""Reading and writing lists, and finding them."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from ralph_hooks.errors import UsageError
from ralph_hooks.lint import files
from ralph_hooks.lint.discover import target, targets, top_of


@pytest.mark.parametrize(
    ("content", "text", "problem"),
    [
        (b"", "", None),
        (b"a\r\n", "a\r\n", None),
        ("\ufeffä".encode(), "\ufeffä", None),
        (b"caf\xe9 x", "caf\udce9 x", "is not UTF-8: the byte 0xe9"),
        ("tasks".encode("utf-16"), None, "is UTF-16: save it as UTF-8"),
        ("- [ ] 1.1 One".encode("utf-16-le"), None, "is UTF-16: save it as UTF-8"),
        ("- [ ] 1.1 One".encode("utf-16-be"), None, "is UTF-16: save it as UTF-8"),
        (b"\x89PNG\r\n\0\0", None, "is binary, no text"),
        (b"x" * (files.LIMIT + 1), None, "has 8 MB: no task list is that long, it was not read"),
    ],
    ids=lambda value: repr(value)[:20],
)
def test_content_is_text_or_a_problem(content: bytes, text: str | None, problem: str | None) -> None:
    assert (files.decode(content).text, files.decode(content).problem) == (text, problem)


def test_bytes_that_are_no_utf8_have_a_place_and_survive() -> None:
    source = files.decode(b"ab\n\xff\xfe")
    assert source.offset == 3
    assert files.encode(source.text or "") == b"ab\n\xff\xfe"


def test_what_is_no_file_is_a_problem_and_no_wait(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "link").symlink_to("nowhere")
    (tmp_path / "loop").symlink_to("loop")
    with (tmp_path / "large").open("wb") as sparse:
        sparse.truncate(50_000_000)
    problems = {name: files.read(tmp_path / name).problem for name in ("fifo", "link", "loop", "large", "x\0y", "gone")}
    assert problems == {
        "fifo": "is not a regular file",
        "link": "is a link that leads nowhere",
        "loop": "cannot be read: Too many levels of symbolic links",
        "large": "has 50 MB: no task list is that long, it was not read",
        "x\0y": "cannot be read: embedded null byte",
        "gone": "is not there",
    }
    assert files.read(tmp_path).problem == "is a directory"


def test_writing_keeps_the_mode_and_the_link(tmp_path: Path) -> None:
    real, link = tmp_path / "real.md", tmp_path / "tasks.md"
    real.write_text("old")
    real.chmod(0o640)
    link.symlink_to("real.md")
    files.write(link, "new\r\n\udcff", "old")
    assert link.is_symlink()
    assert real.read_bytes() == b"new\r\n\xff"
    assert stat.S_IMODE(real.stat().st_mode) == 0o640
    assert sorted(path.name for path in tmp_path.iterdir()) == ["real.md", "tasks.md"]


def test_a_list_that_has_changed_meanwhile_is_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "tasks.md"
    path.write_text("ticked by somebody")
    with pytest.raises(UsageError, match="changed by someone else"):
        files.write(path, "new", "old")
    assert path.read_text() == "ticked by somebody"
    assert len(list(tmp_path.iterdir())) == 1


def test_a_list_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be written: No such file or directory"):
        files.write(tmp_path / "gone" / "tasks.md", "new")


# Finding.


def make(top: Path, *names: str) -> None:
    for name in names:
        (top / name).parent.mkdir(parents=True, exist_ok=True)
        (top / name).write_text("")


def shown(top: Path, *named: str, cwd: str = ".", exclude: tuple[str, ...] = ()) -> list[str]:
    return [one.shown for one in targets(named, top / cwd, top, exclude)]


def test_every_list_of_the_repository_is_found_in_order(tmp_path: Path) -> None:
    make(tmp_path, "tasks.md", "specs/b/tasks.md", "specs/a/tasks.md", "specs/a/design.md", "x/y/z/tasks.md")
    assert shown(tmp_path) == ["tasks.md", "specs/a/tasks.md", "specs/b/tasks.md", "x/y/z/tasks.md"]
    assert shown(tmp_path, cwd="specs") == ["../tasks.md", "a/tasks.md", "b/tasks.md", "../x/y/z/tasks.md"]


def test_folders_that_are_nobodys_work_are_passed_over(tmp_path: Path) -> None:
    make(tmp_path, ".git/tasks.md", ".ralph/worktrees/1/tasks.md", "a/node_modules/b/tasks.md", "venv/tasks.md")
    make(tmp_path, "sub/.git", "sub/tasks.md", "build/tasks.md", "kept/tasks.md", "a/out/tasks.md")
    (tmp_path / ".gitignore").write_text("# made\n/build/\nout\n\n")
    assert shown(tmp_path) == ["kept/tasks.md"]


def test_an_ignore_file_with_exceptions_is_not_followed(tmp_path: Path) -> None:
    make(tmp_path, "specs/tasks.md")
    (tmp_path / ".gitignore").write_text("*\n!specs\n")
    assert shown(tmp_path) == ["specs/tasks.md"]


def test_hidden_folders_of_specs_are_looked_into(tmp_path: Path) -> None:
    make(tmp_path, ".specs/a/tasks.md", ".other/tasks.md", ".claude/x", "tasks.md")
    (tmp_path / ".claude" / "ralph-specum.local.md").write_text("---\nspecs_dirs: [./.specs]\n---\n")
    assert shown(tmp_path) == ["tasks.md", ".specs/a/tasks.md"]


def test_named_files_and_folders(tmp_path: Path) -> None:
    make(tmp_path, "a/tasks.md", "a/b/tasks.md", "list.md")
    assert shown(tmp_path, "list.md", "a", "a/tasks.md", "./list.md") == ["list.md", "a/tasks.md", "a/b/tasks.md"]
    assert shown(tmp_path, "../list.md", cwd="a") == ["../list.md"]


def test_excludes_hold_for_what_is_named_too(tmp_path: Path) -> None:
    make(tmp_path, "a/tasks.md", "b/tasks.md")
    assert shown(tmp_path, "a/tasks.md", "b/tasks.md", exclude=("a",)) == ["b/tasks.md"]
    assert shown(tmp_path, "tasks.md", cwd="a", exclude=("/a/",)) == []
    assert shown(tmp_path, exclude=("a/*",)) == ["b/tasks.md"]


def test_a_name_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no gone"):
        shown(tmp_path, "gone")


def test_links_to_folders_are_not_followed(tmp_path: Path) -> None:
    make(tmp_path, "a/tasks.md")
    (tmp_path / "a" / "up").symlink_to("..")
    assert shown(tmp_path) == ["a/tasks.md"]


def test_the_top_is_where_git_is_or_here(tmp_path: Path) -> None:
    make(tmp_path, "a/b/c")
    assert top_of(tmp_path / "a" / "b") == tmp_path / "a" / "b"
    make(tmp_path, ".git")  # a file, in a linked worktree
    assert top_of(tmp_path / "a" / "b") == tmp_path
    assert target("b/c", tmp_path / "a", tmp_path).relative == "a/b/c"
