"""Worktrees kept for later batches: nobody sees in one what somebody has done in it before."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import pytest
from deeds import DEEDS, FILES, Deed, seen
from reliability import Proved
from workshop import Workshop

IDS = ("1.1", "1.2", "1.3", "2.1", "2.2", "2.3")


@pytest.fixture
def shop(tmp_path: Path) -> Workshop:
    return Workshop.make(tmp_path / "repo", IDS, FILES)


def pool(shop: Workshop) -> list[Path]:
    folder = shop.path / ".git" / "ralph" / "pool"
    return sorted(folder.iterdir()) if folder.is_dir() else []


def once(shop: Workshop, *ids: str, deeds: Mapping[str, Deed] | None = None) -> list[Path]:
    """A batch of these tasks, each with a file of its own, landed. Gives the worktrees, which are gone."""
    shop.start(*ids)
    places = [shop.worktree(task) for task in ids]
    for task, place in zip(ids, places, strict=True):
        shop.work(task, {f"{task}.txt": f"{task}\n"})
        for deed in (deeds or {}).values():
            deed(shop, place)
        shop.finish(task)
    landed = shop.land()
    assert landed.ids("landed") == list(ids), landed
    return places


def as_before(shop: Workshop, before: str) -> None:
    """A commit that takes back what landed, but for the ticks: whatever an executor left is not in the next base."""
    shop.git("checkout", "--quiet", before, "--", ".")
    for task in IDS:
        (shop.path / f"{task}.txt").unlink(missing_ok=True)
    shop.write({shop.page("tasks.md"): shop.show("HEAD", shop.page("tasks.md"))})
    shop.commit("As before")


def written(place: Path) -> set[tuple[int, int]]:
    """The files of a worktree: the same inode, unchanged since, is the same file wherever it stands."""
    infos = (path.stat() for path in place.rglob("*.*") if path.is_file())
    return {(info.st_ino, info.st_ctime_ns) for info in infos}


def fresh(shop: Workshop, like: Path) -> dict[str, object]:
    """What git makes of the same commit."""
    place = like.with_name("fresh")
    shop.git("worktree", "add", "--quiet", "--lock", "-b", "fresh", str(place), shop.git("rev-parse", "HEAD", at=like))
    found = seen(shop, place)
    shop.git("worktree", "remove", "--force", "--force", str(place))
    shop.git("branch", "--quiet", "-D", "fresh")
    return found


def leaves_nothing(shop: Workshop, deeds: Mapping[str, Deed]) -> bool:
    """Do these things in a worktree, and start the next batch. Was the worktree used again?"""
    before = shop.git("rev-parse", "HEAD")
    once(shop, "1.1", deeds=deeds)
    as_before(shop, before)
    kept = {file for slot in pool(shop) for file in written(slot / "files")}
    shop.start("2.1")
    place = shop.worktree("2.1")
    used = bool(kept & written(place))
    assert seen(shop, place) == fresh(shop, place)
    return used


def test_of_everything_that_an_executor_may_leave_nothing_is_left(shop: Workshop, proved: Proved) -> None:
    together = {
        name: deed
        for name, deed in DEEDS.items()
        if name not in {"folder_behind_a_link", "sparse", "split_index"}  # not beside others
    }
    assert leaves_nothing(shop, together)
    proved("leftovers of an executor", len(together))


@pytest.mark.slow
@pytest.mark.parametrize("name", DEEDS)
def test_of_each_thing_that_an_executor_may_leave_nothing_is_left(shop: Workshop, name: str, proved: Proved) -> None:
    assert leaves_nothing(shop, {name: DEEDS[name]})
    proved("leftovers of an executor", 1)


def test_an_edit_that_git_is_told_not_to_see_is_known_by_its_change_time(shop: Workshop) -> None:
    """As on shared disks, where change times are somebody else's: git then goes by size and whole seconds.

    So the edit comes in the second in which git wrote the file, and the next start in a later one.
    """
    shop.git("config", "core.checkStat", "minimal")
    shop.git("config", "core.trustctime", "false")
    next_second()
    assert leaves_nothing(shop, {"edit": DEEDS["same_size_and_time"], "later": lambda *_: next_second()})


def test_worktrees_are_used_again_on_a_newer_base(shop: Workshop) -> None:
    first = once(shop, "1.1", "1.2", "1.3")
    assert not any(place.exists() for place in first)
    assert [sorted(path.name for path in slot.iterdir()) for slot in pool(shop)] == [["files", "seal"]] * 3
    assert not any((slot / "files/.git").exists() for slot in pool(shop))
    assert shop.git("worktree", "list").count("\n") == 0
    shop.write({"src/a.py": None, "src/new/n.py": "n\n"})
    shop.commit("By hand")
    shop.start("2.1", "2.2", "2.3")
    assert pool(shop) == []
    places = [shop.worktree(task) for task in ("2.1", "2.2", "2.3")]
    for place in places:
        assert shop.status(at=place) == ""
        assert (place / "1.3.txt").read_text() == "1.3\n"
        assert (place / "src/new/n.py").exists()
        assert not (place / "src/a.py").exists()
        assert shop.git("symbolic-ref", "--short", "HEAD", at=place).startswith("ralph/")
    for task in ("2.1", "2.2", "2.3"):
        shop.work(task, {f"{task}.txt": f"{task}\n"})
        shop.finish(task)
    assert shop.land().ids("landed") == ["2.1", "2.2", "2.3"]
    assert shop.status() == ""
    assert len(pool(shop)) == 3


def test_whoever_still_writes_to_the_old_path_reaches_nobody(shop: Workshop) -> None:
    (old,) = once(shop, "1.1")
    shop.start("2.1")
    place = shop.worktree("2.1")
    assert place != old
    shop.write({"late.txt": "late\n"}, at=old)
    assert not (place / "late.txt").exists()


def test_links_copies_and_setup_are_made_anew(tmp_path: Path) -> None:
    config = 'link = ["node_modules"]\ncopy = [".env"]\nsetup = "date +%N > stamp.ignored"\n'
    shop = Workshop.make(tmp_path / "repo", IDS, FILES, config=config)
    shop.write({"node_modules/x": "x\n", ".env": "one\n"})
    shop.git("config", "core.excludesFile", str(tmp_path / "excludes"))
    (tmp_path / "excludes").write_text("node_modules\n.env\n")
    once(shop, "1.1", deeds={"edit": lambda _, place: (place / ".env").write_text("theirs\n") and None})
    shop.write({".env": "two\n"})
    shop.start("2.1")
    place = shop.worktree("2.1")
    assert (place / ".env").read_text() == "two\n"
    assert (place / "node_modules").readlink() == shop.path / "node_modules"
    assert (place / "stamp.ignored").exists()


@pytest.mark.slow
@pytest.mark.parametrize("setting", ["core.splitIndex=true", "core.untrackedCache=true", "core.checkStat=minimal"])
def test_nothing_is_left_whatever_the_user_has_configured(shop: Workshop, setting: str) -> None:
    shop.git("config", *setting.split("="))
    # To a git that looks at whole seconds the files of a worktree are alike, and older than the index that knows them.
    next_second()
    assert leaves_nothing(shop, {"later": lambda *_: next_second(), "swapped": DEEDS["swapped_folders"]})


def next_second() -> None:
    time.sleep(1 - time.time() % 1)


# When a worktree is not kept, or not taken.


@pytest.mark.parametrize(
    ("config", "kept"), [("", 3), ("max_parallel = 2\n", 2), ("worktree_pool = 1\n", 1), ("worktree_pool = 0\n", 0)]
)
def test_so_many_are_kept(tmp_path: Path, config: str, kept: int) -> None:
    shop = Workshop.make(tmp_path / "repo", IDS, FILES, config=config)
    places = once(shop, "1.1", "1.2", "1.3", "2.1")
    assert len(pool(shop)) == kept
    assert not any(place.exists() for place in places)
    assert shop.git("worktree", "list").count("\n") == 0
    assert not shop.refs("refs/heads/ralph/")


def test_ignored_files_are_named_before_their_worktree_goes_into_the_pool(shop: Workshop) -> None:
    shop.start("1.1")
    shop.work("1.1", {"x.txt": "x\n"})
    shop.write({"secret.ignored": "s\n"}, at=shop.worktree("1.1"))
    shop.finish("1.1")
    assert "ignored files went with the worktree of task 1.1: secret.ignored" in shop.land().err
    assert len(pool(shop)) == 1


def test_a_worktree_with_work_that_did_not_land_is_not_kept(shop: Workshop) -> None:
    shop.start("1.1", "1.2")
    shop.work("1.1", {"a.txt": "mine\n"})
    shop.work("1.2", {"a.txt": "theirs\n"})
    place = shop.worktree("1.2")
    for task in ("1.1", "1.2"):
        shop.finish(task)
    assert shop.land().ids("parked") == ["1.2"]
    assert place.is_dir()
    assert len(pool(shop)) == 1


def busy(place: Path) -> subprocess.Popen[bytes]:
    """A process that somebody has left in a folder."""
    process = subprocess.Popen(
        [sys.executable, "-c", "print('.', flush=True); input()"],
        cwd=place,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdout
    assert process.stdout.readline()
    return process


def test_a_worktree_with_a_process_in_it_is_not_kept(shop: Workshop) -> None:
    shop.start("1.1")
    shop.work("1.1", {"x.txt": "x\n"})
    shop.finish("1.1")
    with busy(shop.worktree("1.1") / "src") as process:
        assert shop.land().code == 0
        assert pool(shop) == []
        process.kill()


def test_a_kept_worktree_with_a_process_in_it_is_not_taken(shop: Workshop) -> None:
    once(shop, "1.1")
    (slot,) = pool(shop)
    with busy(slot / "files") as process:
        shop.start("2.1")
        assert pool(shop) == [slot]
        process.kill()


def locked(shop: Workshop, place: Path) -> None:
    Path(shop.git("rev-parse", "--absolute-git-dir", at=place), "HEAD.lock").touch()


def moved_behind_a_link(shop: Workshop, place: Path) -> None:
    folder = place.parent  # of itself it would be parked
    folder.rename(folder.with_name("elsewhere"))
    folder.symlink_to("elsewhere")


def without_seal(shop: Workshop, place: Path) -> None:
    shutil.rmtree(Path(shop.git("rev-parse", "--absolute-git-dir", at=place), "ralph-seal"))


@pytest.mark.parametrize("deed", [locked, moved_behind_a_link, without_seal])
def test_a_worktree_that_is_not_as_git_made_it_is_not_kept(shop: Workshop, deed: Deed) -> None:
    shop.start("1.1")
    shop.work("1.1", {"x.txt": "x\n"})
    shop.finish("1.1")
    deed(shop, shop.worktree("1.1"))
    assert shop.land().ids("landed") == ["1.1"]
    assert pool(shop) == []


@pytest.mark.parametrize(
    "change",
    [
        lambda shop: shop.git("config", "core.autocrlf", "true"),
        lambda shop: shop.git("config", "filter.shout.smudge", "tr a-z A-Z"),
        lambda shop: shop.write({".git/info/attributes": "*.py text eol=crlf\n"}),
        lambda shop: (shop.write({"lib/.gitattributes": "*.py text eol=crlf\n"}), shop.commit("Attributes")),
    ],
    ids=["line ends", "filter", "attributes", "attributes in the tree"],
)
def test_files_that_would_be_written_in_another_form_now_are_not_taken(shop: Workshop, change: object) -> None:
    assert callable(change)
    once(shop, "1.1")
    kept = written(pool(shop)[0] / "files")
    change(shop)
    shop.start("2.1")
    place = shop.worktree("2.1")
    assert seen(shop, place) == fresh(shop, place)
    assert not kept & written(place)
    assert pool(shop) == []


def test_a_worktree_in_which_an_old_file_stays_is_not_taken(tmp_path: Path) -> None:
    """As one that git could not remove, of which it only warns; here a filter brings it back."""
    files = {**FILES, ".gitattributes": "*.shout filter=shout\n", "a.shout": "a\n"}
    shop = Workshop.make(tmp_path / "repo", IDS, files)
    shop.git("config", "filter.shout.smudge", "cat a.txt > run.sh; cat")
    once(shop, "1.1", deeds={"tidy": lambda shop, place: shop.git("checkout", "--", "run.sh", at=place) and None})
    shop.write({"a.shout": "b\n", "run.sh": None})
    shop.commit("By hand")
    kept = written(pool(shop)[0] / "files")
    shop.start("2.1")
    assert not kept & written(shop.worktree("2.1"))


def test_a_folder_with_another_mode_is_not_taken(shop: Workshop) -> None:
    once(shop, "1.1", deeds={"mode": lambda _, place: place.chmod(0o700)})
    shop.start("2.1")
    place = shop.worktree("2.1")
    assert seen(shop, place) == fresh(shop, place)


def test_rubbish_in_the_pool_goes(shop: Workshop) -> None:
    once(shop, "1.1")
    shop.write({".git/ralph/pool/7/files/x": "x\n", ".git/ralph/pool/8/seal/index": "x\n"})
    once(shop, "1.2")
    assert [path.name for path in pool(shop)] == ["1"]


def test_the_post_checkout_hook_runs_as_in_a_new_worktree(shop: Workshop) -> None:
    hook = shop.path / ".git" / "hooks" / "post-checkout"
    hook.write_text('#!/bin/sh\necho "$1 $2 $3 $PWD" >> "$(git rev-parse --git-common-dir)/called"\n')
    hook.chmod(0o755)
    once(shop, "1.1")
    shop.start("2.1")
    first, second = shop.read(".git/called").splitlines()
    base = shop.git("rev-parse", "main")
    assert first.split()[0] == second.split()[0] == "0" * 40
    assert second.split()[1:] == [base, "1", str(shop.worktree("2.1"))]


@pytest.mark.slow
def test_what_was_changed_in_a_later_second_is_seen_whatever_is_configured(shop: Workshop) -> None:
    """Left to git, which compares the change times of its index."""

    def change(_: Workshop, place: Path) -> None:
        time.sleep(1.1)
        for path in ("a.txt", "src/a.py"):
            before = (place / path).stat()
            (place / path).write_bytes((place / path).read_bytes().swapcase())
            os.utime(place / path, ns=(before.st_atime_ns, before.st_mtime_ns))
        os.setxattr(place / "lib/c.py", "user.mark", b"theirs")

    shop.git("config", "core.trustctime", "false")
    shop.git("config", "core.checkStat", "minimal")
    assert leaves_nothing(shop, {"change": change})


@pytest.mark.parametrize("folder", [".git/hooks", "own"])
def test_what_the_post_checkout_hook_makes_does_not_land(shop: Workshop, folder: str) -> None:
    shop.write({f"{folder}/post-checkout": "#!/bin/sh\necho x >made.txt\n"})
    (shop.path / folder / "post-checkout").chmod(0o755)
    shop.git("config", "core.hooksPath", str(shop.path / folder))
    once(shop, "1.1")
    assert (shop.path / "1.1.txt").exists()
    assert shop.git("ls-tree", "--name-only", "main", "made.txt") == ""


# Sparse checkouts.


@pytest.mark.parametrize("mode", ["--cone", "--no-cone"])
def test_worktrees_are_as_sparse_as_the_main_one_is_now(shop: Workshop, mode: str) -> None:
    def narrow(*patterns: str) -> None:
        shop.git("sparse-checkout", "set", mode, *patterns)

    def expect(task: str, *, src: bool, lib: bool) -> Path:
        shop.start(task)
        place = shop.worktree(task)
        assert ((place / "src/a.py").exists(), (place / "lib/c.py").exists()) == (src, lib)
        assert shop.status(at=place) == ""
        assert seen(shop, place) == fresh(shop, place)
        return place

    narrow("specs", "src")
    place = expect("1.1", src=True, lib=False)
    shop.write({"lib/c.py": "outside\n"}, at=place)
    shop.git("add", "--sparse", "lib/c.py", at=place)
    shop.git("commit", "--quiet", "-m", "Outside", at=place)
    shop.write({"lib/late.ignored": "late\n"}, at=place)
    shop.finish("1.1")
    assert shop.land().ids("landed") == ["1.1"]
    assert shop.show("main", "lib/c.py") == "outside"
    assert shop.git("ls-files", "-t", "lib/c.py") == "S lib/c.py"
    assert not (shop.path / "lib").exists()
    assert len(pool(shop)) == 1
    for task, patterns, src, lib in (
        ("1.2", ("specs", "lib"), False, True),
        ("1.3", ("specs", "src", "lib"), True, True),
    ):
        narrow(*patterns)
        expect(task, src=src, lib=lib)
        shop.work(task, {f"specs/{task}.txt": "x\n"})
        shop.finish(task)
        assert shop.land().ids("landed") == [task]
        assert len(pool(shop)) == 1
    shop.git("sparse-checkout", "disable")
    expect("2.1", src=True, lib=True)


# Those who clear up.


def test_gc_empties_the_pool_and_doctor_and_uninstall_know_of_it(shop: Workshop) -> None:
    once(shop, "1.1", "1.2", "1.3")
    assert "3 worktrees are kept for later batches" in shop.run("doctor").out
    assert "3 worktrees are kept for later batches" in shop.run("uninstall").err
    assert shop.run("gc", "--format", "json").json["pool"] == 0
    shop.write({".ralph-hooks.toml": "worktree_pool = 2\n"})
    assert shop.run("gc", "--dry-run", "--format", "json").json["pool"] == 1
    assert len(pool(shop)) == 3
    assert "removed 1 of the worktrees" in shop.run("gc").out
    assert shop.run("gc", "--empty-pool", "--format", "json").json["pool"] == 2
    assert pool(shop) == []


@pytest.mark.parametrize("ours", [True, False])
def test_a_worktree_of_which_only_the_folder_went_is_forgotten(shop: Workshop, *, ours: bool) -> None:
    """As a kill leaves it between the move into the pool and the word to git; one that others have locked stays."""
    shop.start("1.1")
    shop.work("1.1", {"x.txt": "x\n"})
    shop.finish("1.1")
    place = shop.worktree("1.1")
    shop.write({".ralph-hooks.toml": "keep_worktrees = true\n"})
    assert shop.land().code == 0
    place.rename(shop.path.with_name("away"))
    if not ours:
        shop.git("worktree", "unlock", str(place))
        shop.git("worktree", "lock", "--reason", "on a disk that is not here", str(place))
    shop.write({".ralph-hooks.toml": ""})
    shop.land()
    assert shop.git("worktree", "list").count("\n") == (0 if ours else 1)
    assert not shop.refs("refs/heads/ralph/")


def test_nothing_mounted_is_emptied(shop: Workshop) -> None:
    """A folder of another disk in an ignored one stays, and the worktree is not kept."""
    once(shop, "1.1")
    (slot,) = pool(shop)
    disk = slot / "files/disk.ignored"
    disk.mkdir()
    alone = ["unshare", "--mount", *(["--map-root-user"] if os.geteuid() else [])]  # its mounts go with it
    script = 'mount -t tmpfs tmpfs "$1" && touch "$1/precious" && "$2" -m ralph_hooks start 2.1 && ls "$1"'
    done = subprocess.run(
        [*alone, "sh", "-c", script, "sh", disk, sys.executable], cwd=shop.path, capture_output=True, check=False
    )
    assert (done.returncode, done.stdout.split()[-1:]) == (0, [b"precious"]), done
