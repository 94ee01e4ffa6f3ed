"""Edits that `git status` does not show: nothing overwrites them, and an executor's land."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from test_shapes import on_disk, orderly
from workshop import Workshop

pytestmark = pytest.mark.slow

BITS = ["--assume-unchanged", "--skip-worktree"]
HIDDEN = "mine, and nobody is told\n"


@pytest.fixture
def shop(tmp_path: Path) -> Workshop:
    return Workshop.make(tmp_path / "repo", ["1.1", "1.2"], files={"src/a.py": "a\n", "src/b.py": "b\n"})


def hide(shop: Workshop, bit: str, path: str, content: str, at: Path | None = None) -> None:
    shop.git("update-index", bit, path, at=at)
    shop.write({path: content}, at=at)
    assert shop.status(at) == ""


@pytest.mark.parametrize("change", ["x\n", None], ids=["changed", "deleted"])
@pytest.mark.parametrize("bit", BITS)
def test_a_hidden_edit_in_the_way(
    bit: str, change: str | None, shop: Workshop, proved: Callable[[str, int], None]
) -> None:
    shop.start("1.1")
    shop.work("1.1", {"src/a.py": change, "new.py": "new\n"})
    shop.finish("1.1")
    hide(shop, bit, "src/a.py", HIDDEN)
    tip, disk = shop.git("rev-parse", "HEAD"), on_disk(shop)
    ran = shop.land()
    orderly(ran)
    assert on_disk(shop) == disk
    assert ran.code == 2
    assert "src/a.py" in ran.err
    assert shop.git("rev-parse", "HEAD") == tip
    shop.git("update-index", bit.replace("--", "--no-"), "src/a.py")
    shop.git("checkout", "--quiet", "--", "src/a.py")
    assert shop.land().code == 0
    assert shop.status() == ""
    proved("hidden edits", 1)


@pytest.mark.parametrize("bit", BITS)
def test_a_hidden_edit_elsewhere(bit: str, shop: Workshop, proved: Callable[[str, int], None]) -> None:
    hide(shop, bit, "src/b.py", HIDDEN)
    assert shop.do({"1.1": {"src/a.py": "x\n"}}).code == 0
    assert shop.read("src/b.py") == HIDDEN
    assert shop.status() == ""
    assert shop.run("undo").code == 0
    assert shop.read("src/b.py") == HIDDEN
    assert shop.read("src/a.py") == "a\n"
    proved("hidden edits", 1)


@pytest.mark.parametrize("bit", BITS)
def test_a_hidden_edit_before_an_undo(bit: str, shop: Workshop, proved: Callable[[str, int], None]) -> None:
    assert shop.do({"1.1": {"src/a.py": "x\n"}}).code == 0
    hide(shop, bit, "src/a.py", HIDDEN)
    ran = shop.run("undo")
    orderly(ran)
    assert ran.code == 2
    assert shop.read("src/a.py") == HIDDEN
    proved("hidden edits", 1)


@pytest.mark.parametrize("bit", BITS)
def test_a_hidden_edit_of_an_executor(bit: str, shop: Workshop, proved: Callable[[str, int], None]) -> None:
    shop.start("1.1")
    hide(shop, bit, "src/a.py", "done\n", at=shop.worktree("1.1"))
    shop.finish("1.1")
    assert shop.land().code == 0
    assert shop.show("HEAD", "src/a.py") == "done"
    proved("hidden edits", 1)


def test_what_an_executor_staged_outside_of_its_sparse_checkout(
    shop: Workshop, proved: Callable[[str, int], None]
) -> None:
    """It stands in the index alone: that it is not on disk is no deletion."""
    shop.git("sparse-checkout", "set", "--no-cone", "/*", "!/src/b.py")
    shop.start("1.1")
    place = shop.worktree("1.1")
    blob = shop.git("hash-object", "-w", "--stdin", stdin="staged\n")
    shop.git("update-index", "--cacheinfo", f"100644,{blob},src/b.py", at=place)
    shop.git("update-index", "--skip-worktree", "src/b.py", at=place)
    shop.finish("1.1")
    assert shop.land().code == 0
    assert shop.show("HEAD", "src/b.py") == "staged"
    proved("hidden edits", 1)


def test_files_that_are_only_intended(shop: Workshop, proved: Callable[[str, int], None]) -> None:
    shop.start("1.1", "1.2")
    shop.write({"intended.py": "mine\n", "new.py": "mine\n"})
    shop.git("add", "--intent-to-add", "intended.py", "new.py")
    place = shop.worktree("1.1")
    shop.write({"theirs.py": "theirs\n"}, at=place)
    shop.git("add", "--intent-to-add", "theirs.py", at=place)
    shop.finish("1.1")
    shop.work("1.2", {"new.py": "theirs\n"})
    shop.finish("1.2")
    ran = shop.land()
    orderly(ran)
    assert ran.code == 2
    assert "new.py" in ran.err
    assert shop.read("new.py") == "mine\n"
    shop.git("rm", "--quiet", "--cached", "new.py")
    (shop.path / "new.py").unlink()
    assert shop.land().code == 0
    assert shop.show("HEAD", "theirs.py") == "theirs"
    assert shop.read("intended.py") == "mine\n"
    proved("hidden edits", 1)
