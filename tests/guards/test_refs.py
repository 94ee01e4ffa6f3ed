"""pre-push and reference-transaction, by real pushes and moves of refs."""

from __future__ import annotations

from pathlib import Path

import pytest
from guarded import LIST, guard, passed, refused
from workshop import Workshop


@pytest.fixture
def shop(tmp_path: Path) -> Workshop:
    """A batch of the tasks 1.1 and 1.2 for `main`, and a bare repository `out` to push to."""
    shop = guard(Workshop.make(tmp_path / "a b 'ü", LIST, {"one.py": ""}))
    shop.git("init", "-q", "--bare", str(tmp_path / "out"))
    shop.git("remote", "add", "out", str(tmp_path / "out"))
    shop.start("1.1", "1.2")
    return shop


@pytest.mark.compat("hooks")
def test_branches_of_executors_are_not_pushed(shop: Workshop) -> None:
    place = shop.worktree("1.1")
    own = shop.git("branch", "--show-current", at=place)
    shop.git("branch", "worktree-agent-12")
    shop.git("branch", "mine")
    for where, what in (
        (shop.path, own),
        (shop.path, "worktree-agent-12"),
        (shop.path, f"{own}:refs/heads/main"),
        (shop.path, f"mine:{own}"),
        (shop.path, "refs/ralph/*:refs/ralph/*"),
        (place, "HEAD:refs/heads/half-done"),
        (place / "specs", "HEAD"),
    ):
        said = refused(where, "push", "out", what)
        assert "land it (`ralph-hooks land`) and push the target" in said, what
    assert passed(shop.path, "push", "out", "mine").startswith("To ")
    # What got there all the same can be taken away again.
    passed(shop.path, "push", "--no-verify", "out", own)
    passed(shop.path, "push", "out", f":{own}")


def test_the_target_is_not_pushed_while_a_batch_is_open(shop: Workshop) -> None:
    for what in ("main", "HEAD", "main:refs/heads/elsewhere", "HEAD:main"):
        said = refused(shop.path, "push", "out", what)
        todo = "push after `ralph-hooks land` or `abort`; git push --no-verify pushes it as it is"
        assert f"refused: a batch is open for refs/heads/main; {todo}" in said
    passed(shop.path, "push", "--no-verify", "out", "main")
    shop.git("tag", "v1")
    passed(shop.path, "push", "out", "v1")
    shop.run("abort")
    passed(shop.path, "push", "out", "main:refs/heads/after")


@pytest.mark.compat("hooks")
def test_an_executor_does_not_move_the_target(shop: Workshop, tmp_path: Path) -> None:
    place = shop.worktree("1.1")
    passed(place, "commit", "--allow-empty", "-m", "x")
    tip, own = shop.git("rev-parse", "main"), shop.git("rev-parse", "HEAD", at=place)
    shop.git("switch", "-q", "-c", "aside")  # git itself keeps branches that are checked out
    # With a reftable git asks no hook before it renames a branch.
    renaming = [] if (shop.path / ".git/reftable").exists() else [("branch", "-m", "main", "old")]
    said = refused(place, "update-ref", "refs/heads/main", "HEAD")
    assert "refused: an executor moves main, which a batch is open for; commit on the branch of this worktree" in said
    for command in (
        ("update-ref", "refs/heads/main", "HEAD", tip),
        ("update-ref", "-d", "refs/heads/main"),
        ("push", "--no-verify", ".", "HEAD:main"),  # its hooks run in the git directory
        ("fetch", ".", "HEAD:main"),
        ("branch", "-f", "main", "HEAD"),
        *renaming,
        ("--git-dir", str(shop.path / ".git"), "update-ref", "refs/heads/main", own),
    ):
        refused(place, *command)
        assert shop.git("rev-parse", "main") == tip
    # Its own branch, and every other, it may move; and main, once nobody else is to.
    passed(place, "update-ref", "refs/heads/other", "HEAD")
    passed(place, "update-ref", "refs/heads/main-2", "HEAD")
    passed(place, "update-ref", "refs/heads/main", tip)
    shop.run("abort")
    passed(place, "update-ref", "refs/heads/main", "HEAD")


def test_people_move_the_target_as_they_like(shop: Workshop, tmp_path: Path) -> None:
    shop.write({"mine.py": "1\n"})
    shop.commit("Mine")
    passed(shop.path, "commit", "--amend", "-m", "Mine, better")
    passed(shop.path, "reset", "--hard", "HEAD~1")
    shop.git("switch", "-q", "-c", "aside")
    shop.git("worktree", "add", "-q", str(tmp_path / "mine"), "main")
    passed(tmp_path / "mine", "commit", "--allow-empty", "-m", "From a worktree of my own")


@pytest.mark.parametrize("format_", ["files", "sha256"])
def test_a_landing_moves_it_from_wherever_it_is_called(tmp_path: Path, format_: str) -> None:
    """Also from an executor's worktree while nobody has the target checked out. So do ticks and undos."""
    init = ("--object-format=sha256",) if format_ == "sha256" else ()
    shop = guard(Workshop.make(tmp_path / "r", LIST, {"one.py": ""}, init=init))
    shop.start("1.1", "1.2")
    place = shop.worktree("1.1")
    shop.work("1.1", {"one.py": "1\n"}, commit=False)
    passed(place, "commit", "-a", "-m", "feat(one): add one")
    shop.finish("1.1")
    shop.finish("1.2")
    shop.git("switch", "-q", "-c", "aside")
    before = shop.git("rev-parse", "main")
    landed = shop.run("land", "--target", "main", "--format", "json", at=place)
    assert landed.ids("landed") == ["1.1", "1.2"], landed
    assert shop.git("rev-parse", "main") == landed.json["after"] != before
    assert "refs/ralph/landing" not in str(shop.refs("refs/ralph/"))


@pytest.mark.compat("hooks")
def test_a_landing_under_way_lets_no_other_move_pass(shop: Workshop) -> None:
    """Its journal names the commit that it puts the target on, and no other may."""
    place = shop.worktree("1.1")
    passed(place, "commit", "--allow-empty", "-m", "x")
    tree = shop.git("rev-parse", "main^{tree}")
    planned = shop.git("commit-tree", tree, "-p", "main", "-m", "planned")
    journal = shop.git("commit-tree", tree, "-p", planned, "-p", "main", "-m", "journal")
    shop.git("update-ref", "refs/ralph/landing/b", journal)
    refused(place, "update-ref", "refs/heads/main", "HEAD")
    passed(place, "update-ref", "refs/heads/main", planned)


def test_a_branch_with_a_hostile_name_as_target(tmp_path: Path) -> None:
    shop = guard(Workshop.make(tmp_path / "r", LIST, {"one.py": ""}))
    shop.git("switch", "-q", "-c", "$(touch-pwned)';é")
    shop.start("1.1")
    place = shop.worktree("1.1")
    passed(place, "commit", "--allow-empty", "-m", "x")
    refused(place, "update-ref", "refs/heads/$(touch-pwned)';é", "HEAD")
    passed(place, "update-ref", "refs/heads/main", "HEAD")
    passed(place, "update-ref", "refs/heads/$(touch-pwned)'", "HEAD")
