"""What heads change against a base, asked for all at once: the same as between their trees."""

from __future__ import annotations

from pathlib import Path

import pytest
from workshop import Workshop

from ralph_hooks.git.diff import asking_since, diff_trees
from ralph_hooks.git.objects import open_objects
from ralph_hooks.git.repository import open_repository

# Names that look like what stands between the records of an answer, or like the beginning of one.
NAMES = ("abc", "0123456789", "a\nb", ":100644", "\n", "deadbeef/cafe", "é")


@pytest.mark.parametrize("init", [(), ("--object-format=sha256",)], ids=["sha1", "sha256"])
def test_it_is_what_differs_between_the_trees(tmp_path: Path, init: tuple[str, ...]) -> None:
    shop = Workshop.make(tmp_path / "repo", files=dict.fromkeys(NAMES, "old\n"), init=init)
    base = shop.git("rev-parse", "HEAD")
    heads = []
    for number, name in enumerate(NAMES):
        shop.git("switch", "--quiet", "--detach", base)
        shop.write({name: None if number % 2 else "new\n", f"{number:x}": "added\n"})
        heads.append(shop.commit("One"))
        shop.write({f"more/{name}": "more\n"})
        heads.append(shop.commit("Two"))
    shop.git("merge", "--quiet", "--no-ff", "-m", "Merge", heads[1])
    heads.append(shop.git("rev-parse", "HEAD"))
    repository = open_repository(shop.path)
    with asking_since(repository, base, [*heads, base, "1" * len(base)]) as answer:
        found = answer()
    with open_objects(repository) as objects:
        expected = diff_trees(objects, [(objects.tree_of(base), objects.tree_of(head)) for head in heads])
    assert found == dict(zip(heads, expected, strict=True)), "nothing of the base itself, or of what is not there"


def test_nobody_is_asked_about_nothing(tmp_path: Path) -> None:
    shop = Workshop.make(tmp_path / "repo")
    with asking_since(open_repository(shop.path), shop.git("rev-parse", "HEAD"), []) as answer:
        assert answer() == {}
