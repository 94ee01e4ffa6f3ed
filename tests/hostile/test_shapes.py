"""Repositories of every shape: a batch works in them, or is refused with one clear line before anything moves."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

import pytest
from workshop import Content, Ran, Workshop

pytestmark = pytest.mark.slow

FILES: dict[str, Content] = {"src/a.py": "a\n", "src/b.py": "b\n", "docs/c.md": "c\n"}


class Shape(NamedTuple):
    """`make` gives the repository; `changes`: what each task writes. `late`: done to the repository before it lands.

    `refused`: words of the line that a command gives instead of going on.
    """

    make: Callable[[Path], Workshop]
    changes: Mapping[str, Mapping[str, Content | None]] = {
        "1.1": {"src/a.py": "one\n", "new/1.py": "1\n"},
        "1.2": {"src/b.py": None, "docs/c.md": "two\n"},
    }
    late: Callable[[Workshop], object] = lambda shop: None
    refused: str | None = None
    clean: bool = True


def plain(path: Path, **files: Content) -> Workshop:
    return Workshop.make(path / "repo", ["1.1", "1.2"], files={**FILES, **files})


def clone(path: Path, *options: str) -> Workshop:
    """A clone of a repository with a longer history."""
    origin = Workshop.make(path / "origin", ["1.1", "1.2"], files=FILES)
    for number in range(3):
        origin.write({"src/a.py": f"a {number}\n", f"src/{number}.py": "old\n"})
        origin.commit(f"Commit {number}")
    origin.git("config", "uploadpack.allowFilter", "true")
    origin.git("clone", "--quiet", *options, f"file://{origin.path}", str(path / "repo"))
    return Workshop(path / "repo")


def without_origin(shop: Workshop) -> None:
    shutil.rmtree(shop.path.parent / "origin")


def partial_and_lonely(path: Path) -> Workshop:
    shop = clone(path, "--filter=blob:none")
    without_origin(shop)
    return shop


def shared(path: Path) -> Workshop:
    origin = plain(path)
    shutil.move(origin.path, path / "origin")
    origin.git("clone", "--quiet", "--shared", str(path / "origin"), str(path / "repo"), at=path)
    return Workshop(path / "repo")


def with_submodule(path: Path) -> Workshop:
    inner = Workshop.make(path / "inner", ["1.1"])
    shop = plain(path)
    allow = ("-c", "protocol.file.allow=always")
    shop.git(*allow, "submodule", "--quiet", "add", str(inner.path), "vendor/inner")
    shop.commit("A submodule")
    shop.write({"loose.txt": "x\n"}, at=shop.path / "vendor/inner")
    return shop


def list_in_submodule(path: Path) -> Workshop:
    inner = Workshop.make(path / "inner", ["1.1", "1.2"], spec="demo")
    shop = Workshop.make(path / "repo", ["9.9"], files=FILES, spec="other")
    shop.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(inner.path), "specs")
    shop.commit("A submodule")
    return Workshop(path / "repo")


def lfs(path: Path, *, required: bool = True) -> Workshop:
    shop = plain(path, **{".gitattributes": "*.bin filter=lfs diff=lfs merge=lfs -text\n", "big.bin": "pointer\n"})
    for key, value in {"clean": "git-lfs-gone clean", "smudge": "git-lfs-gone smudge"}.items():
        shop.git("config", f"filter.lfs.{key}", value)
    shop.git("config", "filter.lfs.required", "true" if required else "false")
    return shop


def lfs_for_now(path: Path) -> Workshop:
    shop = plain(path, **{".gitattributes": "*.bin filter=lfs diff=lfs merge=lfs -text\n", "big.bin": "pointer\n"})
    shop.git("config", "filter.lfs.clean", "cat")
    shop.git("config", "filter.lfs.smudge", "cat")
    return shop


def lfs_lost(shop: Workshop) -> None:
    for key, value in {"clean": "git-lfs-gone", "smudge": "git-lfs-gone", "required": "true"}.items():
        shop.git("config", f"filter.lfs.{key}", value)


def smudge_lost(shop: Workshop) -> None:
    """Only writing fails: what git sees first is that nothing has changed."""
    shop.git("config", "filter.lfs.smudge", "git-lfs-gone")
    shop.git("config", "filter.lfs.required", "true")
    os.utime(shop.path / "big.bin", (1, 1))
    shop.git("update-index", "--refresh")


def sparse(path: Path, *options: str, patterns: tuple[str, ...] = ("src", "specs")) -> Workshop:
    shop = plain(path)
    shop.git("sparse-checkout", "set", *options, *patterns)
    return shop


def replaced(path: Path) -> Workshop:
    """For whoever looks through the replacement, the target's tree holds other files than it does."""
    shop = plain(path)
    tree = shop.git("rev-parse", "HEAD^{tree}")
    other = shop.git(
        "mktree", stdin="".join(f"{line}\n" for line in shop.git("ls-tree", tree).split("\n") if "docs" not in line)
    )
    shop.git("replace", tree, other)
    return shop


def grafted(path: Path) -> Workshop:
    shop = plain(path)
    shop.write({"src/z.py": "z\n"})
    tip = shop.commit("Second")
    (shop.path / ".git/info").mkdir(exist_ok=True)
    (shop.path / ".git/info/grafts").write_text(f"{tip}\n")
    return shop


def configured(path: Path, settings: Mapping[str, str], **files: Content) -> Workshop:
    shop = plain(path, **files)
    for key, value in settings.items():
        shop.git("config", key, value)
    shop.git("read-tree", "--empty")
    shop.git("reset", "--quiet", "--hard")
    return shop


ODD = [
    "a\nb",
    'qu"ote',
    "back\\slash",
    "-dash",
    "--all",
    ":(glob)*",
    ":!x",
    " lead",
    "trail ",
    "tab\t",
    "ü",
    "日本",
    "*",
    "[a]",
    "~",
    "%s",
    "$(x)",
    ".dot",
]
NON_UTF8 = os.fsdecode(b"latin-\xe9")
NAMES = [*ODD, NON_UTF8]

SHAPES = {
    "nothing special": Shape(plain),
    "a partial clone": Shape(lambda path: clone(path, "--filter=blob:none")),
    "a partial clone without its origin": Shape(
        partial_and_lonely, changes={"1.1": {"new/1.py": "1\n"}, "1.2": {"new/2.py": "2\n"}}
    ),
    "a partial clone whose origin goes": Shape(lambda path: clone(path, "--filter=blob:none"), late=without_origin),
    "a shallow clone": Shape(lambda path: clone(path, "--depth=1")),
    "alternates": Shape(shared),
    "alternates that go": Shape(shared, late=without_origin, refused="git"),
    "a submodule with changes inside": Shape(with_submodule, clean=False),
    "the list in a submodule": Shape(list_in_submodule, refused="specs/demo/tasks.md"),
    "a filter that is required and missing": Shape(lfs, refused="worktree"),
    "a filter that is missing": Shape(lambda path: lfs(path, required=False)),
    "a filter that goes": Shape(
        lfs_for_now,
        {"1.1": {"big.bin": "other\n"}, "1.2": {"src/b.py": "two\n"}},
        late=lfs_lost,
        refused="git-lfs-gone",
    ),
    "a filter that cannot write any more": Shape(
        lfs_for_now,
        {"1.1": {"big.bin": "other\n"}, "1.2": {"src/b.py": "two\n"}},
        late=smudge_lost,
        refused="git-lfs-gone",
    ),
    "a sparse checkout": Shape(lambda path: sparse(path, "--cone")),
    "a sparse checkout by patterns": Shape(
        lambda path: sparse(path, "--no-cone", patterns=("/specs/", "/src/", "!/src/b.py")),
        {"1.1": {"src/a.py": "one\n"}, "1.2": {"src/a2.py": "two\n"}},
    ),
    "a sparse index": Shape(lambda path: sparse(path, "--cone", "--sparse-index")),
    "replaced objects": Shape(replaced, {"1.1": {"src/a.py": "one\n"}, "1.2": {"src/b.py": "two\n"}}, clean=False),
    "grafts": Shape(grafted),
    "names of every kind": Shape(
        lambda path: Workshop.make(path / "repo", ["1.1", "1.2"], files={f"odd/{name}": "x\n" for name in NAMES}),
        {"1.1": {f"odd/{name}": "y\n" for name in NAMES}, "1.2": {f"new/{name}/{name}": "z\n" for name in NAMES}},
    ),
    "core.autocrlf": Shape(lambda path: configured(path, {"core.autocrlf": "true"})),
    "core.autocrlf and safecrlf": Shape(
        lambda path: configured(path, {"core.autocrlf": "true", "core.safecrlf": "true"})
    ),
    "eol attributes": Shape(lambda path: configured(path, {}, **{".gitattributes": "* text=auto eol=crlf\n"})),
    "another working-tree-encoding": Shape(
        lambda path: configured(path, {}, **{".gitattributes": "*.txt text working-tree-encoding=UTF-16\n"}),
        {"1.1": {"wide.txt": "wide\n".encode("utf-16")}, "1.2": {"src/b.py": "two\n"}},
    ),
    "core.fileMode=false": Shape(lambda path: configured(path, {"core.fileMode": "false"})),
    "core.symlinks=false": Shape(lambda path: configured(path, {"core.symlinks": "false"})),
    "core.ignoreCase": Shape(lambda path: configured(path, {"core.ignoreCase": "true"})),
    "core.ignoreStat": Shape(lambda path: configured(path, {"core.ignoreStat": "true"})),
    "an index of version 4 with an untracked cache": Shape(
        lambda path: configured(path, {"index.version": "4", "core.untrackedCache": "true", "core.splitIndex": "true"})
    ),
    "a split index": Shape(lambda path: configured(path, {"core.splitIndex": "true"})),
}


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_a_shape(shape: Shape, tmp_path: Path, proved: Callable[[str, int], None]) -> None:
    shop = shape.make(tmp_path)
    before = shop.status() if shape.clean and shape.refused is None else ""
    said = [shop.run("start", "1.1", "1.2", "--tasks", shop.page("tasks.md"))]
    if said[0].code == 0:
        for task, files in shape.changes.items():
            shop.write(files, at=shop.worktree(task))
            said.append(shop.run("finish", task))
        shape.late(shop)
        tip = shop.git("rev-parse", "HEAD")
        disk = on_disk(shop)
        said.append(shop.run("land"))
        if said[-1].code == 2:
            assert shop.git("rev-parse", "HEAD", accept=range(256)) == tip
            assert on_disk(shop) == disk
    for ran in said:
        orderly(ran)
    if shape.refused is None:
        assert [ran.code for ran in said] == [0] * 4, said
        assert landed(shop, shape)
        assert shop.status() == before or not shape.clean
        assert shop.run("undo").code == 0
        assert shop.git("rev-parse", "HEAD") == tip
        assert shop.status() == before or not shape.clean
    else:
        assert shape.refused in next(ran.err for ran in said if ran.code == 2)
    proved("shapes of repositories", 1)


def landed(shop: Workshop, shape: Shape) -> bool:
    """Every file as its task left it, in the real tree: seen without any replacement."""
    env = {"GIT_NO_REPLACE_OBJECTS": "1"}
    names = shop.git("ls-tree", "-r", "-z", "--name-only", "HEAD", env=env).split("\0")
    for files in shape.changes.values():
        for name, content in files.items():
            assert (name in names) == (content is not None), name
    kept = set(shop.git("ls-tree", "-r", "-z", "--name-only", "HEAD~2", env=env).split("\0"))
    gone = {name for files in shape.changes.values() for name, content in files.items() if content is None}
    return kept - set(names) == gone


def on_disk(shop: Workshop) -> dict[str, bytes]:
    """Every file of the main worktree, but for git's and ours."""
    found = {}
    for here, folders, names in os.walk(shop.path):
        folders[:] = [name for name in folders if name not in {".git", ".ralph"}]
        for name in names:
            path = Path(here) / name
            found[str(path)] = path.read_bytes() if path.is_file() else os.readlink(path).encode()
    return found


def orderly(ran: Ran) -> None:
    assert ran.code in {0, 1, 2}, ran
    assert "Traceback" not in ran.err
    if ran.code == 2:
        [line] = ran.err.splitlines()
        assert line.startswith("ralph-hooks: error: "), line
        assert "; " in line
