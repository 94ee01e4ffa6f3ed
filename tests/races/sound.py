"""What must hold of a repository whatever has met in it, once everybody is done: `assert_sound`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from moments import LOOSE, UNDER_WAY
from workshop import Workshop


@dataclass(frozen=True)
class Witness:
    """What somebody had made before the race, or made in it: `commits`, and `files` that nobody had committed."""

    commits: frozenset[str]
    files: Mapping[Path, bytes]


def witness(shop: Workshop) -> Witness:
    loose = {**LOOSE, **UNDER_WAY, "mine.txt": "", "by-hand.txt": ""}
    places = [shop.path, *(shop.path / ".ralph" / "worktrees").glob("*/*")]
    files = {
        place / name: (place / name).read_bytes() for place in places for name in loose if (place / name).is_file()
    }
    commits = shop.git("rev-list", "--exclude=refs/ralph/batch/*", "--all")  # our own records are written anew
    return Witness(frozenset(commits.split()), files)


def assert_sound(shop: Workshop, before: Witness) -> None:
    """No batch is open any more, and everything that anybody had is where it belongs."""
    _whole(shop)
    _nothing_lost(shop, before)
    _each_task_once(shop)
    _worktree_as_it_was_left(shop)
    _state_at_rest(shop)
    _store_agrees_with_refs(shop)


def _whole(shop: Workshop) -> None:
    shop.git("fsck", "--no-dangling", "--no-progress")
    git = shop.path / ".git"
    assert not [path for path in git.rglob("*") if path.name.endswith((".lock", ".ralph", ".keep", ".kept"))]
    assert not shop.refs("refs/ralph/landing/")


def _nothing_lost(shop: Workshop, before: Witness) -> None:
    now = set(shop.git("rev-list", "--all", "--objects", "--no-object-names").split())
    assert not before.commits - now, "commits that nothing reaches any more"
    for path, content in before.files.items():
        kept = path.is_file() and path.read_bytes().startswith(content)
        assert kept or shop.git("hash-object", "--stdin", stdin=content) in now, f"{path} is lost"


def _each_task_once(shop: Workshop) -> None:
    """One line of history, in which each task that is ticked was done once."""
    assert not shop.git("rev-list", "--merges", "main")
    tasks = shop.git("log", "--format=%(trailers:key=Ralph-Task,valueonly,separator=%x2C)", "main").split()
    assert Counter(tasks) == Counter(shop.ticks("main"))
    texts = shop.git("log", "--format=%s", "main").split("\n")
    assert not [text for text, count in Counter(texts).items() if count > 1]


def _worktree_as_it_was_left(shop: Workshop) -> None:
    """Of what is tracked a person's own edit alone differs from what is committed; it is not staged."""
    for place in (shop.path, shop.path.parent / "aside"):
        if place.is_dir():
            lines = [line for line in shop.status(place).split("\n") if line and not line.startswith("?? ")]
            assert lines in ([], [" M mine.txt"]), place


def _state_at_rest(shop: Workshop) -> None:
    state = shop.state()
    assert (state["awaitingApproval"], state["totalTasks"]) == (False, 4)
    assert "parallelGroup" not in state
    assert not [name for name, task in state.get("taskResults", {}).items() if task.get("status") == "pending"]


def _store_agrees_with_refs(shop: Workshop) -> None:
    """What landed is on the target, under its ref; and the refs alone tell the same story."""
    told = shop.run("log", "--format", "json").json["batches"]
    for batch in told:
        for item in batch["landed"] if batch["phase"] == "landed" else ():
            for ref in (f"refs/ralph/landed/{batch['batch']}", batch["target"]):
                shop.git("merge-base", "--is-ancestor", item["commit"], ref)
    (shop.path / ".git" / "ralph" / "ralph.db").unlink()
    assert shop.run("recover").code == 0
    again = shop.run("log", "--format", "json").json["batches"]
    for one, other in zip(_story(again), _story(told), strict=True):
        assert one == other


def _story(batches: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Without what the database alone knows: times, and why an executor failed."""
    told = [{key: value for key, value in batch.items() if key not in {"started", "ended"}} for batch in batches]
    return [batch | {"failed": [item | {"reason": ""} for item in batch["failed"]]} for batch in told]
