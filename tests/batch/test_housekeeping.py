"""`git gc --prune=now` takes away whatever no ref names. Here it runs at the moment when nothing names what we made."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from workshop import Workshop

from ralph_hooks.batch import ending, journal, loose, record
from ralph_hooks.git.kept_pack import kept_pack
from ralph_hooks.git.objects import Objects
from ralph_hooks.git.repository import Repository


@pytest.fixture
def shop(tmp_path: Path) -> Workshop:
    return Workshop.make(tmp_path / "repo", ("1.1", "1.2"), {"a.txt": "a\n"}, init=("--template=",))


def collect_before(monkeypatch: pytest.MonkeyPatch, module: Any, shop: Workshop) -> None:
    """Everything that is in no ref goes, each time that this module is about to move one."""
    honest: Callable[..., None] = module.move_refs

    def move_refs(repository: Repository, message: str, updates: Sequence[object]) -> None:
        shop.git("gc", "--quiet", "--prune=now")
        honest(repository, message, updates)

    monkeypatch.setattr(module, "move_refs", move_refs)


def whole(shop: Workshop) -> None:
    shop.git("fsck", "--no-dangling", "--no-progress")
    assert not list((shop.path / ".git/objects/pack").glob("*.keep"))
    assert not list((shop.path / ".git/ralph").glob("new-*"))
    assert not list((shop.path / ".git/ralph").glob("lent-*"))


def packs(shop: Workshop) -> set[str]:
    return {pack.name for pack in (shop.path / ".git/objects/pack").glob("*.pack")}


def test_beside_a_start(shop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    collect_before(monkeypatch, record, shop)
    shop.start("1.1")
    whole(shop)


@pytest.mark.parametrize("how", [(), ("--failed",)])
def test_beside_a_finish(shop: Workshop, monkeypatch: pytest.MonkeyPatch, how: tuple[str, ...]) -> None:
    shop.start("1.1")
    shop.write({"loose.txt": "loose\n"}, at=shop.worktree("1.1"))
    collect_before(monkeypatch, ending, shop)
    collect_before(monkeypatch, loose, shop)
    assert shop.finish("1.1", *how).json["commit"]
    whole(shop)


def test_beside_a_landing(shop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.start("1.1")
    shop.work("1.1", {"a.txt": "landed\n"})
    shop.finish("1.1")
    collect_before(monkeypatch, journal, shop)
    assert shop.land().ids("landed") == ["1.1"]
    whole(shop)


def test_a_landing_leaves_one_pack(shop: Workshop) -> None:
    shop.start()
    for task in ("1.1", "1.2"):
        shop.work(task, {f"{task}/{number}.txt": f"{number}\n" for number in range(20)})
        shop.finish(task)
    before = packs(shop)
    assert shop.land().ids("landed") == ["1.1", "1.2"]
    (made,) = packs(shop) - before
    listed = shop.git("show-index", stdin=(shop.path / ".git/objects/pack" / made).with_suffix(".idx").read_bytes())
    assert set(shop.git("rev-list", "--objects", "--no-object-names", "HEAD", "^HEAD~2").split()) <= set(listed.split())
    whole(shop)


@pytest.mark.parametrize("times", [1, 3])
def test_what_was_taken_away_is_made_again(shop: Workshop, monkeypatch: pytest.MonkeyPatch, times: int) -> None:
    shop.start("1.1")
    shop.write({"loose.txt": "loose\n"}, at=shop.worktree("1.1"))
    left = [None] * times

    @contextmanager
    def late(objects: Objects, tips: Sequence[str], known: Sequence[str]) -> Iterator[None]:
        if left:
            left.pop()
            shop.git("prune", "--expire=now")
        with kept_pack(objects, tips, known):
            yield

    monkeypatch.setattr(loose, "kept_pack", late)
    ran = shop.run("finish", "1.1", "--format", "json")
    whole(shop)
    if times == 1:
        assert shop.show(ran.json["commit"], "loose.txt") == "loose"
    else:
        assert (ran.code, ran.out) == (2, "")
        assert "git gc --prune=now" in ran.err
        assert (shop.worktree("1.1") / "loose.txt").read_text() == "loose\n"
        assert shop.finish("1.1").code == 0


def test_what_is_not_ours_there_stops_nobody(shop: Workshop) -> None:
    """An executor may write to our folder."""
    shop.run("status")
    foreign = (f"lent-{10**30}/pack/foreign", "lent-1.x/pack/foreign", "lent-2.x", "lent-3.x/pack", "new-4.x/foreign")
    shop.write({f".git/ralph/{name}": "foreign\n" for name in foreign})
    shop.start("1.1")
    assert all((shop.path / ".git/ralph" / name).is_file() for name in foreign)


def test_what_a_killed_one_left_goes(shop: Workshop) -> None:
    """What a living one has made or lends stays: somebody may have deleted the lock over it."""
    shop.run("status")
    shop.write({".git/objects/pack/pack-1.keep": "ralph-hooks\n"})
    shop.write({".git/objects/pack/pack-2.keep": "somebody else's\n"})
    staged, living = f"new-{os.getppid()}-1.pack", f"lent-{os.getppid()}"
    shop.write({f".git/ralph/{name}": "" for name in ("new-99999999-1.pack", staged)})
    shop.write({f".git/ralph/{name}/pack/pack-lent.idx": "half" for name in ("lent-99999999", living)})
    shop.start("1.1")
    assert [keep.name for keep in (shop.path / ".git/objects/pack").glob("*.keep")] == ["pack-2.keep"]
    assert [pack.name for pack in (shop.path / ".git/ralph").glob("new-*")] == [staged]
    assert [folder.name for folder in (shop.path / ".git/ralph").glob("lent-*")] == [living]
