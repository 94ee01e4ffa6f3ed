"""The merge drivers in real merges, and a landing that they must not change."""

from __future__ import annotations

from pathlib import Path

import pytest
from guarded import LIST, drive, git, guard, passed
from workshop import Workshop

from ralph_hooks.integrations.git_hooks import registration

LOG = "# Progress\n\n## Completed Tasks\n- [x] 0.1 Before\n"


@pytest.fixture
def shop(tmp_path: Path) -> Workshop:
    """Two branches that have each ticked, logged and added a task."""
    shop = guard(Workshop.make(tmp_path / "a b 100%A 'ü", LIST, progress=LOG))
    drive(shop)
    ours = LIST.replace("[ ] 1.1", "[x] 1.1") + "- [ ] 1.10 Ten\n"
    theirs = LIST.replace("[ ] 1.2", "[x] 1.2") + "- [ ] 1.4 Four\n"
    shop.git("switch", "-q", "-c", "theirs")
    shop.write({"specs/demo/tasks.md": theirs, "specs/demo/.progress.md": LOG + "- [x] 1.1 One\n"})
    shop.commit("Theirs")
    shop.git("switch", "-q", "main")
    shop.write({"specs/demo/tasks.md": ours, "specs/demo/.progress.md": LOG + "- [x] 1.2 Two\n"})
    shop.commit("Ours")
    return shop


def test_lists_and_logs_merge(shop: Workshop) -> None:
    passed(shop.path, "merge", "--no-edit", "theirs")
    both = LIST.replace("[ ] 1.1", "[x] 1.1").replace("[ ] 1.2", "[x] 1.2")
    assert shop.read("specs/demo/tasks.md") == both + "- [ ] 1.4 Four\n- [ ] 1.10 Ten\n"
    assert shop.read("specs/demo/.progress.md") == LOG + "- [x] 1.1 One\n- [x] 1.2 Two\n"


@pytest.mark.compat("hooks")
def test_a_rebase_and_a_cherry_pick_merge_too(shop: Workshop) -> None:
    shop.git("branch", "-f", "picked", "main")
    passed(shop.path, "cherry-pick", "theirs")
    assert "1.4" in shop.read("specs/demo/tasks.md")
    shop.git("switch", "-q", "picked")
    passed(shop.path, "rebase", "theirs")
    assert "1.10" in shop.read("specs/demo/tasks.md")


def test_a_contradiction_conflicts_and_a_log_never_does(shop: Workshop) -> None:
    shop.write({"specs/demo/tasks.md": LIST + "- [ ] 1.4 Another\n", "specs/demo/.progress.md": "# Another log\n"})
    shop.commit("Ours again")
    done = git(shop.path, "merge", "--no-edit", "theirs")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert shop.git("diff", "--name-only", "--diff-filter=U") == "specs/demo/tasks.md"
    text = shop.read("specs/demo/tasks.md")
    assert "<<<<<<< ours\n- [ ] 1.4 Another\n=======\n- [ ] 1.4 Four\n>>>>>>> theirs\n" in text
    assert "- [x] 1.1 One" in shop.read("specs/demo/.progress.md")


@pytest.mark.parametrize("command", [["/nowhere/python"], ["sh", "-c", "exit 1"], ["sh", "-c", "exit 2"]])
def test_without_python_git_merges_by_line(shop: Workshop, command: list[str]) -> None:
    """As if no driver were configured, and never by taking one side."""
    guard(shop, command)
    done = git(shop.path, "merge", "--no-edit", "theirs")
    assert done.returncode == 1
    assert "the guard merge-tasks could not run (status " in done.stderr
    text = shop.read("specs/demo/tasks.md")
    assert "<<<<<<< ours\n- [ ] 1.10 Ten\n=======\n- [ ] 1.4 Four\n>>>>>>> theirs\n" in text


def test_a_landing_runs_no_driver_on_its_own_pages(tmp_path: Path) -> None:
    """It writes them itself: a driver, be it a broken one, changes nothing of it."""
    landed = {}
    for name, launcher in {"none": None, "broken": "touch ran; exit 1 #"}.items():
        shop = Workshop.make(tmp_path / name, LIST, progress=LOG)
        if launcher:
            drive(guard(shop))
            for driver in registration.MERGE_DRIVERS:
                shop.git("config", f"merge.{driver.key}.driver", launcher)
        shop.start("1.1", "1.2")
        for task, other in (("1.1", "1.2"), ("1.2", "1.1")):
            ticked = LIST.replace(f"[ ] {task}", f"[x] {task}")
            shop.work(
                task, {"specs/demo/tasks.md": ticked, "specs/demo/.progress.md": f"{LOG}- {other}\n"}, "x", commit=False
            )
            shop.git("-c", "core.hooksPath=/dev/null", "commit", "-q", "-a", "-m", "x", at=shop.worktree(task))
            shop.finish(task)
        shop.write({"specs/demo/tasks.md": LIST + "- [ ] 1.4 Four\n", "specs/demo/.progress.md": LOG + "- mine\n"})
        shop.commit("Meanwhile")
        assert shop.land().code == 0
        landed[name] = shop.tree()
        assert not list(tmp_path.rglob("ran"))
    assert landed["none"] == landed["broken"]
