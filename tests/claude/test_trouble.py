"""What goes wrong with executors, and what the session comes to all the same."""

from __future__ import annotations

from pathlib import Path

import pytest
from ends import assert_landed
from installing import by_plugin
from scratch_spec import coordinator, delegate, done, executor, in_background, make_spec, progress, tick
from scripted_model import Turn, Use
from session import bash, play, write
from workshop import Workshop

pytestmark = [pytest.mark.slow, pytest.mark.client]

TASKS = ("1.1", "1.2", "1.3")


@pytest.fixture
def shop(tmp_path: Path) -> Workshop:
    return make_spec(tmp_path / "repo", *TASKS, files={"shared.txt": "begin\n"})


@pytest.fixture
def base(shop: Workshop) -> str:
    return shop.git("rev-parse", "HEAD")


def test_a_conflict_is_parked_and_its_task_tried_again(shop: Workshop, base: str) -> None:
    again = [delegate(shop, "1.2", "again")]
    scripts = {
        "root": coordinator([delegate(shop, task) for task in TASKS], again),
        "1.1": executor(shop, "1.1", {"shared.txt": "one\n"}),
        "1.2": executor(shop, "1.2", {"shared.txt": "two\n"}),
        "1.3": executor(shop, "1.3"),
        "again": executor(shop, "1.2", {"shared.txt": "one\ntwo\n"}, first="grep one shared.txt"),
    }
    played = play(shop, scripts, *by_plugin(shop))
    told = played.added("root", 1)
    assert "shared.txt" in told, played
    assert "TASK_COMPLETE" not in told, "nothing to be repeated by mistake"
    assert played.named("PreToolUse")[3].head == shop.git("rev-parse", "HEAD^"), "two had landed before the next try"
    assert "refs/ralph/" in played.told("again", 0), "the earlier attempt is named"
    assert_landed(played, "1.1", "1.3", "1.2", base=base)
    assert shop.read("shared.txt") == "one\ntwo\n"


def test_an_executor_that_dies_holds_up_nobody(shop: Workshop, base: str) -> None:
    scripts = {
        "root": coordinator([delegate(shop, task) for task in TASKS]),
        "1.1": executor(shop, "1.1"),
        "1.2": [executor(shop, "1.2")[0], Turn(status=400)],
        "1.3": executor(shop, "1.3"),
    }
    played = play(shop, scripts, *by_plugin(shop))
    assert_landed(played, "1.1", "1.3", base=base, open_tasks=["1.2"])
    told = played.added("root", 1)
    assert "1.2" in told, played
    assert "TASK_COMPLETE" not in told
    kept = [
        name
        for name, commit in shop.refs("refs/ralph/").items()
        if shop.git("log", "-1", "--format=%s", commit) == "Work on 1.2"
    ]
    assert kept, "what it had committed is there"


def test_an_executor_that_dies_in_the_background_is_not_waited_for(tmp_path: Path) -> None:
    shop = make_spec(tmp_path / "repo", *TASKS, config="[claude]\nbackground = true\n")
    base = shop.git("rev-parse", "HEAD")
    scripts = {
        "root": in_background([delegate(shop, task) for task in TASKS]),
        "1.1": executor(shop, "1.1", after=["1.2"]),
        "1.2": [Turn(status=400)],
        "1.3": executor(shop, "1.3", after=["1.2"], first="sleep 1"),
    }
    played = play(shop, scripts, *by_plugin(shop))
    assert_landed(played, "1.1", "1.3", base=base, open_tasks=["1.2"], stop=-1)
    assert "TASK_COMPLETE" not in played.named("Stop")[-1].payload["last_assistant_message"]


def test_a_call_that_another_hook_refuses_has_failed(shop: Workshop, base: str) -> None:
    look = Use("Agent", {"description": "Look at task 1.3", "prompt": "SCRIPT:look", "subagent_type": "Explore"})
    scripts = {task: executor(shop, task) for task in TASKS}
    scripts["root"] = coordinator(
        [delegate(shop, "1.1"), look, bash("ls"), delegate(shop, "1.2"), delegate(shop, "1.3")]
    )
    refusing = "! grep -q 'Task 1.2' || { echo no more agents >&2; exit 2; }"
    played = play(shop, scripts, *by_plugin(shop), hooks={"PreToolUse": refusing})
    assert_landed(played, "1.1", "1.3", base=base, open_tasks=["1.2"])
    assert "failed  1.2" in played.added("root", 1)


def test_the_next_session_lands_what_a_killed_one_left(shop: Workshop, base: str) -> None:
    half = Turn(uses=[bash(f"{write({'half': 'done'})} && kill -9 $PPID")], after=["1.1"])
    scripts = {
        "root": coordinator([delegate(shop, task) for task in TASKS[:2]]),
        "1.1": executor(shop, "1.1"),
        "1.2": [half],
    }
    killed = play(shop, scripts, *by_plugin(shop))
    assert killed.code != 0
    assert (shop.git("rev-parse", "HEAD"), shop.state()["awaitingApproval"]) == (base, True), "nothing but the hold"

    played = play(shop, {"root": [Turn(says="Where were we?")]}, *by_plugin(shop))
    assert_landed(played, "1.1", base=base, open_tasks=["1.2"])
    assert "An earlier session ended in the middle of a batch." in played.added("root", 0)
    (kept,) = shop.refs("refs/ralph/failed/").values()
    assert shop.show(kept, "half") == "done", "loose work of the one that was killed is kept"


def test_loose_work_is_asked_for_once_and_then_committed(shop: Workshop, base: str) -> None:
    work = {task: bash(write({f"parts/{task}": task, **progress(shop, task)})) for task in TASKS}
    scripts = {
        "root": coordinator([delegate(shop, task) for task in TASKS]),
        "1.1": [
            Turn(uses=[work["1.1"]]),
            done("1.1"),
            Turn(uses=[bash("git add --all && git commit -qm Late")]),
            done("1.1"),
        ],
        "1.2": [Turn(uses=[work["1.2"]]), done("1.2"), done("1.2")],
        "1.3": executor(shop, "1.3"),
    }
    played = play(shop, scripts, *by_plugin(shop))
    assert_landed(played, *TASKS, base=base)
    assert "commit" in played.told("1.1", 2).rpartition("TASK_COMPLETE")[2], "it was told why"
    stops = [event.payload["last_assistant_message"].split()[-1] for event in played.named("SubagentStop")]
    assert sorted(stops) == ["(1.1)", "(1.1)", "(1.2)", "(1.2)", "(1.3)"], played


def test_what_executors_leak_is_taken_back(shop: Workshop, base: str) -> None:
    main = f"{shop.path}/"
    leaks = " && ".join(
        [
            tick(shop, "1.2", main),
            f"echo '- leaked by 1.2' >> '{main}{shop.page('.progress.md')}'",
            f"echo stray > '{main}stray.txt'",
        ]
    )
    scripts = {
        "root": coordinator([delegate(shop, task) for task in TASKS]),
        "1.1": executor(shop, "1.1"),
        "1.2": executor(shop, "1.2", first=leaks),
        "1.3": executor(shop, "1.3"),
    }
    played = play(shop, scripts, *by_plugin(shop))
    assert_landed(played, *TASKS, base=base, left="?? stray.txt")
    assert "stray.txt" in played.added("root", 1), "and what is left of it is named"
    assert "- leaked by 1.2" in shop.read(shop.page(".progress.md")), "what was logged is merged"
    (saved,) = shop.refs("refs/ralph/saved/").values()
    assert shop.ticks(saved) == ["1.2"], "as it was found"
