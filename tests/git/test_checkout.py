"""A worktree brought along: what git leaves undone without calling it an error."""

from __future__ import annotations

from pathlib import Path

import pytest
from workshop import Workshop

from ralph_hooks.git.checkout import Checkout, lock_checkout
from ralph_hooks.git.diff import Change
from ralph_hooks.git.objects import Entry
from ralph_hooks.git.repository import open_repository


@pytest.fixture
def shop(tmp_path: Path) -> Workshop:
    return Workshop.make(tmp_path / "repo", files={"gone/a.txt": "a\n"})


def clear(shop: Workshop, path: str = "gone/a.txt") -> None:
    """After a switch that was to remove this path."""
    mode, oid = shop.tree()["gone/a.txt"]
    with lock_checkout(open_repository(shop.path), "the test") as checkout:
        assert isinstance(checkout, Checkout)
        checkout.clear({path: Change(path, Entry(mode, oid), None)})


def test_a_file_that_git_could_not_remove_goes(shop: Workshop) -> None:
    clear(shop)
    assert not (shop.path / "gone").exists()


def test_one_that_somebody_has_made_meanwhile_stays(shop: Workshop) -> None:
    shop.write({"gone/a.txt": "mine\n"})
    clear(shop)
    assert shop.read("gone/a.txt") == "mine\n"


def test_a_folder_in_its_place_stays(shop: Workshop) -> None:
    clear(shop, "gone")
    assert shop.read("gone/a.txt") == "a\n"


@pytest.mark.parametrize("listed", [["A.TXT"], []], ids=["another spelling", "nothing"])
def test_one_that_is_found_under_another_name_stays(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch, listed: list[str]
) -> None:
    """On a file system to which `A.TXT` and `a.txt` are one name, the file of the new one."""
    monkeypatch.setattr("os.listdir", lambda _: ["gone", *listed])
    clear(shop)
    assert shop.read("gone/a.txt") == "a\n"
