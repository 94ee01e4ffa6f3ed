"""What is written here is what git reads: ids, packs, trees."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from ralph_hooks.errors import RalphError
from ralph_hooks.git import objects as git_objects
from ralph_hooks.git.diff import diff_trees, walk_trees
from ralph_hooks.git.kept_pack import kept_pack
from ralph_hooks.git.merge import scratch_commit
from ralph_hooks.git.objects import Entry, Objects, open_objects
from ralph_hooks.git.pack import indexed_pack, listed
from ralph_hooks.git.quarantine import Quarantine
from ralph_hooks.git.repository import open_repository

# Around every length at which the size in a pack takes another byte, or the content more than a block.
SIZES = (0, 1, 15, 16, 17, 2047, 2048, 2049, 65535, 65536, 262143, 262144)


@pytest.fixture(params=["sha1", "sha256"])
def objects(tmp_path: Path, request: pytest.FixtureRequest) -> Objects:
    subprocess.run(["git", "init", "-q", f"--object-format={request.param}", tmp_path], check=True)
    with open_objects(open_repository(tmp_path)) as opened:
        yield opened


def git(objects: Objects, *args: str, stdin: bytes = b"") -> bytes:
    return objects.repository.git(*args, stdin=stdin).stdout


def written(objects: Objects, few: bool) -> list[tuple[str, bytes]]:
    contents = [bytes([number % 251]) * size for number, size in enumerate(SIZES)]
    contents += [] if few else [f"blob {number}".encode() for number in range(100)]
    return [(objects.write("blob", content), content) for content in contents]


@pytest.mark.parametrize("few", [True, False], ids=["one by one", "as a pack"])
def test_git_has_every_object_after_a_flush(objects: Objects, few: bool) -> None:
    pairs = written(objects, few)
    objects.flush()
    for oid, content in pairs:
        assert git(objects, "cat-file", "blob", oid) == content
    assert bool(list((objects.repository.common_dir / "objects" / "pack").glob("*.pack"))) is not few
    git(objects, "fsck", "--strict")


def has(objects: Objects, oid: str, env: Mapping[str, str] | None = None) -> bool:
    return objects.repository.git("cat-file", "-e", oid, env=env, accept=(0, 1, 128)).status == 0


@pytest.mark.parametrize("few", [True, False])
def test_a_pack_and_its_index_are_as_git_makes_them(objects: Objects, few: bool, tmp_path: Path) -> None:
    written(objects, few)
    pack, index = indexed_pack(objects.repository.hash_name, {oid: rest for oid, *rest in objects.unstored()})
    file = tmp_path / "a.pack"
    file.write_bytes(pack)
    git(objects, "index-pack", "--no-rev-index", str(file))
    assert file.with_suffix(".idx").read_bytes() == index
    ids = [*listed(index, len(objects.repository.zero) // 2)]
    assert ids == sorted(oid for oid, *_ in objects.unstored())


def test_git_looks_into_what_is_lent_and_stores_nothing_of_it(objects: Objects, tmp_path: Path) -> None:
    lent = objects.write("blob", b"lent\n")
    place = tmp_path / 'colon : "quoted" \\ folder'
    objects.lend(place)
    assert has(objects, lent, objects.shown())
    assert not has(objects, lent)
    later = objects.write("blob", b"written later\n")
    assert has(objects, later, objects.shown())
    assert has(objects, lent)  # with the later one, which was not lent
    objects.take_back()
    assert not place.exists()


def test_what_a_kept_pack_does_not_hold_is_not_taken_for_stored(objects: Objects) -> None:
    """The pack holds what its tips reach. Somebody may be told of the rest later."""
    tips = [objects.write("commit", scratch_commit(objects.write_tree({}), (), said)) for said in ("one", "other")]
    with kept_pack(objects, tips[:1], []):
        assert [has(objects, tip) for tip in tips] == [True, False]
        assert [oid for oid, *_ in objects.unstored()] == tips[1:]
    assert has(objects, tips[1], objects.shown())
    git(objects, "fsck", "--strict")


def test_an_object_can_be_read_before_git_has_it(objects: Objects) -> None:
    blob = objects.write("blob", b"text")
    tree = objects.write_tree({"folder": Entry("040000", objects.write_tree({"a": Entry("100644", blob)}))})
    assert objects.read(blob) == ("blob", b"text")
    assert objects.entry(tree, "folder/a") == Entry("100644", blob)
    assert objects.repository.git("cat-file", "-e", blob, accept=(0, 1, 128)).status != 0


def test_ids_are_those_of_git(objects: Objects) -> None:
    for content in (b"", b"text\n", b"\0\xff"):
        assert objects.write("blob", content) == git(objects, "hash-object", "--stdin", stdin=content).decode().strip()


def test_a_tree_is_sorted_as_git_sorts_it(objects: Objects) -> None:
    """A folder sorts as if its name ended with a slash."""
    blob = objects.write("blob", b"")
    folder = Entry("040000", objects.write_tree({"x": Entry("100644", blob)}))
    tree = objects.write_tree(
        {"a": folder, "a.b": Entry("100755", blob), "a-b": Entry("100644", blob), "ä": Entry("120000", blob)}
    )
    objects.flush()
    listed = git(objects, "ls-tree", "--name-only", "-z", tree).decode().split("\0")
    assert listed == ["a-b", "a.b", "a", "ä", ""]
    git(objects, "fsck", "--strict")


def test_editing_a_tree_leaves_the_rest_alone(objects: Objects) -> None:
    blob, other = objects.write("blob", b"1"), objects.write("blob", b"2")
    old, new = Entry("100644", blob), Entry("100755", other)
    tree = objects.edit_tree(None, {"a/b/c": old, "a/d": old, "e": old})
    edited = objects.edit_tree(tree, {"a/b/c": None, "e": new, "f/g": new})
    objects.flush()
    listed = git(objects, "ls-tree", "-r", "-z", edited).decode().split("\0")
    assert [line.replace("\t", " ").split(" ")[::3] for line in listed[:-1]] == [
        ["100644", "a/d"],
        ["100755", "e"],
        ["100755", "f/g"],
    ]


def test_what_becomes_a_folder_takes_the_place_of_one(objects: Objects) -> None:
    """Nothing is added to the tree, and yet its order changes."""
    here = Entry("100644", objects.write("blob", b""))
    folder = Entry("040000", objects.write_tree({"x": here}))
    objects.edit_tree(objects.write_tree({"a": here, "a.b": here}), {"a": folder})
    objects.edit_tree(objects.write_tree({"a": folder, "a.b": here}), {"a": here})
    objects.flush()
    git(objects, "fsck", "--strict")


def test_what_was_loaded_is_read_without_asking_again(objects: Objects) -> None:
    here = Entry("100644", objects.write("blob", b""))
    tree = objects.edit_tree(None, {"a/b/c": here, "d/e": here, "f": here})
    objects.flush()
    with open_objects(objects.repository) as anew:
        anew.load([tree, "0" * len(tree)])  # what is missing is said by whoever reads it
        anew.load_trees(tree, ["a/b/c", "d/gone/x", "f/below"])
        anew.close()
        assert anew.edit_tree(tree, {"a/b/c": None, "d/e": None, "f": None}) == anew.write_tree({})


def test_an_edit_below_a_file_is_refused(objects: Objects) -> None:
    blob = objects.write("blob", b"")
    tree = objects.write_tree({"a": Entry("100644", blob)})
    with pytest.raises(ValueError, match="below a file"):
        objects.edit_tree(tree, {"a/b": Entry("100644", blob)})
    assert objects.edit_tree(tree, {"a/b": None}) == tree


def test_trees_are_walked_as_git_compares_them(objects: Objects) -> None:
    blob, other = (Entry("100644", objects.write("blob", content)) for content in (b"one", b"other"))
    link, module = Entry("120000", blob.oid), Entry("160000", objects.write_tree({}))
    trees = [
        objects.write_tree(files)
        for files in (
            {},
            {"a": blob, "b/c": blob, "b/d": blob, "e/f/g": blob, "b.x": blob, "bytes \udcff": blob},
            {"a": Entry("100755", blob.oid), "b": blob, "e/f": other, "b.x": other, "bytes \udcff": other},
            {"a/inside": blob, "b/c": other, "b/d": blob, "e/f/g": link, "b.x": module, "e/f/h/i": other},
        )
    ]
    pairs = [(old, new) for old in trees for new in trees]
    walked = [{change.path: change for change in walk_trees(objects, old, new)} for old, new in pairs]
    assert walked == diff_trees(objects, pairs)


def test_git_works_on_what_is_not_stored_and_what_it_makes_is_taken_in(objects: Objects) -> None:
    lent, stored = objects.write("blob", b"lent\n"), git(objects, "hash-object", "-w", "--stdin", stdin=b"stored\n")
    quarantine = Quarantine(objects)
    for name in ("x", "y"):
        quarantine.lend()
        rows = f"100644 blob {lent}\tl\n100644 blob {stored.decode().strip()}\ts\n".encode()
        below = objects.repository.git("mktree", stdin=rows, env=quarantine.env).text
        row = f"040000 tree {below}\t{name}\n".encode()
        tree = objects.repository.git("mktree", stdin=row, env=quarantine.env).text
        quarantine.take_in(tree)
        assert [oid for oid, _, _ in objects.unstored()][-1] == tree
        assert objects.entry(tree, f"{name}/l") == Entry("100644", lent)
    assert not git(objects, "fsck", "--full", "--strict", "--no-dangling")
    quarantine.close()
    objects.flush()
    assert git(objects, "cat-file", "blob", f"{tree}:y/l") == b"lent\n"
    assert not git(objects, "fsck", "--full", "--strict", "--no-dangling")


def test_what_waits_for_git_and_what_is_kept_split_stays_small(
    objects: Objects, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A large folder gives a large tree with each commit of a landing: those of 200 do not fit into the memory."""
    monkeypatch.setattr(git_objects, "_MUCH", 1000)
    monkeypatch.setattr(git_objects, "_ROWS", 50)
    tree = None
    for number in range(100):
        blob = Entry("100644", objects.write("blob", b"%d" % number * 20))
        tree = objects.edit_tree(tree, {f"folder/{number}": blob, f"{number}/file": blob})
        assert sum(len(content) for _, _, content in objects.unstored()) <= 1000
        assert sum(map(len, objects._trees.values())) <= 50 + 102
    objects.flush()
    assert len(git(objects, "ls-tree", "-r", tree or "").splitlines()) == 200


@pytest.mark.parametrize("rows", [b"100644 a\0", b"100644a\0" + bytes(20), b"100644 a\0" + bytes(20) + b"rest"])
def test_a_tree_that_git_would_not_write_is_not_read_in_part(tmp_path: Path, rows: bytes) -> None:
    """What was left out would be missing from every tree that is made from it."""
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    with open_objects(open_repository(tmp_path)) as opened:
        tree = git(opened, "hash-object", "-t", "tree", "--literally", "-w", "--stdin", stdin=rows).decode().strip()
        with pytest.raises(RalphError, match="no tree as git writes it"):
            opened.entry(tree, "a")
