"""`claude -p` for each task, by the scripts of docs/other-agents.md as they stand there."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from client import client
from consoles import fences
from scratch_spec import executor, make_spec
from session import ROOT, Stage

pytestmark = [pytest.mark.slow, pytest.mark.client]

RUN_BATCH, _, AGENT = (text for language, text in fences(ROOT / "docs/other-agents.md") if language == "sh")
TASKS = ("1.1", "1.2")


def test_a_headless_session_for_each_task(tmp_path: Path) -> None:
    shop = make_spec(tmp_path / "repo", *TASKS)
    titled = shop.read(shop.page("tasks.md")).replace("] Task ", "] Task SCRIPT:")  # the prompt names it
    shop.write({shop.page("tasks.md"): titled})
    base = shop.commit("Name the scripts")
    stage = Stage(tmp_path / "session")
    stage.set({task: executor(shop, task) for task in TASKS}, {"permissions": {"allow": ["Bash"]}})
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "claude").symlink_to(client())
    for name, text in {"run-batch.sh": RUN_BATCH, "agent.sh": AGENT.replace("/tmp/", f"{tmp_path}/")}.items():
        (programs / name).write_text(text)
        (programs / name).chmod(0o755)

    path = f"{programs}{os.pathsep}{stage.env['PATH']}"
    calls = {"EXECUTOR": str(programs / "agent.sh"), "POST_BATCH": str(ROOT / "hooks/post-batch")}
    done = stage.perform([programs / "run-batch.sh"], shop.path, PATH=path, **calls)

    assert (done.returncode, done.stdout.splitlines()[-2:]) == (0, ["TASK_COMPLETE", "BATCH_COMPLETE"]), done
    assert shop.git("log", "--reverse", "--format=%s", f"{base}..").splitlines() == ["feat: part 1.1", "feat: part 1.2"]
    assert (shop.ticks(), shop.status()) == (list(TASKS), "")
