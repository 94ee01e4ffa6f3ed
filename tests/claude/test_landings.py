"""A batch of executors, from the calls of the coordinator to the Stop hook that comes after the landing."""

from __future__ import annotations

from pathlib import Path

import pytest
from ends import assert_landed, at_once
from installing import Installing, by_plugin, by_settings, twice
from scratch_spec import coordinator, delegate, executor, make_spec
from session import play

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
