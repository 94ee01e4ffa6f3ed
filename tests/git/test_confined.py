"""An executor's worktree is what the repository's records say, whatever its `.git` says by now."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from workshop import Workshop

from ralph_hooks.errors import RefusedError
from ralph_hooks.git.confined import confined
from ralph_hooks.git.discover import discover
from ralph_hooks.git.repository import Repository, open_repository


@pytest.fixture
def shop(tmp_path: Path) -> Workshop:
    shop = Workshop.make(tmp_path / "repo", ["1.1"])
    for name in ("one", "two"):
        shop.git("worktree", "add", "--quiet", "-b", name, str(shop.path / "trees" / name))
    return shop


@pytest.fixture
def place(shop: Workshop) -> Path:
    return shop.path / "trees" / "one"


def known(shop: Workshop) -> Repository:
    return open_repository(shop.path)


def other_repository(shop: Workshop, place: Path) -> None:
    (place / ".git").unlink()
    shop.git("init", "--quiet", at=place)


def test_as_git_made_it(shop: Workshop, place: Path) -> None:
    found = confined(known(shop), place)
    assert found.git_dir == shop.path / ".git/worktrees/one"
    assert found.branch() == "refs/heads/one"


def test_another_repository_is_passed_over(shop: Workshop, place: Path) -> None:
    other_repository(shop, place)
    found = discover(place)
    assert found is not None
    assert found.top == shop.path
    with pytest.raises(RefusedError, match="does not lead to the repository"):
        open_repository(place)
    with pytest.raises(RefusedError, match="does not lead to the repository"):
        confined(known(shop), place)


def test_a_repository_that_is_nobodys_worktree_is_one_of_its_own(shop: Workshop) -> None:
    inner = shop.path / "vendored"
    inner.mkdir()
    shop.git("init", "--quiet", at=inner)
    found = discover(inner)
    assert found is not None
    assert found.top == inner
    assert open_repository(inner).top == inner


def test_the_git_directory_of_another_worktree(shop: Workshop, place: Path) -> None:
    (place / ".git").write_text((shop.path / "trees/two/.git").read_text())
    with pytest.raises(RefusedError):
        confined(known(shop), place)
    with pytest.raises(RefusedError):
        open_repository(place)


def test_a_git_directory_of_its_own_that_shares_the_rest(shop: Workshop, place: Path) -> None:
    forged = shop.path.parent / "forged"
    shutil.copytree(shop.path / ".git/worktrees/one", forged)
    (forged / "commondir").write_text(f"{shop.path / '.git'}\n")
    (place / ".git").write_text(f"gitdir: {forged}\n")
    assert shop.git("rev-parse", "--abbrev-ref", "HEAD", at=place) == "one", "git believes it"
    with pytest.raises(RefusedError):
        confined(known(shop), place)


def test_what_is_replaced_later_is_not_followed(shop: Workshop, place: Path) -> None:
    found = confined(known(shop), place)
    other_repository(shop, place)
    assert found.branch() == "refs/heads/one"
    assert found.head() == shop.git("rev-parse", "HEAD")


@pytest.mark.parametrize("key", ["core.fsmonitor", "filter.x.clean", "include.path", "core.pager", "merge.x.driver"])
def test_settings_of_its_own(key: str, shop: Workshop, place: Path) -> None:
    shop.git("config", "extensions.worktreeConfig", "true")
    shop.git("config", "--worktree", "core.sparseCheckout", "true", at=place)
    shop.git("config", "--worktree", "user.email", "else@example.org", at=place)
    assert confined(known(shop), place)
    file = shop.path / ".git/worktrees/one/config.worktree"
    shop.git("config", "--file", str(file), key, "x")
    with pytest.raises(RefusedError, match=key):
        confined(known(shop), place)
    shop.git("config", "--file", str(shop.path / ".git/config.worktree"), key, "x")
    assert confined(known(shop), place), "the main worktree has it too"


def test_a_command_in_an_executors_worktree_goes_by_the_settings_of_the_person(shop: Workshop) -> None:
    shop.start("1.1")
    place = shop.worktree("1.1")
    shop.write({".ralph-hooks.toml": "nonsense = 1\n"}, at=place)
    assert shop.run("status", at=place).code == 0
    shop.write({".ralph-hooks.toml": "nonsense = 1\n"})
    assert shop.run("status", at=place).code == 2


def test_grafts_and_replacements_are_not_looked_through(shop: Workshop) -> None:
    first = shop.git("rev-parse", "HEAD")
    shop.write({"a": "a\n"})
    second = shop.commit("Second")
    (shop.path / ".git/info").mkdir(exist_ok=True)
    (shop.path / ".git/info/grafts").write_text(f"{second}\n")
    assert known(shop).contains(second, first)
    (shop.path / ".git/info/grafts").unlink()
    shop.git("replace", "--graft", second)
    assert known(shop).contains(second, first)


def test_a_worktree_that_is_gone(shop: Workshop, place: Path) -> None:
    shutil.rmtree(place)
    with pytest.raises(RefusedError):
        confined(known(shop), place)
