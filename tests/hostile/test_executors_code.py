"""What an executor's branch or worktree contains never runs as a program, whatever command of ours meets it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from canary import Canary
from workshop import Ran, Workshop

pytestmark = pytest.mark.slow

Lay = Callable[[Workshop, Path, Canary], None]
ATTRIBUTES = "* filter=evil diff=evil merge=evil\n"


class Trap(NamedTuple):
    """`lay` sets it in an executor's worktree. `spring`: what a careless git command there would be, below `at`.

    `lands`: the executor's work is as good as any other; else its attempt must not land. `tracked`: the user has git
    run files of the worktree, so what has landed runs like the rest of the target, and nothing before that.
    """

    lay: Lay
    spring: tuple[str, ...] = ("status",)
    at: str = "."
    lands: bool = True
    tracked: bool = False


def _repository(shop: Workshop, canary: Canary, path: Path) -> None:
    """A repository with one commit whose configuration runs the canary; one file differs from that commit."""
    path.mkdir(exist_ok=True)
    shop.git("init", "--quiet", at=path)
    shop.write({"inner.txt": "1\n"}, at=path)
    shop.git("add", "--all", at=path)
    shop.git("commit", "--quiet", "-m", "Inner", at=path)
    shop.write({"inner.txt": "2\n", ".gitattributes": ATTRIBUTES}, at=path)
    with (path / ".git/config").open("a") as config:
        config.write(canary.settings)


def own_repository(shop: Workshop, place: Path, canary: Canary) -> None:
    (place / ".git").unlink()
    _repository(shop, canary, place)


def own_repository_by_link(shop: Workshop, place: Path, canary: Canary) -> None:
    elsewhere = place.parent / "elsewhere"
    _repository(shop, canary, elsewhere)
    (place / ".git").unlink()
    (place / ".git").symlink_to(elsewhere / ".git")


def own_repository_by_pointer(shop: Workshop, place: Path, canary: Canary) -> None:
    elsewhere = place.parent / "elsewhere"
    _repository(shop, canary, elsewhere)
    (place / ".git").write_text(f"gitdir: {elsewhere / '.git'}\n")


def _forged(shop: Workshop, place: Path, canary: Canary, folder: Path, common: Path) -> None:
    """A git directory with `config.worktree` of its own, which shares everything else with the repository."""
    shop.git("config", "extensions.worktreeConfig", "true")
    admin = Path(shop.git("rev-parse", "--absolute-git-dir", at=place))
    head, index = (admin / "HEAD").read_bytes(), (admin / "index").read_bytes()
    folder.mkdir(exist_ok=True)
    (folder / "HEAD").write_bytes(head)
    (folder / "index").write_bytes(index)
    (folder / "commondir").write_text(f"{common}\n")
    (folder / "gitdir").write_text(f"{place / '.git'}\n")
    (folder / "config.worktree").write_text(canary.settings)
    shop.write({".gitattributes": ATTRIBUTES}, at=place)


def forged_directory(shop: Workshop, place: Path, canary: Canary) -> None:
    common = shop.path / ".git"
    _forged(shop, place, canary, place / ".git-new", common)
    (place / ".git").unlink()
    (place / ".git-new").rename(place / ".git")


def forged_pointer(shop: Workshop, place: Path, canary: Canary) -> None:
    _forged(shop, place, canary, place.parent / "admin", shop.path / ".git")
    (place / ".git").write_text(f"gitdir: {place.parent / 'admin'}\n")


def other_common_directory(shop: Workshop, place: Path, canary: Canary) -> None:
    """The worktree's own administrative folder names another repository as the one that it belongs to."""
    elsewhere = place.parent / "elsewhere"
    shop.git("clone", "--quiet", "--no-local", str(shop.path), str(elsewhere))
    with (elsewhere / ".git/config").open("a") as config:
        config.write(canary.settings)
    admin = Path(shop.git("rev-parse", "--absolute-git-dir", at=place))
    branch = shop.git("symbolic-ref", "HEAD", at=place)
    shop.git("update-ref", branch, "HEAD", at=elsewhere)
    (admin / "commondir").write_text(f"{elsewhere / '.git'}\n")
    shop.write({".gitattributes": ATTRIBUTES}, at=place)


def worktree_settings(shop: Workshop, place: Path, canary: Canary) -> None:
    shop.git("config", "extensions.worktreeConfig", "true")
    admin = Path(shop.git("rev-parse", "--absolute-git-dir", at=place))
    shop.write({".gitattributes": ATTRIBUTES, "loose.txt": "not committed\n"}, at=place)
    (admin / "config.worktree").write_text(canary.settings)


def nested_repository(shop: Workshop, place: Path, canary: Canary) -> None:
    _repository(shop, canary, place / "nested")


def nested_and_committed(shop: Workshop, place: Path, canary: Canary) -> None:
    _repository(shop, canary, place / "nested")
    shop.git("-c", "core.fsmonitor=false", "update-index", "--add", "nested", at=place)
    shop.git("-c", "core.fsmonitor=false", "commit", "--quiet", "-m", "A link", at=place)
    canary.hush()


def nested_partial_clone(shop: Workshop, place: Path, canary: Canary) -> None:
    """Whoever misses an object of it fetches from a remote whose program is the canary."""
    nested = place / "nested"
    _repository(shop, canary, nested)
    settings = {
        "core.repositoryFormatVersion": "1",
        "extensions.partialClone": "origin",
        "remote.origin.url": str(shop.path),
        "remote.origin.promisor": "true",
        "remote.origin.uploadPack": f"{canary.program} </dev/null",
    }
    for key, value in settings.items():
        shop.git("config", key, value, at=nested)
    (nested / ".git/refs/heads/main").write_text("1" * 40 + "\n")


def submodule_commands(shop: Workshop, place: Path, canary: Canary) -> None:
    lines = f"path = sub\n\turl = ext::{canary.program}\n\tupdate = !{canary.program}\n\tignore = all\n"
    shop.write({".gitmodules": f'[submodule "sub"]\n\t{lines}'}, at=place)
    shop.git("add", ".gitmodules", at=place)
    shop.git("update-index", "--add", "--cacheinfo", f"160000,{shop.git('rev-parse', 'HEAD')},sub", at=place)
    shop.git("commit", "--quiet", "-m", "A submodule", at=place)


def tracked_hooks(shop: Workshop, place: Path, canary: Canary) -> None:
    """`core.hooksPath` is relative, so each worktree has hooks of its own, and git runs those of where it stands."""
    shop.git("config", "core.hooksPath", ".githooks")
    for name in ("reference-transaction", "post-checkout", "pre-commit", "post-commit", "post-index-change"):
        canary.put(place / ".githooks" / name)


def configured_drivers(shop: Workshop, place: Path, canary: Canary) -> None:
    """Attributes that name drivers which nobody has configured."""
    shop.write({".gitattributes": ATTRIBUTES, "src/c.py": "changed\n", ".gitconfig": canary.settings}, at=place)


def own_configuration(shop: Workshop, place: Path, canary: Canary) -> None:
    settings = f'setup = "{canary.program}"\nlink = ["../../../../.git/config"]\n'
    shop.write({".ralph-hooks.toml": settings, "loose.txt": "x\n"}, at=place)


HOOKED = ("commit", "--quiet", "--allow-empty", "-m", "x")
TRAPS = {
    "its .git is a repository of its own": Trap(own_repository, lands=False),
    "its .git is a link to another repository": Trap(own_repository_by_link, lands=False),
    "its .git names another repository": Trap(own_repository_by_pointer, lands=False),
    "its .git is a forged git directory": Trap(forged_directory, lands=False),
    "its .git names a forged git directory": Trap(forged_pointer, lands=False),
    "its git directory names another repository": Trap(other_common_directory, lands=False),
    "config.worktree": Trap(worktree_settings, lands=False),
    "a repository inside": Trap(nested_repository, at="nested"),
    "a repository inside, committed": Trap(nested_and_committed),
    "a partial clone inside": Trap(nested_partial_clone, ("show", "HEAD"), at="nested"),
    "a submodule with commands": Trap(submodule_commands, ()),
    "hooks in the worktree": Trap(tracked_hooks, HOOKED, tracked=True),
    "attributes of unknown drivers": Trap(configured_drivers, ()),
    "settings of ralph-hooks": Trap(own_configuration, ()),
}


@pytest.mark.parametrize("trap", TRAPS.values(), ids=TRAPS)
def test_it_does_not_run(trap: Trap, tmp_path: Path, proved: Callable[[str, int], None]) -> None:
    shop = Workshop.make(tmp_path / "repo", ["1.1", "1.2"], files={"src/a.py": "a\n", "src/b.py": "b\n"})
    canary = Canary.make(tmp_path / "cage")
    shop.start("1.1", "1.2")
    place = shop.worktree("1.1")
    shop.work("1.1", {"src/a.py": "one\n"})
    shop.work("1.2", {"src/b.py": "two\n"})
    trap.lay(shop, place, canary)
    if trap.spring:
        shop.git(*trap.spring, at=place / trap.at, accept=range(256))
        assert canary.sang(), "the trap is none"
        canary.hush()
    shop.finish("1.2")

    said = [
        shop.run("status", at=place),
        shop.run("finish", "1.1", at=place),
        shop.run("finish", "1.1"),
        shop.run("doctor"),
    ]
    assert not canary.sang()
    said += [
        landed := shop.land(),
        shop.run("status"),
        shop.run("gc", "--dry-run"),
        shop.run("abort"),
    ]

    assert trap.tracked or not canary.sang()
    for ran in said:
        assert ran.code in {0, 1, 2}, ran
        assert "Traceback" not in ran.err
    if trap.lands:
        assert landed.ids("landed") == ["1.1", "1.2"], landed
        assert shop.read("src/a.py") == "one\n"
    else:
        assert shop.ticks() in ([], ["1.2"]), "it must not pass for done"
        assert (place / "src/a.py").read_text() == "one\n", "its files are still there"
    proved("traps of executors", 1)


def refusal(ran: Ran) -> str:
    """The one line of a refused command."""
    assert ran.code == 2, ran
    [line] = ran.err.splitlines()
    return line
