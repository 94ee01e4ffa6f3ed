"""Names that git does not check out: what we say is what git says."""

from __future__ import annotations

import os

import pytest
from workshop import Workshop

from ralph_hooks.git.names import is_forbidden

PATHS = [
    ".git",
    ".git/config",
    "a/.git",
    "a/.git/hooks/x",
    ".GIT",
    ".Git/x",
    "git~1",
    "GIT~1/x",
    ".git ",
    ".git.",
    ".git . .",
    ".git:x",
]
PATHS += [
    ".git\\x",
    "a/.g\u200cit/x",
    ".g\ufeffit",
    ".git::$INDEX_ALLOCATION/x",
    "..",
    "a/../b",
    "./a",
    "a/.",
    "a//b",
    "/a",
    "a/",
]
FINE = [
    "a",
    ".gitignore",
    ".gitattributes",
    ".github/x",
    ".gitx",
    "git~2",
    "git",
    "git~10",
    ". git",
    "..a",
    "a..",
    "...",
    ".g it",
    "a.git",
    "a.git/x",
]
FINE += [".gitmodules", "gitmod~1", ".gitignore/.gitkeep", "ü/日本", "\u200c", "x\\y", ".git_"]
LINKS = [
    ".gitmodules",
    ".GITMODULES",
    "a/.gitmodules",
    "gitmod~1",
    "gi7eba~1",
    ".gitmodules ",
    ".gitmodules:x",
    ".gitattributes",
    ".gitignore",
    "gitmod~9x",
    "a",
]


@pytest.mark.parametrize(
    ("mode", "path"), [*(("100644", path) for path in [*PATHS, *FINE]), *(("120000", path) for path in LINKS)]
)
def test_it_agrees_with_git(mode: str, path: str, tmp_path_factory: pytest.TempPathFactory, shop: Workshop) -> None:
    protect = ("-c", "core.protectHFS=true", "-c", "core.protectNTFS=true")
    blob = shop.git("hash-object", "-w", "--stdin", stdin="x")
    env = {"GIT_INDEX_FILE": str(tmp_path_factory.mktemp("index") / "index")}
    listed = os.fsencode(f"{mode} {blob}\t{path}\0")
    shop.git(*protect, "update-index", "-z", "--index-info", stdin=listed, env=env, accept=range(256))
    taken = bool(shop.git("ls-files", env=env))
    assert is_forbidden(path, mode) == (not taken)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    return Workshop.make(tmp_path_factory.mktemp("names") / "repo", ["1.1"])
