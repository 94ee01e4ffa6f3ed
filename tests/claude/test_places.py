"""Where a session may run: another folder of specs, a linked worktree, a repository that has no spec."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from ends import assert_landed
from installing import by_plugin
from scratch_spec import EXECUTOR, coordinator, delegate, executor, make_spec
from scripted_model import Turn, Use
from session import bash, play
from workshop import Workshop

pytestmark = [pytest.mark.slow, pytest.mark.client]

TASKS = ("1.1", "1.2")


def test_the_spec_is_in_another_folder_of_specs(tmp_path: Path) -> None:
    other = {"specs/demo/tasks.md": "- [ ] 1.1 [P] Other\n- [ ] 1.2 [P] Other\n", "specs/.current-spec": "demo\n"}
    shop = make_spec(tmp_path / "repo", *TASKS, specs="packages/plans", files=other)
    base = shop.git("rev-parse", "HEAD")
    scripts = {task: executor(shop, task) for task in TASKS}
    scripts["root"] = coordinator([delegate(shop, task) for task in TASKS])
    assert_landed(play(shop, scripts, *by_plugin(shop)), *TASKS, base=base)
    assert "[x]" not in shop.read("specs/demo/tasks.md")


def test_a_session_in_a_linked_worktree_lands_on_its_branch(tmp_path: Path) -> None:
    main = make_spec(tmp_path / "repo", *TASKS)
    base = main.git("rev-parse", "HEAD")
    main.git("worktree", "add", "--quiet", "-b", "feature", "../linked")
    shop = dataclasses.replace(main, path=tmp_path / "linked")
    ignored = (shop.page(".ralph-state.json"), "specs/.current-spec")
    shop.write({name: main.read(name) for name in ignored})
    scripts = {task: executor(shop, task) for task in TASKS}
    scripts["root"] = coordinator([delegate(shop, task) for task in TASKS])
    assert_landed(play(shop, scripts, *by_plugin(shop)), *TASKS, base=base)
    assert main.git("rev-parse", "main") == base
    assert main.state()["taskIndex"] == 0


def test_without_a_spec_nothing_happens(tmp_path: Path) -> None:
    shop = Workshop.make(tmp_path / "repo", (), {".claude/agents/spec-executor.md": EXECUTOR}, progress=None)
    shop.write({shop.page("tasks.md"): None})
    shop.commit("Begin without a spec")
    base = shop.refs()
    calls = [
        Use(
            "Agent",
            {"description": name, "prompt": f"SCRIPT:{name}", "subagent_type": kind, "run_in_background": False},
        )
        for name, kind in {"1.1": "spec-executor", "1.2": "Explore"}.items()
    ]
    scripts = {"root": coordinator(calls), "1.1": [Turn(uses=[bash("touch here")]), Turn(says="TASK_COMPLETE")]}
    played = play(shop, scripts, *by_plugin(shop))
    assert [event.payload["tool_input"] for event in played.named("PostToolUse")].count(calls[0].input) == 1, played
    assert shop.status() == "?? here", "it worked where it always did"
    assert shop.refs() == base
    assert played.added("root", 1) == "", played
