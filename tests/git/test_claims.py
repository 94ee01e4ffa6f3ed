"""Whose a lock is after a crash: a claim says so, and what it does not say stays."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ralph_hooks.git import at_work
from ralph_hooks.git.claims import Claim, are_left, claimed, settle_claims


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A git directory."""
    subprocess.run(["git", "init", "--quiet", str(tmp_path / "repo")], check=True)
    return (tmp_path / "repo" / ".git").resolve()


def crash(folder: Path, claim: Claim, *made: tuple[Path, str]) -> None:
    """A process that makes these files over its claim, and dies."""
    child = os.fork()
    if child == 0:
        with claimed(folder, "refs", claim):
            for path, text in made:
                path.write_text(text)
            os._exit(0)
    os.waitpid(child, 0)


def test_what_was_claimed_goes(folder: Path) -> None:
    lock, empty, scratch = folder / "main.lock", folder / "HEAD.lock", folder / "index.ralph"
    claim = Claim({str(lock): "new", str(empty): ""}, own=(str(scratch),))
    crash(folder, claim, (lock, "ne"), (empty, ""), (scratch, "x"))
    assert are_left(folder)
    settle_claims(folder)
    assert not lock.exists()
    assert not empty.exists()
    assert not scratch.exists()
    assert not are_left(folder)


def test_what_was_there_before_stays(folder: Path) -> None:
    lock = folder / "main.lock"
    lock.write_text("")
    crash(folder, Claim({str(lock): "new"}), (lock, "new"))  # as whoever made it goes on to do
    settle_claims(folder)
    assert lock.exists()


def test_what_was_made_before_the_claim_was_written_stays(folder: Path) -> None:
    lock, since = folder / "main.lock", time.time() + 60
    crash(folder, Claim({str(lock): "new"}), (lock, "new"))
    os.utime(folder / "ralph" / "claims" / "refs", (since, since))
    settle_claims(folder)
    assert lock.exists()


def test_what_holds_something_else_stays(folder: Path) -> None:
    lock = folder / "main.lock"
    crash(folder, Claim({str(lock): "new"}), (lock, "another"))
    settle_claims(folder)
    assert lock.exists()


@contextmanager
def somebodys_git(*options: str, at: Path) -> Iterator[None]:
    """A git that is at work while the block runs, and was not begun by us."""
    command = ["sh", "-c", 'git "$@"; exit', "sh", *options, "cat-file", "--batch"]
    here, there = os.pipe()
    with subprocess.Popen(command, cwd=at, stdin=here, stdout=subprocess.PIPE) as shell:
        os.close(here)
        os.write(there, b"HEAD\n")
        assert shell.stdout
        shell.stdout.readline()  # by now it is there
        try:
            yield
        finally:
            os.close(there)


@pytest.mark.parametrize("named", [False, True], ids=["it stands here", "it was told where"])
def test_an_empty_lock_stays_while_git_is_at_work_here(
    folder: Path, monkeypatch: pytest.MonkeyPatch, *, named: bool
) -> None:
    monkeypatch.setattr(at_work, "_PATIENCE", 0)
    lock = folder / "HEAD.lock"
    crash(folder, Claim({str(lock): ""}), (lock, ""))
    with somebodys_git(*([f"--git-dir={folder}"] if named else []), at=Path("/") if named else folder.parent):
        settle_claims(folder)
        assert lock.exists()
        assert are_left(folder), "for the next time"
    settle_claims(folder)
    assert not lock.exists()


def test_a_git_of_ours_that_reads_on_is_not_in_the_way(folder: Path) -> None:
    lock = folder / "HEAD.lock"
    crash(folder, Claim({str(lock): ""}), (lock, ""))
    with subprocess.Popen(["git", "cat-file", "--batch"], cwd=folder.parent, stdin=subprocess.PIPE):
        settle_claims(folder)
    assert not lock.exists()


def test_locks_of_tables_whose_names_git_draws_go(folder: Path) -> None:
    tables = folder / "reftable"
    tables.mkdir(exist_ok=True)
    old, new, other = (tables / name for name in ("0x1-a.ref.lock", "0x2-b.ref.lock", "0x2-b.ref"))
    old.write_text("")
    time.sleep(0.02)  # the file system's clock has steps
    crash(folder, Claim({f"{tables}/*.ref.lock": None}), (new, ""), (other, "x"))
    settle_claims(folder)
    assert (old.exists(), new.exists(), other.exists()) == (True, False, True)
    with claimed(folder, "refs", Claim({f"{tables}/*.ref.lock": None, f"{folder}/none/*.ref.lock": None})):
        new.write_text("")
    assert (old.exists(), new.exists()) == (True, False)
    assert not are_left(folder)


def test_a_removal_that_was_begun_is_ended_and_one_that_was_not_stays(folder: Path) -> None:
    worktree, admin = folder.parent / "tree", folder / "worktrees" / "tree"
    for path in (worktree, admin):
        path.mkdir(parents=True)
    (admin / "gitdir").write_text(f"{worktree}/.git\n")
    gone = {str(worktree): str(worktree.with_name(".tree.gone")), str(admin): str(folder / "ralph" / "tree.gone")}
    crash(folder, Claim(gone=gone))
    settle_claims(folder)
    assert worktree.is_dir()
    assert admin.is_dir()
    crash(folder, Claim(gone=gone))
    worktree.rename(gone[str(worktree)])
    settle_claims(folder)
    assert not admin.exists()
    assert not Path(gone[str(worktree)]).exists()


def test_a_recovery_that_dies_over_a_removal_leaves_nothing_that_nobody_knows(folder: Path) -> None:
    worktree, admin = folder.parent / "tree", folder / "worktrees" / "tree"
    admin.mkdir(parents=True)
    (admin / "locked").write_text("")
    (admin / "gitdir").write_text(f"{worktree}/.git\n")
    crash(folder, Claim(gone={str(worktree): f"{worktree}.gone", str(admin): str(folder / "ralph" / "tree.gone")}))
    die_over_the_first_folder(folder)
    settle_claims(folder)
    assert not admin.exists()
    assert not (folder / "ralph" / "tree.gone").exists()
    assert not are_left(folder)


def die_over_the_first_folder(folder: Path) -> None:
    """Of a folder that it removes this recovery comes as far as the file that says whose it is."""
    child = os.fork()
    if child == 0:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(shutil, "rmtree", lambda path, **_: (Path(path, "gitdir").unlink(), os._exit(0)))
            settle_claims(folder)
    assert os.waitpid(child, 0)[1] == 0


def test_a_folder_of_gits_that_another_worktree_has_by_now_stays(folder: Path) -> None:
    worktree, admin = folder.parent / "tree", folder / "worktrees" / "tree"
    admin.mkdir(parents=True)
    (admin / "gitdir").write_text(f"{folder.parent}/another/.git\n")
    crash(folder, Claim(gone={str(worktree): f"{worktree}.gone", str(admin): f"{admin}.gone"}))
    settle_claims(folder)
    assert admin.is_dir()


@pytest.mark.parametrize(("says", "stays"), [("/tree/.gi", False), ("/another/.git\n", True)])
def test_a_worktree_that_was_being_made_goes_and_anothers_stays(folder: Path, says: str, *, stays: bool) -> None:
    admin = folder / "worktrees" / "tree"
    admin.mkdir(parents=True)
    crash(folder, Claim(making={str(admin): "/tree/.git"}), (admin / "gitdir", says))
    settle_claims(folder)
    assert admin.exists() == stays


def make(*paths: Path) -> None:
    for path in paths:
        path.write_text("ne")


def test_what_an_error_leaves_goes_at_once(folder: Path) -> None:
    lock, missing = folder / "main.lock", folder / "nowhere" / "x"
    with pytest.raises(FileNotFoundError), claimed(folder, "refs", Claim({str(lock): "new"})):
        make(lock, missing)
    assert not lock.exists()
    assert not are_left(folder)


def test_what_stands_although_all_went_well_goes_at_once(folder: Path) -> None:
    """As git leaves it when it could not remove a lock: it says nothing."""
    lock, worktree, aside = folder / "HEAD.lock", folder.parent / "tree", folder / "ralph" / "tree.gone"
    with claimed(folder, "refs", Claim({str(lock): ""}, gone={str(worktree): str(aside)})):
        lock.write_text("")
        aside.mkdir()
    assert not lock.exists()
    assert not aside.exists()
    assert not are_left(folder)


def test_what_cannot_be_put_in_order_yet_stays_claimed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(at_work, "_PATIENCE", 0)
    lock = folder / "HEAD.lock"
    with somebodys_git(at=folder.parent):
        with claimed(folder, "refs", Claim({str(lock): ""})):
            lock.write_text("")
        assert lock.exists()
        with claimed(folder, "refs", Claim({str(folder / "main.lock"): "new"})):
            pass
        assert are_left(folder), "the second has not taken the place of the first"
    settle_claims(folder)
    assert not lock.exists()


def test_a_worktree_that_was_made_stays(folder: Path) -> None:
    admin = folder / "worktrees" / "tree"
    with claimed(folder, "worktree", Claim(making={str(admin): "/tree/.git"})):
        admin.mkdir(parents=True)
        (admin / "gitdir").write_text("/tree/.git\n")
    assert admin.is_dir()
    assert not are_left(folder)


def test_a_claim_that_was_not_written_to_its_end_claims_nothing(folder: Path) -> None:
    crash(folder, Claim(), (folder / "ralph" / "claims" / "refs", '{"locks"'))
    settle_claims(folder)
    assert not are_left(folder)
