"""The worked examples of docs/other-agents.md, run as they stand there."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from consoles import fences
from workshop import Workshop

ROOT = Path(__file__).resolve().parents[1]
SCRIPTS = [text for language, text in fences(ROOT / "docs" / "other-agents.md") if language == "sh"]


def program(path: Path, text: str) -> Path:
    path.write_text(text)
    path.chmod(0o755)
    return path


@pytest.fixture
def shop(tmp_path: Path) -> Workshop:
    return Workshop.make(tmp_path / "repo", config="max_parallel = 3\n")


def run(shop: Workshop, folder: Path, executor: str) -> subprocess.CompletedProcess[str]:
    """The script of the document, with an executor of the document."""
    env = os.environ | {
        "PATH": f"{folder}{os.pathsep}{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "POST_BATCH": str(ROOT / "hooks" / "post-batch"),
        "EXECUTOR": str(program(folder / "executor.sh", executor)),
    }
    script = program(folder / "run-batch.sh", SCRIPTS[0])
    return subprocess.run([script], cwd=shop.path, env=env, check=False, capture_output=True, text=True)


def test_a_shell_script_lands_what_plain_executors_do(shop: Workshop, tmp_path: Path) -> None:
    done = run(shop, tmp_path, SCRIPTS[1])
    assert (done.returncode, done.stdout.splitlines()[-2:]) == (0, ["TASK_COMPLETE", "BATCH_COMPLETE"]), done
    subjects = shop.git("log", "--format=%s", "-3").splitlines()
    assert subjects == [f"docs(notes): note {task}" for task in ("1.3", "1.2", "1.1")]
    assert shop.ticks() == ["1.1", "1.2", "1.3"]


def test_headless_sessions_that_do_not_end_well_fail(shop: Workshop, tmp_path: Path) -> None:
    """Of `claude -p`; a script stands for the client here."""
    says = 'case "$2" in *"task 1.2"*) echo "no luck" ;; *) echo x >"$$.txt"; echo TASK_COMPLETE ;; esac'
    program(tmp_path / "claude", f"#!/bin/sh\n{says}\n")
    done = run(shop, tmp_path, SCRIPTS[2].replace("/tmp/task-", f"{tmp_path}/task-"))
    assert done.returncode == 1, done
    assert "failed  1.2" in done.stdout
    assert "COMPLETE" not in done.stdout
    assert shop.ticks() == ["1.1", "1.3"]
