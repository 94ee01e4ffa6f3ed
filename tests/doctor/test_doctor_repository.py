"""`doctor` in real repositories: the facts are found, and what is safe is mended."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
from workshop import Ran, Workshop

from ralph_hooks.git.features import version


@pytest.fixture
def shop(tmp_path: Path) -> Workshop:
    return Workshop.make(tmp_path / "a répo", ("1.1", "1.2"))


def doctor(shop: Workshop, *options: str) -> Ran:
    return shop.run("doctor", *options, "--format", "json")


def check(ran: Ran, name: str) -> Any:
    return next(item for item in ran.json["checks"] if item["name"] == name)


def what(ran: Ran) -> list[str]:
    return [problem["what"] for item in ran.json["checks"] for problem in item["problems"]]


def test_a_fresh_repository_is_in_order_and_nothing_is_made(shop: Workshop) -> None:
    ran = doctor(shop)
    assert (ran.code, what(ran)) == (0, [])
    assert ".".join(map(str, version())) in check(ran, "git")["facts"][0]
    assert not (shop.path / ".git" / "ralph").exists()


def test_configuration_with_its_origin_and_the_handler(shop: Workshop) -> None:
    shop.write({".ralph-hooks.toml": 'max_parallel = 7\nstop_handler = "increments"\n[claude]\nbackground = true\n'})
    ran = doctor(shop)
    assert check(ran, "configuration")["facts"] == [
        "from .ralph-hooks.toml", "max_parallel = 7 (.ralph-hooks.toml:1)",
        "stop_handler = increments (.ralph-hooks.toml:2)",
        "claude.background = True (.ralph-hooks.toml:4)",
    ]  # fmt: skip
    assert check(ran, "stop-handler")["facts"][0].startswith("increments ")
    shop.write({".ralph-hooks.toml": "max_paralel = 7\n"})
    assert "max_paralel" in what(doctor(shop))[0]


def test_an_installation_that_was_damaged_is_mended(shop: Workshop) -> None:
    shop.run("install", "--claude")
    assert what(doctor(shop)) == []
    (shop.path / ".git" / "ralph" / "git-guard").unlink()
    (shop.path / ".claude" / "settings.local.json").write_text("{}\n")
    ran = doctor(shop)
    assert ran.code == 1
    assert what(ran) == ["not as they were installed: .git/ralph/git-guard, .claude/settings.local.json"]
    mended = doctor(shop, "--fix")
    assert (mended.code, len(mended.json["fixed"]), what(mended)) == (0, 1, [])
    assert (shop.path / ".git" / "ralph" / "git-guard").exists()


def test_hooks_of_claude_code_that_would_run_twice(shop: Workshop) -> None:
    shop.run("install", "--claude")
    text = shop.read(".claude/settings.local.json")
    document = {**json.loads(text), "enabledPlugins": {"ralph-hooks@here": True, "other@here": True}}
    shop.write({".claude/settings.json": json.dumps(document)})
    ran = doctor(shop)
    assert "handled more than once, by .claude/settings.json and .claude/settings.local.json" in what(ran)[0]
    assert "plugin ralph-hooks@here, which yields to the settings" in check(ran, "claude")["facts"]


def test_locks_and_who_holds_them(shop: Workshop) -> None:
    lock = shop.path / ".git" / "index.lock"
    lock.touch()
    assert what(doctor(shop)) == []
    os.utime(lock, (time.time() - 600,) * 2)
    assert f"{lock} has been there for 10 minutes" in what(doctor(shop))[0]
    holder = subprocess.Popen(["sh", "-c", "exec 3<.git/index.lock; echo held; read -r _"], cwd=shop.path,
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # fmt: skip
    assert holder.stdout is not None
    holder.stdout.readline()
    ran = doctor(shop)
    assert what(ran) == []
    assert check(ran, "locks")["facts"] == [f"{lock} is held by process {holder.pid}"]
    holder.communicate(b"\n")


def test_worktrees_that_nobody_needs(shop: Workshop, tmp_path: Path) -> None:
    for name in ("gone", "held"):
        shop.git("worktree", "add", "--quiet", "-b", name, str(tmp_path / name))
    shop.git("worktree", "add", "--quiet", "--detach", str(tmp_path / "detached"))
    shutil.rmtree(tmp_path / "gone")
    shutil.rmtree(tmp_path / "detached")
    dead = subprocess.Popen(["true"])
    dead.wait()
    shop.git("worktree", "lock", "--reason", f"claude agent agent-1 (pid {dead.pid} start 5)", str(tmp_path / "held"))
    shop.git("worktree", "add", "--quiet", "-b", "ralph/b0/1.1", str(shop.path / ".ralph/worktrees/b0/1.1"))
    (shop.path / ".ralph/worktrees/b0/stray").mkdir()
    assert len(what(doctor(shop))) == 6
    ran = doctor(shop, "--fix")
    assert sorted(item["what"] for item in ran.json["fixed"]) == [
        f"{tmp_path}/held is locked by process {dead.pid}, which is gone",
        f"the folder of the worktree {tmp_path}/gone is gone",
    ]
    assert len(what(ran)) == 4
    assert shop.git("rev-parse", "--verify", "gone")
    assert "locked" not in shop.git("worktree", "list", "--porcelain")


def test_batches_their_refs_and_what_a_crash_left(shop: Workshop) -> None:
    started = shop.start("1.1", "1.2").json
    ran = doctor(shop)
    assert (what(ran), check(ran, "batches")["facts"][1].split(" since ")[0]) == (
        [],
        f"batch {started['batch']} is open",
    )
    shutil.rmtree(started["tasks"][0]["worktree"])
    assert what(doctor(shop)) == ["the worktree of running task 1.1 is gone"]
    shop.finish("1.1", "--failed")
    shop.finish("1.2")
    assert f"every executor of batch {started['batch']} has ended" in what(doctor(shop))
    shop.git("update-ref", "refs/ralph/parked/b0/0", "HEAD")
    assert any("nobody knows batch b0" in line for line in what(doctor(shop)))
    (shop.path / ".git" / "ralph" / "ralph.db").unlink()
    assert "a crash left something half done" in what(doctor(shop))
    mended = doctor(shop, "--fix")
    assert "a crash left something half done" in [item["what"] for item in mended.json["fixed"]]
    assert "a crash left something half done" not in what(mended)


def test_a_worktree_with_a_hooks_path_of_its_own(shop: Workshop, tmp_path: Path) -> None:
    shop.git("worktree", "add", "--quiet", "-b", "side", str(tmp_path / "side"))
    shop.run("install")
    shop.git("config", "extensions.worktreeConfig", "true")
    shop.git("config", "--worktree", "core.hooksPath", "elsewhere", at=tmp_path / "side")
    ran = doctor(shop)
    problem = check(ran, "hooks")["problems"][0]
    assert "has a core.hooksPath of its own (elsewhere)" in problem["what"]
    subprocess.run(problem["mend"], shell=True, cwd=shop.path, check=True)
    assert what(doctor(shop)) == []
