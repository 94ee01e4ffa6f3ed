"""Executors and landings as processes of their own, at the same time, as they are in real life."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from workshop import Workshop, ended, task_list

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


def test_a_landing_starts_as_many_git_processes_for_six_tasks_as_for_two(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def started(tasks: int) -> int:
        ids = tuple(f"1.{number}" for number in range(1, tasks + 1))
        shop = Workshop.make(tmp_path / str(tasks), ids, config=f"max_parallel = {tasks}\nkeep_worktrees = true\n")
        shop.start(*ids)
        for task in ids:
            shop.work(task, {f"{task}.txt": task})
            shop.finish(task)
        trace = tmp_path / f"{tasks}.trace"
        with monkeypatch.context() as traced:
            traced.setenv("GIT_TRACE2_EVENT", str(trace))
            assert shop.land().ids("landed") == list(ids)
        return trace.read_text().count('"event":"start"')

    assert started(2) == started(6) > 10
