"""A batch of executors, from the calls of the coordinator to the Stop hook that comes after the landing."""

from __future__ import annotations

from pathlib import Path

import pytest
from ends import assert_landed, at_once
from installing import Installing, by_plugin, by_settings, twice
from scratch_spec import EXECUTOR, coordinator, delegate, executor, make_spec
from scripted_model import Turn, Use
from session import bash, play

pytestmark = [pytest.mark.slow, pytest.mark.client]

FULL = "They have ended.\nTASK_COMPLETE\nBATCH_COMPLETE"


@pytest.mark.parametrize(
    ("install", "tool"),
    [(by_plugin, "Agent"), (by_settings, "Task"), (twice, "Agent")],
    ids=["plugin", "settings", "both"],
)
def test_executors_that_end_in_reverse_land_in_order(tmp_path: Path, install: Installing, tool: str) -> None:
    shop = make_spec(tmp_path / "repo", "1.1", "1.2", "1.3", "1.4!")
    base = shop.git("rev-parse", "HEAD")
    scripts = {
        "root": coordinator([delegate(shop, task, tool=tool) for task in ("1.1", "1.2", "1.3")]),
        "1.1": executor(shop, "1.1", after=["1.2"]),
        "1.2": executor(shop, "1.2", after=["1.3"]),
        "1.3": executor(shop, "1.3"),
    }
    played = play(shop, scripts, *install(shop))

    said = [event.payload["last_assistant_message"] for event in played.named("SubagentStop")]
    assert [text.split()[-1] for text in said] == ["(1.3)", "(1.2)", "(1.1)"], played
    assert_landed(played, "1.1", "1.2", "1.3", base=base, open_tasks=["1.4"])
    (stop,) = played.named("Stop")
    assert stop.payload["last_assistant_message"] == FULL, played
    assert played.added("root", 1).count("hook additional context:") == 1, "told once, however often it is installed"
    assert shop.git("worktree", "list").count("\n") == 0, "worktrees of what has landed are gone"


def test_the_next_executors_get_worktrees_from_the_pool(tmp_path: Path) -> None:
    """The client asks our hook for them, since the configuration says so. Other agents it asks for, too."""
    files = {".claude/agents/helper.md": EXECUTOR.replace("spec-executor", "helper")}
    tasks = ("1.1", "1.2", "## Then", "1.3", "1.4")
    shop = make_spec(tmp_path / "repo", *tasks, files=files, config="[claude]\npool = true\n")
    base = shop.git("rev-parse", "HEAD")
    noted = tmp_path / "inodes"
    first = f"stat -c %i .gitignore >> {noted}; touch left.lock"
    scripts = {task: executor(shop, task, first=first) for task in tasks if task[0] == "1"}
    scripts["helper"] = [Turn(uses=[bash(f"pwd > {tmp_path}/helped; ls parts")]), Turn(says="Nothing to do.")]
    helper = Use("Agent", {"description": "look", "prompt": "SCRIPT:helper", "subagent_type": "helper",
                           "isolation": "worktree", "run_in_background": False})  # fmt: skip
    batches = [[delegate(shop, task) for task in pair] for pair in (("1.1", "1.2"), ("1.3", "1.4"))]
    scripts["root"] = coordinator(*batches, [helper])
    played = play(shop, scripts, *by_settings(shop))
    assert_landed(played, "1.1", "1.2", "1.3", "1.4", base=base)
    inodes = noted.read_text().split()
    assert sorted(inodes[:2]) == sorted(inodes[2:]), "the files of the first two are those of the next two"
    assert len(list((shop.path / ".git/ralph/pool").iterdir())) == 1, "the other agent has got one of them"
    (place,) = [line.removeprefix("worktree ") for line in shop.git("worktree", "list", "--porcelain").split("\n")[4:]
                if line.startswith("worktree ")]  # fmt: skip
    assert (tmp_path / "helped").read_text() == f"{place}\n", "that of the other agent stays, as the client leaves it"


def test_two_of_five_executors_wait_for_a_place(tmp_path: Path) -> None:
    tasks = ("1.1", "1.2", "1.3", "1.4", "1.5")
    shop = make_spec(tmp_path / "repo", *tasks)
    base = shop.git("rev-parse", "HEAD")
    scripts = {task: executor(shop, task, first="sleep 1") for task in tasks}
    scripts["root"] = coordinator([delegate(shop, task) for task in tasks])
    played = play(shop, scripts, *by_plugin(shop))
    assert_landed(played, *tasks, base=base)
    assert at_once(played) == 3, played


def test_executors_work_on_what_is_not_pushed_yet(tmp_path: Path) -> None:
    shop = make_spec(tmp_path / "repo", "1.1", "1.2")
    shop.git("clone", "--quiet", "--bare", ".", "../origin")
    shop.git("remote", "add", "origin", "../origin")
    shop.git("fetch", "--quiet", "origin")
    shop.git("remote", "set-head", "origin", "main")
    shop.write({"unpushed": "1\n"})
    base = shop.commit("Not pushed")
    scripts = {task: executor(shop, task, first="cat unpushed") for task in ("1.1", "1.2")}
    scripts["root"] = coordinator([delegate(shop, task) for task in ("1.1", "1.2")])
    played = play(shop, scripts, *by_plugin(shop))
    assert_landed(played, "1.1", "1.2", base=base)
    assert shop.git("rev-parse", "origin/main") == shop.git("rev-parse", f"{base}^"), "nothing is pushed"
