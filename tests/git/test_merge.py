"""Merges without a checkout: whichever way git is asked, it says the same."""

from __future__ import annotations

import random
import subprocess
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path

import pytest
from every_git import UseGit
from reliability import Proved

from ralph_hooks.git.features import Features, features, installed
from ralph_hooks.git.merge import Merger, open_merger, scratch_commit
from ralph_hooks.git.objects import Entry, Objects, open_objects
from ralph_hooks.git.repository import open_repository

OLD, TREE, PROCESS = (
    Features(attr_source=False, merge_process=False, config_hooks=False),
    Features(attr_source=True, merge_process=False, config_hooks=False),
    Features(attr_source=True, merge_process=True, config_hooks=False),
)
LINES = [f"line {number}\n" for number in range(30)]
Tree = dict[str, Entry]


@pytest.fixture
def objects(tmp_path: Path) -> Iterator[Objects]:
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    with open_objects(open_repository(tmp_path)) as opened:
        yield opened


@pytest.fixture
def newest(use_git: UseGit) -> None:
    """Asked for before `objects`, so that the repository is of this git too."""
    use_git("sid")


def commit(objects: Objects, tree: Tree, *parents: str) -> str:
    return objects.write("commit", scratch_commit(objects.write_tree(tree), parents))


def text(objects: Objects, *lines: str) -> Entry:
    return Entry("100644", objects.write("blob", "".join(lines).encode()))


def usual(objects: Objects) -> AbstractContextManager[Merger]:
    """A merger for the git that there is."""
    return open_merger(objects, installed())


@pytest.mark.compat("landing")
@pytest.mark.parametrize("command", ["echo said; cp %B %A", "cat; cp %B %A", "echo said; cp %B %A # and so on"])
def test_a_merge_driver_keeps_off_what_git_reads_and_says(objects: Objects, command: str) -> None:
    objects.repository.git("config", "merge.loud=er.driver", command)
    attributes = {".gitattributes": text(objects, "f merge=loud=er\n")}
    base = commit(objects, {"f": text(objects, "a\n"), **attributes})
    ours, theirs = (commit(objects, {"f": text(objects, line), **attributes}, base) for line in ("b\n", "c\n"))
    with usual(objects) as merger:
        merged = [merger.merge(ours, theirs, attributes=base) for _ in range(2)]
    assert merged[0] == merged[1]
    assert merged[0].clean
    assert objects.entry(merged[0].tree, "f") == text(objects, "c\n")


@pytest.mark.compat("landing")
def test_a_merge_driver_starts_in_the_worktree(objects: Objects) -> None:
    top = objects.repository.top
    (top / "driver").write_text('#!/bin/sh\ncp "$2" "$1"\necho 100%% >>"$1"\npwd >>"$1"\n')
    objects.repository.git("config", "merge.own.driver", "sh ./driver '%A' \"%B\"")
    (top / ".gitattributes").write_text("f -merge\n")  # nobody's but the worktree's
    base = commit(objects, {"f": text(objects, "a\n"), ".gitattributes": text(objects, "f merge=own\n")})
    ours, theirs = (commit(objects, {"f": text(objects, line)}, base) for line in ("b\n", "c\n"))
    with usual(objects) as merger:
        merged = merger.merge(ours, theirs, attributes=base)
    assert objects.entry(merged.tree, "f") == text(objects, "c\n", "100%%\n", f"{top}\n")


def some_tree(objects: Objects) -> Tree:
    return {
        **{f"{name}.txt": text(objects, f"{name}\n", *LINES) for name in "abcde"},
        **{f"folder/{name}.txt": text(objects, f"folder {name}\n", *LINES) for name in "abc"},
        "with space\nand line": text(objects, "odd\n", *LINES),
        "bytes \udcff": text(objects, "bytes\n", *LINES),
        "program": Entry("100755", text(objects, "#!/bin/sh\n", *LINES).oid),
        "link": Entry("120000", objects.write("blob", b"a.txt")),
        "image.bin": Entry("100644", objects.write("blob", bytes(range(256)))),
        "module": Entry("160000", objects.write("commit", scratch_commit(objects.write_tree({}), (), "module"))),
    }


def edited(objects: Objects, tree: Tree, chance: random.Random) -> Tree:
    """One of all that people do to a tree."""
    path = chance.choice(sorted(tree))
    entry, rest = tree[path], {other: tree[other] for other in tree if other != path}
    match chance.randrange(8):
        case 0 | 1 | 2 if entry.mode.startswith("100"):
            lines = objects.blob(entry.oid).splitlines(keepends=True)
            lines[chance.randrange(len(lines))] = f"changed {chance.randrange(3)}\n".encode()
            return {**rest, path: Entry(entry.mode, objects.write("blob", b"".join(lines)))}
        case 3:
            return {**rest, f"renamed/{chance.randrange(3)}": entry}
        case 4:
            return rest
        case 5 if entry.mode != "160000":
            mode = {"100644": "100755", "100755": "100644", "120000": "100644"}[entry.mode]
            return {**rest, path: Entry(mode, entry.oid)}
        case 6:
            return {**rest, f"{path}/inside": text(objects, f"new {chance.randrange(2)}\n")}
        case _:
            return {other.replace("folder/", "moved/"): entry for other, entry in tree.items()}


def a_side(objects: Objects, base: str, tree: Tree, chance: random.Random) -> str:
    for _ in range(chance.randrange(1, 5)):
        tree = edited(objects, tree, chance)
    return commit(objects, tree, base)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_all_ways_of_asking_git_give_the_same(newest: None, objects: Objects, seed: int, proved: Proved) -> None:
    chance = random.Random(seed)
    objects.repository.git("config", "merge.mine.driver", "echo mine; cp %B %A")
    tree = some_tree(objects)
    base = commit(objects, tree)
    rules = ("*.txt merge=union\n", "*.txt -merge\n", "*.txt merge=mine\n", "*.txt conflict-marker-size=3\n")
    attributes = [base, *(commit(objects, {**tree, ".gitattributes": text(objects, rule)}) for rule in rules)]
    sides = [a_side(objects, base, tree, chance) for _ in range(12)]
    pairs = [(ours, theirs) for ours in sides for theirs in sides]
    here, conflicts = base, 0
    with ExitStack() as stack:
        ways = [stack.enter_context(open_merger(objects, can)) for can in (OLD, TREE, PROCESS)]
        for ours, theirs in pairs:
            here = chance.choice(attributes) if chance.random() < 0.2 else here
            said = {way.merge(ours, theirs, attributes=here) for way in ways}
            assert len(said) == 1, said
            conflicts += not said.pop().clean
    assert len(pairs) / 10 < conflicts < len(pairs)
    proved("merges that git was asked for in every way", len(pairs))


def test_a_git_that_keeps_its_answers_to_itself_is_asked_in_a_process_for_each_merge() -> None:
    assert [features(version).merge_process for version in ((2, 47, 3), (2, 48, 1), (2, 49, 0), (3, 0))] == [
        False,
        False,
        True,
        True,
    ]
