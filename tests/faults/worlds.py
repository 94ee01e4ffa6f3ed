"""All that a command may change, as data: two runs that ended alike have the same world."""

from __future__ import annotations

import json
import os
import re
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from workshop import Workshop

from ralph_hooks.batch.store import open_store

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(\+00:00|Z)")
_TIMED = ("refs/ralph/log/", "refs/ralph/batch/", "refs/ralph/landing/")  # commits that hold the time of day
_PAGES = ("batch.json", "list.json", "move.json")
# What is in git's folder and says nothing: objects and reflogs only grow, the others are written anew at every run.
# The tables of refs have names that git draws.
_UNSAID = re.compile(
    r"objects/|(worktrees/[^/]+/)?(logs/|index$|ORIG_HEAD$|ralph-seal/|reftable/)|ralph/pool/|"
    r"ralph/(errors\.log|ralph\.db|lock|claude\.answered)$"
)

World = dict[str, Any]


def world(shop: Workshop) -> World:
    """Refs, worktrees with their files and what git says of them, batches, every file in git's folder.

    The status says for each path how HEAD, index and file differ, with modes and ids: so it says what the index holds.
    """
    standing, refs = shop.git("worktree", "list", "--porcelain"), shop.refs()
    places = [Path(line[9:]) for line in standing.splitlines() if line[:9] == "worktree "]
    return {
        "refs": refs | dict(_records(shop, [ref for ref in refs if ref.startswith(_TIMED)])),
        "worktrees": standing,
        "files": _files(shop.path),
        "git": _git_files(shop.path / ".git"),
        "status": {str(place): shop.status(place, "--porcelain=v2") for place in places if place.is_dir()},
        "batches": {batch: _timeless(facts) for batch, facts in _batches(shop.path / ".git" / "ralph")},
    }


def differences(found: World, *expected: World) -> list[str]:
    """What keeps `found` from being one of the expected worlds: nothing, or how it differs from the nearest."""
    return min((_between(found, one) for one in expected), key=len)


def _between(found: World, expected: World) -> list[str]:
    one, other = _flat(found), _flat(expected)
    keys = [key for key in sorted(one.keys() | other.keys()) if one.get(key) != other.get(key)]
    return [f"{key}: {one.get(key)!r} and not {other.get(key)!r}" for key in keys]


def _flat(world: World) -> World:
    parts = {name: value if isinstance(value, dict) else {"": value} for name, value in world.items()}
    return {f"{name} {key}": value for name, part in parts.items() for key, value in part.items()}


def _records(shop: Workshop, refs: Sequence[str]) -> Iterator[tuple[str, str]]:
    """What the commits of these refs hold, by one process of git: a line says what comes, which is one line of JSON."""
    asked = "".join(f"{ref}:{page}\n" for ref in refs for page in _PAGES)
    answers = iter(shop.git("cat-file", "--batch", stdin=asked).split("\n"))
    for ref in refs:
        yield ref, "".join(_timeless(next(answers)) for _ in _PAGES if not next(answers).endswith(" missing"))


def _batches(store: Path) -> Iterator[tuple[str, str]]:
    """What our database says of each batch, as JSON: `log` and `status` say the same, by five processes of git."""
    with open_store(store) as opened:
        for batch, landing, ended, _ in opened.records():
            facts = {"landing": landing and landing.as_json(), "ended": ended, "noticed": opened.noticed(batch.id)}
            yield batch.id, json.dumps(batch.as_json() | facts)


def files_below(top: Path, but: str = "") -> Iterator[str]:
    """The paths of all files and links below a folder, relative to it, without those of one folder in it.

    A sweep walks thousands of repositories: by names, which takes half of the time that `Path.rglob` takes.
    """
    for folder, folders, names in os.walk(top):
        here = folder[len(str(top)) + 1 :]
        links = [name for name in folders if os.path.islink(os.path.join(folder, name))]
        folders[:] = [name for name in folders if os.path.join(here, name) != but]
        yield from (os.path.join(here, name) for name in (*names, *links))


def _files(top: Path) -> dict[str, Any]:
    return {name: _file(top / name) for name in files_below(top, but=".git")}


def _file(path: Path) -> tuple[int, str | bytes]:
    mode = path.lstat().st_mode
    return mode, str(path.readlink()) if stat.S_ISLNK(mode) else path.read_bytes()


def _git_files(folder: Path) -> dict[str, str]:
    said = (name for name in files_below(folder) if not _UNSAID.match(name))
    return {name: "" if name.startswith("refs/") else (folder / name).read_text(errors="replace") for name in said}


def _timeless(text: str) -> str:
    return _TIME.sub("TIME", json.dumps(json.loads(text), sort_keys=True))
