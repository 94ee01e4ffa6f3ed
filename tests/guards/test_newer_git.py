"""What git has learnt since 2.39 and a repository may make use of: worktrees with relative paths, other refs."""

from __future__ import annotations

from pathlib import Path

import pytest
from every_git import UseGit
from guarded import LIST, guard, passed, refused
from workshop import Workshop

pytestmark = pytest.mark.slow


@pytest.fixture
def shop(tmp_path: Path, use_git: UseGit) -> Workshop:
    use_git("sid")
    return guard(Workshop.make(tmp_path / "repo", LIST, {"one.py": "", "two.py": ""}))


def test_worktrees_with_relative_paths(shop: Workshop, tmp_path: Path) -> None:
    """Hooks and commands find their way from files that name no whole path."""
    shop.git("config", "worktree.useRelativePaths", "true")
    shop.start("1.1", "1.2")
    place = shop.worktree("1.1")
    assert not (place / ".git").read_text().startswith("gitdir: /")
    shop.write({"one.py": "1\n", "two.py": "not mine\n"}, at=place)
    assert "belongs to task" in refused(place, "commit", "-a", "-m", "feat(one): add one")
    shop.git("restore", "two.py", at=place)
    passed(place, "commit", "-a", "-m", "feat(one): add one")
    assert shop.run("finish", "1.1", at=place).code == 0
    shop.finish("1.2")
    assert shop.land().ids("landed") == ["1.1", "1.2"]
    assert len(shop.git("worktree", "list").split("\n")) == 1
    assert shop.run("undo").code == 0
    assert shop.status() == ""


def test_refs_that_are_moved_to_another_format_between_batches(shop: Workshop) -> None:
    before = shop.git("rev-parse", "HEAD")
    shop.do({"1.1": {"one.py": "1\n"}, "1.2": {}})
    shop.git("refs", "migrate", "--ref-format=reftable")
    assert shop.run("undo").code == 0
    assert shop.git("rev-parse", "HEAD") == before
    assert shop.do({"1.1": {"one.py": "2\n"}, "1.2": {}}).ids("landed") == ["1.1", "1.2"]


def test_no_bare_repository_is_ever_discovered(shop: Workshop) -> None:
    """Neither the repository's own git directory is, which is one to git."""
    shop.git("config", "--global", "safe.bareRepository", "explicit")
    shop.git("config", "extensions.worktreeConfig", "true")
    shop.start("1.1", "1.2")
    for task in ("1.1", "1.2"):
        shop.work(task, {"both.txt": f"{task}\n"})
        shop.finish(task)
    assert shop.land().ids("parked") == ["1.2"]
    assert shop.run("undo").code == 0


@pytest.mark.parametrize("command", ["cherry-pick", "revert"])
def test_an_operation_in_progress_that_only_refs_tell_of(tmp_path: Path, use_git: UseGit, command: str) -> None:
    use_git("sid")
    shop = Workshop.make(tmp_path / "repo", files={"a.txt": "a\n"}, init=["--ref-format=reftable"])
    for content in ("b\n", "c\n"):
        shop.write({"a.txt": content})
        shop.commit(content)
    shop.start("1.1")
    shop.work("1.1", {"new.txt": "new\n"})
    shop.finish("1.1")
    shop.git(command, "HEAD~1", accept=(1,))
    ran = shop.land()
    assert ran.code == 2
    assert f"{command} is in progress" in ran.err
