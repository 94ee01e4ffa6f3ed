"""Beside ralph-specum's own Stop hook, in either generation: each landing leads it on to the right task."""

from __future__ import annotations

import json
import shlex
import sys
from pathlib import Path

import pytest
from ends import assert_at_rest, assert_commits
from installing import by_plugin
from scratch_spec import coordinator, delegate, executor, in_background, make_spec, tick
from scripted_model import Turn
from session import HERE, bash, play, write
from workshop import Workshop

pytestmark = [pytest.mark.slow, pytest.mark.client]

SCRIPTS = {"increments": "stop-handler.sh", "reads": "stop-watcher.sh"}  # which one is in use is known by its name
TASKS = ("1.1", "1.2", "1.3!", "## Phase 2", "2.1", "2.2")


class StopHook:
    """One of the models under the name of its script, and what it decided."""

    def __init__(self, generation: str, folder: Path) -> None:
        self.script, self.log = folder / SCRIPTS[generation], folder / "decisions"
        call = [sys.executable, str(HERE / "stop_hook.py"), generation, str(self.log)]
        self.script.write_text(f"#!/bin/sh\nexec {shlex.join(call)}\n")
        self.script.chmod(0o755)

    def decisions(self) -> list[str]:
        """The first line of each."""
        return [json.loads(line)["reason"].split("\n")[0] for line in self.log.read_text().splitlines()]


def alone(shop: Workshop, task: str) -> list[Turn]:
    """The executor of a sequential task: in the main checkout, it ticks and logs by itself."""
    log = shop.page(".progress.md")
    steps = [write({f"parts/{task}": task}), tick(shop, task), f"echo '- Learnt from {task}' >> {log}"]
    return [
        Turn(uses=[bash(" && ".join([*steps, "git add --all", f"git commit -qm 'feat: part {task}'"]))]),
        Turn(says=f"TASK_COMPLETE ({task})"),
    ]


@pytest.fixture
def shop(tmp_path: Path) -> Workshop:
    return make_spec(tmp_path / "repo", *TASKS)


@pytest.fixture
def base(shop: Workshop) -> str:
    return shop.git("rev-parse", "HEAD")


def executors(shop: Workshop) -> dict[str, list[Turn]]:
    together = {task: executor(shop, task) for task in ("1.1", "1.2", "2.1", "2.2")}
    return {**together, "1.3": alone(shop, "1.3")}


def test_increments_is_led_through_the_whole_list(shop: Workshop, base: str, tmp_path: Path) -> None:
    hook = StopHook("increments", tmp_path)
    root = [
        *coordinator([delegate(shop, "1.1"), delegate(shop, "1.2")]),
        Turn(uses=[delegate(shop, "1.3", run_in_background=False)]),
        Turn(says="TASK_COMPLETE"),
        *coordinator([delegate(shop, "2.1"), delegate(shop, "2.2")]),
        Turn(says="ALL_TASKS_COMPLETE"),
    ]
    played = play(shop, {"root": root, **executors(shop)}, *by_plugin(shop), hooks={"Stop": str(hook.script)})
    tasks = ("Continue with task 2", "Continue with task 3", "Continue with task 5")
    assert hook.decisions() == [*tasks, "all tasks complete"], played
    assert not (shop.path / shop.page(".ralph-state.json")).exists(), "the handler has taken it away"
    assert_commits(played, "1.1", "1.2", "1.3", "2.1", "2.2", base=base)


def test_reads_is_led_through_the_whole_list(shop: Workshop, base: str, tmp_path: Path) -> None:
    hook = StopHook("reads", tmp_path)
    state = shop.page(".ralph-state.json")
    root = [
        *coordinator([delegate(shop, "1.1"), delegate(shop, "1.2")]),
        Turn(uses=[delegate(shop, "1.3", run_in_background=False)]),
        Turn(uses=[bash(f'sed -i \'s/"taskIndex": 2/"taskIndex": 3/\' {state}')]),  # what this handler leaves to it
        *coordinator([delegate(shop, "2.1"), delegate(shop, "2.2")]),
    ]
    played = play(shop, {"root": root, **executors(shop)}, *by_plugin(shop), hooks={"Stop": str(hook.script)})
    assert hook.decisions() == ["Continue (Task 3/5)", "all tasks verified complete"], played
    assert_at_rest(played)
    assert_commits(played, "1.1", "1.2", "1.3", "2.1", "2.2", base=base)


def test_the_hold_keeps_it_waiting_for_executors_in_the_background(tmp_path: Path) -> None:
    shop = make_spec(tmp_path / "repo", "1.1", "1.2", "1.3!", config="[claude]\nbackground = true\n")
    base = shop.git("rev-parse", "HEAD")
    hook = StopHook("increments", tmp_path)
    scripts = {task: executor(shop, task, first="sleep 2") for task in ("1.1", "1.2")}
    calls = [delegate(shop, "1.1"), delegate(shop, "1.2")]
    scripts["root"] = in_background(calls)
    played = play(shop, scripts, *by_plugin(shop), hooks={"Stop": str(hook.script)})

    assert_commits(played, "1.1", "1.2", base=base)
    stops = played.named("Stop")
    assert stops[0].head == base, "the first one comes while they run"
    said = next(place for place, stop in enumerate(stops) if "TASK_COMPLETE" in stop.payload["last_assistant_message"])
    assert stops[said].head == shop.git("rev-parse", "HEAD"), "it is said when it is true"
    assert hook.decisions()[: said + 1] == [*["awaiting approval"] * said, "Continue with task 2"], played
