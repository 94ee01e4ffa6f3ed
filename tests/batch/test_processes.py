"""Executors and landings as processes of their own, at the same time, as they are in real life."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from every_git import UseGit
from workshop import Ran, Workshop, ended, task_list

from ralph_hooks.git import features

IDS = [f"1.{number}" for number in range(1, 4)]
MANY = [f"1.{number}" for number in range(1, 11)]

# What an executor does: it waits for its turn, works, commits, and says that it has ended.
EXECUTOR = """
import pathlib, subprocess, sys, time
task, turn, top = sys.argv[1:]
while not (pathlib.Path(top) / ".git" / turn).exists():
    time.sleep(0.02)
pathlib.Path(f"{task}.txt").write_text(task)
subprocess.run(["git", "add", "."], check=True)
subprocess.run(["git", "commit", "-qm", f"Do {task}"], check=True)
sys.exit(subprocess.run([sys.executable, "-m", "ralph_hooks", "finish", task]).returncode)
"""


def executor(shop: Workshop, task: str, turn: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", EXECUTOR, task, turn, str(shop.path)], cwd=shop.worktree(task))


def begin(shop: Workshop, turn: str) -> None:
    (shop.path / ".git" / turn).touch()


def test_executors_that_end_in_reverse_order_land_in_task_order(tmp_path: Path) -> None:
    shop = Workshop.make(tmp_path / "repo", IDS)
    shop.start()
    executors = {task: executor(shop, task, f"turn-{task}") for task in IDS}
    landing = shop.spawn("land", "--wait", "--format", "json")  # long before anybody has ended
    for task in reversed(IDS):
        assert landing.poll() is None
        begin(shop, f"turn-{task}")
        assert executors[task].wait(60) == 0
    landed = ended(landing)
    assert landed.code == 0
    assert landed.ids("landed") == IDS
    assert shop.git("log", "--reverse", "--format=%s").split("\n") == ["Begin", *(f"Do {task}" for task in IDS)]
    assert [shop.ticks(f"HEAD~{back}") for back in (2, 1, 0)] == [IDS[:1], IDS[:2], IDS]
    assert shop.status() == ""


def test_ten_executors_that_end_at_once(tmp_path: Path) -> None:
    shop = Workshop.make(tmp_path / "repo", MANY)
    shop.start()
    executors = [executor(shop, task, "turn") for task in MANY]
    begin(shop, "turn")
    assert [process.wait(120) for process in executors] == [0] * len(MANY)
    assert [task["state"] for task in shop.run("status", "--format", "json").json["tasks"]] == ["done"] * len(MANY)
    assert shop.land().ids("landed") == MANY


def test_of_landings_at_once_exactly_one_lands(tmp_path: Path) -> None:
    shop = Workshop.make(tmp_path / "repo", IDS)
    shop.start()
    for task in IDS:
        shop.work(task, {f"{task}.txt": task})
        shop.finish(task)
    all_of_them = [ended(process) for process in [shop.spawn("land", "--format", "json") for _ in range(4)]]
    assert [ran.code for ran in all_of_them] == [0] * 4
    assert sorted(len(ran.ids("landed")) for ran in all_of_them) == [0, 0, 0, len(IDS)]
    assert [ran.json["batch"] for ran in all_of_them].count(None) == 3
    assert len(shop.git("rev-list", "HEAD").split()) == 1 + len(IDS)
    assert shop.status() == ""


def test_of_starts_at_once_exactly_one_opens_a_batch(tmp_path: Path) -> None:
    shop = Workshop.make(tmp_path / "repo", task_list(IDS))
    where = ("--tasks", shop.page("tasks.md"), "--format", "json")
    all_of_them = [ended(process) for process in [shop.spawn("start", *where) for _ in range(3)]]
    assert sorted(ran.code for ran in all_of_them) == [0, 2, 2]
    assert all("is open" in ran.err for ran in all_of_them if ran.code == 2)
    assert len(shop.git("worktree", "list").split("\n")) == 1 + len(IDS)


def land_traced(shop: Workshop, monkeypatch: pytest.MonkeyPatch) -> tuple[Ran, list[list[str]]]:
    """What came of the landing, and the arguments of every git process that it has started."""
    trace = shop.path.with_suffix(".trace")
    with monkeypatch.context() as traced:
        traced.setenv("GIT_TRACE2_EVENT", str(trace))
        ran = shop.land()
    events = (json.loads(line) for line in trace.read_text().splitlines())
    return ran, [event["argv"] for event in events if event["event"] == "start"]


def started(shop: Workshop, monkeypatch: pytest.MonkeyPatch, work: Callable[[str], Mapping[str, str]]) -> int:
    ids = shop.start().ids("tasks")
    for task in ids:
        shop.work(task, work(task))
        shop.finish(task)
    landed, processes = land_traced(shop, monkeypatch)
    assert landed.ids("landed") == ids
    # No worktree is made or brought to another commit, and none is looked through: nothing stands in the way.
    assert not [argv for argv in processes if {"add", "checkout", "status"} & set(argv)]
    return len(processes)


def of(tasks: int, place: Path, files: Mapping[str, str] | None = None) -> Workshop:
    ids = [f"1.{number}" for number in range(1, tasks + 1)]
    return Workshop.make(place / str(tasks), ids, files, config="max_parallel = 64\nkeep_worktrees = true\n")


def test_a_landing_starts_as_many_git_processes_for_six_tasks_as_for_two(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    two, six = (started(of(tasks, tmp_path), monkeypatch, lambda task: {f"{task}.txt": task}) for tasks in (2, 6))
    assert 10 < two == six <= 16


@pytest.mark.slow
def test_so_it_does_where_all_of_them_have_to_be_merged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, use_git: UseGit
) -> None:
    use_git("sid")
    lines = [f"line {number}\n" for number in range(100)]

    def work(task: str) -> Mapping[str, str]:
        at = int(task.removeprefix("1.")) * 10
        return {"shared.txt": "".join([*lines[:at], f"by {task}\n", *lines[at:]])}

    two, six = (started(of(tasks, tmp_path, {"shared.txt": "".join(lines)}), monkeypatch, work) for tasks in (2, 6))
    assert two == six > 10


@pytest.mark.slow
def test_one_process_for_all_merges_lands_what_a_process_for_each_lands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, use_git: UseGit
) -> None:
    """The third task changes the attributes under which the others are merged."""
    use_git("sid")

    def landed(place: str) -> tuple[Workshop, Ran, int]:
        shop = of(6, tmp_path / place, {"a.log": "a\n", "b.txt": "b\n", "c.txt": "c\n"})
        shop.start()
        for task, files in {
            "1.1": {"b.txt": "b of 1.1\n", "a.log": "a\n1.1\n"},
            "1.2": {"b.txt": "b of 1.2\n"},  # parked
            "1.3": {".gitattributes": "*.log merge=union\n", "c.txt": None, "d.txt": "c\n"},
            "1.4": {"a.log": "a\n1.4\n", "c.txt": "c\nof 1.4\n"},
            "1.5": {"a.log": "a\n1.5\n"},
            "1.6": {"b.txt": "b of 1.6\n"},  # parked
        }.items():
            shop.work(task, files)
            shop.finish(task)
        ran, processes = land_traced(shop, monkeypatch)
        return shop, ran, sum("merge-tree" in argv for argv in processes)

    one, said, for_all = landed("one")
    monkeypatch.setitem(features.SINCE, "merge_process", (99,))
    other, also, for_each = landed("other")
    assert said.ids("landed") == ["1.1", "1.3", "1.4", "1.5"]
    assert one.show("HEAD", "a.log") == "a\n1.1\n1.4\n1.5"
    assert one.git("rev-parse", "HEAD") == other.git("rev-parse", "HEAD")
    assert said.json["parked"] == also.json["parked"]
    assert for_all < for_each
    assert for_all <= 4
