"""An index as we read it, beside what git says of it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from workshop import Workshop

from ralph_hooks.errors import RefusedError
from ralph_hooks.git.index_file import GITLINK, rows

FILES = {"a": "a\n", "deep/er/b": "b\n", "deep/er/bb": "b\n", "deep/c d": "c\n", "é \n": "e\n", "run": "r\n"}
LONG = "/".join(["x" * 250] * 17)  # more than the 4095 characters that an entry has room to count


def git_says(shop: Workshop) -> list[tuple[str, int, bool]]:
    records = shop.git("ls-files", "--stage", "-t", "-z").split("\0")[:-1]
    facts = (record.partition("\t") for record in records)
    return [(path, int(fact.split(" ")[1], 8), fact.startswith("S ")) for fact, _, path in facts]


@pytest.mark.parametrize("version", ["2", "3", "4"])
@pytest.mark.parametrize("format", ["sha1", "sha256"])
def test_paths_modes_and_change_times(tmp_path: Path, version: str, format: str) -> None:  # noqa: A002
    shop = Workshop.make(tmp_path / "r", files=FILES, init=(f"--object-format={format}",))
    (shop.path / "run").chmod(0o755)
    (shop.path / "link").symlink_to("a")
    shop.commit("More")
    shop.git("update-index", "--add", "--cacheinfo", f"160000,{shop.git('rev-parse', 'HEAD')},module")
    shop.git("update-index", "--add", "--cacheinfo", f"100644,{shop.git('rev-parse', 'HEAD:a')},{LONG}")
    if version != "2":
        shop.git("update-index", "--skip-worktree", "deep/er/b")
    shop.git("update-index", "--index-version", version)
    index = (shop.path / ".git" / "index").read_bytes()
    assert index[7] == int(version)
    found = list(rows(index, format))
    assert [row[:3] for row in found] == git_says(shop)
    assert {mode for _, mode, _, _ in found} == {0o100644, 0o100755, 0o120000, GITLINK}
    times = {path: changed for path, mode, _, changed in found if mode != GITLINK and path != LONG}
    assert times == {path: int(os.lstat(shop.path / path).st_ctime) for path in times}


@pytest.mark.parametrize(
    "damage", [b"", b"DIRC", b"JUNK\0\0\0\2\0\0\0\1", b"DIRC\0\0\0\5\0\0\0\1", b"DIRC\0\0\0\2\0\0\0\1"]
)
def test_what_is_no_index(damage: bytes) -> None:
    with pytest.raises(RefusedError, match="an index cannot be read"):
        list(rows(damage, "sha1"))
