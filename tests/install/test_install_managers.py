"""Installing beside the real pre-commit, prek, husky and lefthook: ours run, theirs still do, and nothing is left."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from npm_packages import installed
from repositories import Place, make_place, snapshot

OURS = ["pre-commit", "prepare-commit-msg", "commit-msg"]
CONFIG = """repos:
- repo: local
  hooks:
  - {id: theirs, name: theirs, entry: echo, language: system, always_run: true}
"""


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return make_place(tmp_path / "ein ré po")


def tool(place: Place, *command: object, code: int = 0) -> str:
    """Run a manager, or git with whatever it has wired, and give what it said."""
    done = subprocess.run(
        [str(word) for word in command], cwd=place.top, check=False, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == code, done
    return done.stdout + done.stderr


def commit(place: Place, at: Path | None = None, code: int = 0) -> str:
    worktree = at or place.top
    with (worktree / "file").open("a") as file:  # lefthook skips commands that have no file to look at
        file.write("line\n")
    place.shop.git("add", "file", at=worktree)
    return tool(place, "git", "-C", worktree, "commit", "-m", "A commit", code=code)


# pre-commit and prek.


@pytest.fixture(params=["pre-commit", "prek"])
def manager(request: pytest.FixtureRequest, place: Place) -> Path:
    place.shop.write({".pre-commit-config.yaml": CONFIG})
    place.shop.commit("Configure")
    place.shop.git("merge", "--quiet", "main", at=place.linked)
    return Path(sys.executable).with_name(request.param)


def test_beside_pre_commit_and_prek(place: Place, manager: Path) -> None:
    place.hook("pre-commit", "#!/bin/sh\necho legacy\n")
    tool(place, manager, "install")  # moves that to pre-commit.legacy, and runs it
    before = snapshot(place)
    assert place.install().json["manager"] == manager.name
    for worktree in (place.top, place.linked):
        said = commit(place, worktree)
        assert place.ran() == OURS
        assert said.count("theirs....") == 1
        assert said.count("legacy") == 1
    place.shop.write({".pre-commit-config.yaml": CONFIG.replace("entry: echo", "entry: 'false'")})
    place.shop.git("add", ".")
    assert "theirs" in commit(place, code=1)
    place.shop.git("reset", "--quiet", "--hard")
    place.uninstall()
    assert snapshot(place) == before


def test_pre_commit_and_prek_installed_anew_run_both_once(place: Place, manager: Path) -> None:
    tool(place, manager, "install")
    before = snapshot(place)
    place.install()
    tool(place, manager, "install", "--hook-type", "pre-commit", "--hook-type", "commit-msg")
    said = commit(place)
    assert sorted(place.ran()) == sorted(OURS)
    assert said.count("theirs....") >= 1
    place.install()
    commit(place)
    assert sorted(place.ran()) == sorted(OURS)
    place.uninstall()
    tool(place, manager, "uninstall", "--hook-type", "commit-msg")
    assert snapshot(place) == before


def test_a_hook_of_the_users_that_a_manager_found_behind_ours_comes_back(place: Place, manager: Path) -> None:
    mine = "#!/bin/sh\necho mine\n"
    place.hook("pre-commit", mine)
    place.install()
    tool(place, manager, "install")
    said = commit(place)
    assert (said.count("mine"), said.count("theirs....")) == (1, 1)
    assert place.ran() == OURS
    place.uninstall()
    assert (place.git_dir / "hooks" / "pre-commit.legacy").read_text() == mine
    said = commit(place)
    assert (said.count("mine"), said.count("theirs....")) == (1, 1)
    assert not place.ran()


# husky and lefthook, from npm.


def package(name: str, version: str) -> Path:
    """The program of a package of npm's."""
    return installed(name, version, name) / "node_modules" / ".bin" / name


@pytest.mark.slow
@pytest.mark.npm
def test_beside_husky(place: Place) -> None:
    husky = package("husky", "9.1.7")
    place.shop.write({".husky/pre-commit": "echo husky $(basename $0)\n", ".husky/commit-msg": "cat $1\n"})
    place.shop.commit("Configure")
    tool(place, husky)
    before = snapshot(place)
    assert place.install().json["manager"] == "husky"
    said = commit(place)
    assert ("husky pre-commit" in said, "A commit\n" in said) == (True, True)
    assert place.ran() == OURS
    commit(place, place.linked)  # where husky's hooks are not there at all
    assert place.ran() == OURS
    tool(place, husky)  # as at every `npm install`
    commit(place)
    assert place.ran() == OURS
    place.shop.write({".husky/pre-commit": "exit 1\n"})
    commit(place, code=1)
    place.shop.git("checkout", "--quiet", ".")
    place.uninstall()
    assert snapshot(place) == before


@pytest.mark.slow
@pytest.mark.npm
def test_beside_lefthook(place: Place) -> None:
    lefthook = package("lefthook", "2.2.2")
    config = "pre-commit:\n  commands:\n    theirs:\n      run: echo lefthook ran\n"
    place.shop.write({"lefthook.yml": config})
    place.shop.commit("Configure")
    tool(place, lefthook, "install")
    before = snapshot(place)
    ran = place.install()
    assert ran.json["manager"] == "lefthook"
    assert "run `install` again" in ran.err
    assert "lefthook ran" in commit(place)
    assert place.ran() == OURS
    place.shop.write({"lefthook.yml": config.replace("echo", "echo and false; false")})
    commit(place, code=1)
    place.ran()
    place.shop.git("checkout", "--quiet", ".")
    tool(place, lefthook, "install", "--force")  # puts its own in the place of ours
    commit(place)
    assert "pre-commit" not in place.ran()
    place.install()
    assert "lefthook ran" in commit(place)
    assert place.ran() == OURS
    place.uninstall()
    after = snapshot(place)
    after.pop(".git/info/lefthook.checksum", None)
    before.pop(".git/info/lefthook.checksum", None)
    assert after == before
