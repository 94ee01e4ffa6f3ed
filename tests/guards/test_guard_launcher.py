"""`git-guard`: what it decides without Python, and that it calls Python where it must."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import pytest
from guarded import LIST, guard, passed
from workshop import Workshop

from ralph_hooks.integrations.git_hooks import registration

ZERO, ONE, TWO = "0" * 40, "1" * 40, "2" * 40


@pytest.fixture
def shop(tmp_path: Path) -> Workshop:
    """A repository with a worktree `linked` and a marker, whose launcher says what it would ask Python."""
    shop = Workshop.make(tmp_path / "r", LIST)
    shop.git("worktree", "add", "-q", str(tmp_path / "linked"), "-b", "linked")
    guard(shop, ["sh", "-c", 'shift 2; echo "asked: $*"; [ -t 0 ] || sed "s/^/< /"; exit 97', "sh"])
    (shop.path / ".git/ralph/open").write_text("refs/heads/main\n")
    return shop


def call(
    shop: Workshop,
    place: Path,
    name: str,
    *args: str,
    stdin: str = "",
    git_dir: Path | None = None,
    env: Mapping[str, str] = MappingProxyType({}),
) -> str:
    """What the launcher asks, called as git calls it; empty where it decided by itself, to let it pass."""
    env = {**os.environ, **env}
    if (place / ".git").is_file():
        env["GIT_DIR"] = str(git_dir or shop.path / ".git/worktrees/linked")
    hook = shop.path / ".git/hooks" / name
    command = [str(hook)] if hook.exists() else [str(shop.path / ".git" / registration.INSTALLED), name]
    done = subprocess.run(
        [*command, *args], cwd=place, env=env, input=stdin, capture_output=True, text=True, check=False
    )
    assert done.stderr == ""
    assert (done.returncode == 1) is bool(done.stdout)
    return done.stdout


HOOKS = {
    "pre-commit": ((), ""),
    "commit-msg": ((".git/COMMIT_EDITMSG",), ""),
    "prepare-commit-msg": ((".git/COMMIT_EDITMSG",), ""),
    "post-checkout": ((ONE, TWO, "1"), ""),
    "post-rewrite": (("rebase",), f"{ONE} {TWO}\n"),
    "reference-transaction": (("prepared",), f"{ONE} {TWO} refs/heads/main\n"),
}


@pytest.mark.parametrize("name", HOOKS)
def test_python_is_asked_in_linked_worktrees_while_a_batch_is_open(shop: Workshop, name: str) -> None:
    args, stdin = HOOKS[name]
    linked = shop.path.with_name("linked")
    asked = call(shop, linked, name, *args, stdin=stdin)
    assert asked.splitlines() == [
        " ".join(["asked: --refusal 97", name, *args]),
        *(f"< {line}" for line in stdin.splitlines()),
    ]
    # The main repository's, named from there; or one that cannot be read.
    assert call(shop, linked, name, *args, stdin=stdin, git_dir=shop.path / ".git")
    assert call(shop, shop.path, name, *args, stdin=stdin) == ""
    (shop.path / ".git/ralph/open").unlink()
    assert call(shop, linked, name, *args, stdin=stdin) == ""


PASSING = {
    "files, not a branch": ("post-checkout", (ONE, TWO, "0"), ""),
    "a new worktree": ("post-checkout", (ZERO, TWO, "1"), ""),
    "a message that is there": ("prepare-commit-msg", (".git/COMMIT_EDITMSG", "message"), ""),
    "an amend": ("post-rewrite", ("amend",), f"{ONE} {TWO}\n"),
    "another ref": ("reference-transaction", ("prepared",), f"{ONE} {TWO} refs/heads/main-2\n{ONE} {TWO} HEAD\n"),
    "too late to refuse": ("reference-transaction", ("committed",), f"{ONE} {TWO} refs/heads/main\n"),
    "pushed: another branch": ("pre-push", ("o", "url"), f"refs/heads/x {ONE} refs/heads/x {ZERO}\n"),
}


@pytest.mark.parametrize("why", PASSING)
def test_python_is_not_asked_about(shop: Workshop, why: str) -> None:
    name, args, stdin = PASSING[why]
    assert call(shop, shop.path.with_name("linked"), name, *args, stdin=stdin) == ""


@pytest.mark.parametrize(
    "line",
    [
        f"refs/heads/ralph/b/1.1 {ONE} refs/heads/x {ZERO}",
        f"refs/heads/x {ONE} refs/heads/worktree-agent-1 {ZERO}",
        f"(delete) {ZERO} refs/ralph/x {ONE}",
        f"refs/heads/main {ONE} refs/heads/x {ZERO}",
        f"refs/heads/x {ONE} refs/heads/main {ZERO}",
        f"HEAD {ONE} refs/heads/x {ZERO}",
    ],
)
def test_python_is_asked_about_pushes_of(shop: Workshop, line: str) -> None:
    asked = call(shop, shop.path.with_name("linked"), "pre-push", "o", "url", stdin=f"{line}\n")
    assert asked == f"asked: --refusal 97 pre-push o url\n< {line}\n"


def test_a_marker_without_a_target_is_as_one_with_every_target(shop: Workshop) -> None:
    (shop.path / ".git/ralph/open").write_text("")
    args = ("reference-transaction", "prepared")
    assert call(shop, shop.path.with_name("linked"), *args, stdin=f"{ONE} {TWO} refs/heads/x\n")


def test_a_path_that_sh_cannot_read_is_for_python(shop: Workshop) -> None:
    """A line end in the path of the repository: the `.git` file of a linked worktree has it on two lines."""
    odd = shop.path.with_name("odd\nname")
    shop.path.rename(odd)
    shop.git("worktree", "repair", str(odd.with_name("linked")), at=odd)
    place = odd.with_name("linked")
    env = {name: value for name, value in os.environ.items() if name != "GIT_DIR"}
    done = subprocess.run(
        [odd / ".git/ralph/git-guard", "pre-commit"], cwd=place, env=env, capture_output=True, check=False
    )
    assert done.stdout.startswith(b"asked: ")


AT_ONCE = {"GIT_EDITOR": ":", "GIT_INDEX_FILE": ".git/index"}  # as git tells hooks of a commit without an editor


def test_where_no_editor_comes_between_the_second_hook_asks_for_both(shop: Workshop) -> None:
    linked = shop.path.with_name("linked")
    assert call(shop, linked, "pre-commit", env=AT_ONCE) == ""
    message = (".git/worktrees/linked/COMMIT_EDITMSG",)
    assert call(shop, linked, "commit-msg", *message, env=AT_ONCE) == f"asked: --refusal 97 commit {message[0]}\n"
    assert call(shop, linked, "commit-msg", ".git/MERGE_MSG", env=AT_ONCE).startswith("asked: --refusal 97 commit-msg ")
    for missing in AT_ONCE:
        told = {name: value for name, value in AT_ONCE.items() if name != missing}
        assert call(shop, linked, "pre-commit", env=told) == "asked: --refusal 97 pre-commit\n"
        assert call(shop, linked, "commit-msg", *message, env=told).startswith("asked: --refusal 97 commit-msg ")


@pytest.mark.parametrize("other", ["pre-commit", "commit-msg"])
def test_where_somebody_elses_hook_is_one_of_the_two_each_asks_for_itself(shop: Workshop, other: str) -> None:
    hook = shop.path / ".git/hooks" / other
    hook.unlink()
    hook.write_text(f'#!/bin/sh\nexec "{shop.path}/.git/ralph/git-guard" {other} "$@"\n')
    hook.chmod(0o755)
    for name, args in (("pre-commit", ()), ("commit-msg", (".git/COMMIT_EDITMSG",))):
        asked = call(shop, shop.path.with_name("linked"), name, *args, env=AT_ONCE)
        assert asked == " ".join(["asked: --refusal 97", name, *args]) + "\n"


@pytest.mark.compat("hooks")
@pytest.mark.parametrize(
    ("command", "asked"),
    [
        (("commit", "--allow-empty", "-m", "x"), ["commit"]),
        (("commit", "-a", "-m", "x"), ["commit"]),
        (("commit", "-m", "x", "specs"), ["commit"]),
        (("-c", "core.editor=true", "commit", "--allow-empty", "--amend"), ["pre-commit", "commit-msg"]),
        (("merge", "--no-ff", "--no-edit", "other"), ["commit-msg"]),
    ],
)
def test_what_a_command_of_gits_asks(
    shop: Workshop, tmp_path: Path, command: tuple[str, ...], asked: list[str]
) -> None:
    shop.write({"more": "1\n"})
    shop.git("branch", "other", shop.commit("More"))
    guard(shop, ["sh", "-c", f'shift 2; echo "$3" >>"{tmp_path}/asked"', "sh"])
    linked = shop.path.with_name("linked")
    shop.write({"specs/demo/tasks.md": f"{LIST}\n"}, at=linked)
    passed(linked, *command)
    assert (tmp_path / "asked").read_text().split() == asked


@pytest.mark.parametrize("name", ["pre-commit.legacy", "pre-commit.old"])
def test_other_managers_rename_it(shop: Workshop, name: str) -> None:
    (shop.path / ".git/hooks/pre-commit").rename(shop.path / ".git/hooks" / name)
    linked = shop.path.with_name("linked")
    done = subprocess.run([shop.path / ".git/hooks" / name], cwd=linked, capture_output=True, text=True, check=False)
    assert done.stdout == "asked: --refusal 97 pre-commit\n"
