"""The models of the stop-handlers, check by check; and that a verdict leads each of them to the next task."""

from __future__ import annotations

import json
import os
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
from stop_handlers import EXECUTING, Decision, increments, reads, said

from ralph_hooks.spec import state, verdict
from ralph_hooks.spec.numbering import Handler, number
from ralph_hooks.tasklist.model import Dialect
from ralph_hooks.tasklist.parse import parse

DONE = said("All landed.\nTASK_COMPLETE\nBATCH_COMPLETE")
TASKS = "# T\n- [x] 1.1 A\n- [x] 1.2 B\n- [ ] 1.3 [P] C\n  - **Do**: c\n- [ ] 1.4 [P] D\n- [ ] 1.5 E\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    spec = tmp_path / "specs/demo"
    spec.mkdir(parents=True)
    (tmp_path / "specs/.current-spec").write_text("demo\n")
    (tmp_path / ".gitignore").write_text(".ralph-state.json\n.current-spec\n")
    (spec / "tasks.md").write_text(TASKS)
    (spec / ".progress.md").write_text("# Progress\n")
    for command in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "Start"]):
        subprocess.run(["git", *command], cwd=tmp_path, check=True)
    put(tmp_path)
    return tmp_path


def put(root: Path, **values: Any) -> None:
    state.write(root / "specs/demo/.ralph-state.json", EXECUTING | values)


def rewrite(root: Path, tasks: str) -> None:
    (root / "specs/demo/tasks.md").write_text(tasks)
    subprocess.run(["git", "commit", "-qam", "List"], cwd=root, check=True)


def now(root: Path) -> dict[str, Any]:
    document = state.read(root / "specs/demo/.ralph-state.json")
    assert document is not None
    return document


RETRIED = EXECUTING | {"taskIteration": 2, "globalIteration": 2}


def test_increments_goes_on_to_the_next_task(root: Path) -> None:
    assert increments(root, DONE) == Decision(False, "Continue with task 2")
    assert now(root) == EXECUTING | {"taskIndex": 2, "taskIteration": 1, "globalIteration": 2}


@pytest.mark.parametrize(
    ("values", "decision"),
    [
        ({"globalIteration": 100, "awaitingApproval": True}, Decision(False, "max global iterations")),
        ({"awaitingApproval": True, "phase": "design", "taskIteration": 5}, Decision(True, "awaiting approval")),
        ({"phase": "design", "taskIteration": 5}, Decision(True, "not executing")),
        ({"taskIteration": 5}, Decision(False, "Task 1 failed after 5 attempts")),
        ({"phase": None}, Decision(True, "state unreadable")),
        ({"taskIndex": None}, Decision(True, "state unreadable")),
    ],
)
def test_increments_in_the_order_of_its_checks(root: Path, values: dict[str, Any], decision: Decision) -> None:
    put(root, **values)
    assert increments(root, DONE) == decision
    assert now(root) == EXECUTING | values


@pytest.mark.parametrize(
    ("transcript", "reason"),
    [
        (said("Nothing done"), "Task 1 did not complete"),
        (said("TASK_COMPLETE") + said("later"), "Task 1 did not complete"),
        (said("TASK_COMPLETE", role="user"), "Task 1 did not complete"),
        ("", "Task 1 did not complete"),
        (said("TASK_COMPLETE", "This Requires Manual work"), "CONTRADICTION DETECTED"),
        (said("TASK_COMPLETE\nskipped the verification"), "CONTRADICTION DETECTED"),
    ],
)
def test_increments_retries(root: Path, transcript: str, reason: str) -> None:
    assert increments(root, transcript) == Decision(False, reason)
    assert now(root) == RETRIED


@pytest.mark.parametrize("name", ["tasks.md", ".progress.md"])
def test_increments_wants_the_spec_files_committed(root: Path, name: str) -> None:
    with (root / "specs/demo" / name).open("a") as stream:
        stream.write("more\n")
    assert increments(root, DONE) == Decision(False, "UNCOMMITTED SPEC FILES")
    assert now(root) == RETRIED


def test_increments_wants_a_tick_for_every_task_so_far(root: Path) -> None:
    rewrite(root, TASKS.replace("- [x] 1.2", "- [X] 1.2"))
    assert increments(root, DONE) == Decision(False, "CHECKMARK NOT UPDATED")
    assert now(root) == RETRIED


def test_increments_without_any_tick_lets_everything_through(root: Path) -> None:
    rewrite(root, TASKS.replace("[x]", "[ ]"))
    assert increments(root, DONE) == Decision(False, "Continue with task 2")


def test_increments_resets_an_index_beyond_the_ticks(root: Path) -> None:
    put(root, taskIndex=5)
    assert increments(root, DONE) == Decision(False, "STATE MANIPULATION DETECTED")
    assert (now(root)["taskIndex"], now(root)["globalIteration"]) == (2, 2)


@pytest.mark.parametrize("tasks", [TASKS.replace("[ ]", "[x]"), TASKS.replace("[x]", "[ ]")], ids=["all", "none: trap"])
def test_increments_ends_the_loop(root: Path, tasks: str) -> None:
    rewrite(root, tasks)
    put(root, taskIndex=5)
    assert increments(root, DONE) == Decision(True, "all tasks complete")
    assert not (root / "specs/demo/.ralph-state.json").exists()
    assert increments(root, DONE) == Decision(True, "no active spec")


def test_reads_goes_on_with_the_group_at_the_index(root: Path) -> None:
    put(root, taskIndex=2)
    decision = reads(root, "")
    assert decision == Decision(
        False,
        "Continue (Task 3/5)\n- [ ] 1.3 [P] C\n  - **Do**: c\n- [ ] 1.4 [P] D\nALL_TASKS_COMPLETE",
    )
    assert now(root) == EXECUTING | {"taskIndex": 2}


def test_reads_shows_five_parallel_tasks_at_most_and_none_behind_a_heading(root: Path) -> None:
    rewrite(root, "".join(f"- [ ] 1.{number} [P] T\n" for number in range(7)))
    put(root, taskIndex=0, totalTasks=7)
    assert reads(root, "").reason.count("[P]") == 5
    rewrite(root, "- [ ] 1.1 [P] A\n## Phase 2\n- [ ] 2.1 [P] B\n")
    assert reads(root, "").reason.count("[P]") == 1


@pytest.mark.parametrize(
    ("values", "transcript", "active", "decision"),
    [
        ({"awaitingApproval": True}, "", False, Decision(True, "awaiting approval")),
        ({}, "", True, Decision(True, "stop_hook_active")),
        ({}, "x ALL_TASKS_COMPLETE.", False, Decision(True, "ALL_TASKS_COMPLETE in the transcript")),
        ({"globalIteration": 100}, "", False, Decision(True, "max global iterations")),
        ({"phase": "design"}, "", False, Decision(True, "not executing")),
        ({"taskIndex": 5}, "", False, Decision(False, "Tasks incomplete: 3 unchecked items")),
    ],
)
def test_reads_in_the_order_of_its_checks(
    root: Path, values: dict[str, Any], transcript: str, active: bool, decision: Decision
) -> None:
    put(root, **values)
    assert reads(root, transcript, active) == decision
    assert now(root) == EXECUTING | values


def test_reads_finds_the_end_only_in_the_last_500_lines_and_as_a_word(root: Path) -> None:
    assert not reads(root, "ALL_TASKS_COMPLETE\n" + "x\n" * 500).allow
    assert not reads(root, "XALL_TASKS_COMPLETE").allow


def test_reads_allows_the_end_when_every_box_is_ticked(root: Path) -> None:
    rewrite(root, TASKS.replace("[ ]", "[x]"))
    put(root, taskIndex=5)
    assert reads(root, "") == Decision(True, "all tasks verified complete")


def test_reads_blocks_on_a_corrupt_state(root: Path) -> None:
    (root / "specs/demo/.ralph-state.json").write_text("{")
    assert reads(root, "") == Decision(False, "ERROR: Corrupt state file")
    assert increments(root, "") == Decision(True, "state unreadable")


def test_reads_is_silent_when_disabled(root: Path) -> None:
    (root / ".claude").mkdir()
    (root / ".claude/ralph-specum.local.md").write_text('---\nenabled: "false"\n---\n')
    assert reads(root, "") == Decision(True, "disabled")


def test_reads_finds_a_spec_in_another_specs_dir(root: Path) -> None:
    (root / ".claude").mkdir()
    (root / ".claude/ralph-specum.local.md").write_text('---\nspecs_dirs: ["./plans", "./specs"]\n---\n')
    (root / "plans").mkdir()
    assert reads(root, "") == Decision(True, "no active spec")
    (root / "plans/.current-spec").write_text("./specs/demo\n")
    assert not reads(root, "").allow


def test_reads_deletes_old_progress_files(root: Path) -> None:
    old, new = root / "specs/demo/.progress-task-1.md", root / "specs/demo/.progress-task-2.md"
    for path in (old, new):
        path.write_text("")
    os.utime(old, (time.time() - 3601,) * 2)
    reads(root, "")
    assert (old.exists(), new.exists()) == (False, True)


def test_a_transcript_line_has_the_form_that_the_handler_searches() -> None:
    assert '"role":"assistant"' in said("a")
    assert json.loads(said("a", "b"))["message"]["content"][1] == {"type": "text", "text": "b"}


# --- a verdict leads each of them to the next task

OPEN = "# T\n- [x] 1.1 A\n- [ ] 1.2 [P] B\n- [ ] 1.3 [P] C\n- [ ] 1.4 D\n"
FULL = OPEN.replace("- [ ] 1.2", "- [x] 1.2").replace("- [ ] 1.3", "- [x] 1.3")
PARTIAL = OPEN.replace("- [ ] 1.3", "- [x] 1.3")
LAST = FULL.replace("- [ ] 1.4", "- [x] 1.4")


def land(root: Path, handler: Handler, landed: str, parked: str | None = None) -> str:
    """A batch of 1.2 and 1.3 from hold to verdict; what the coordinator then repeats, as a transcript."""
    rewrite(root, OPEN)
    put(root, totalTasks=4)
    before = parse(OPEN, Dialect.RALPH)
    numbers = {index: number(OPEN, before.tasks[index].line, handler) for index in (1, 2)}
    path = root / "specs/demo/.ralph-state.json"
    state.write(path, state.hold(now(root), batch="b", numbers=numbers))
    waiting = now(root)
    assert increments(root, said("Executors are running")) == reads(root, "") == Decision(True, "awaiting approval")
    assert now(root) == waiting
    rewrite(root, landed)
    errors = {1: "conflict in a.py"} if parked else {}
    tasks = parse(landed, Dialect.RALPH)
    change = state.land(waiting, batch="b", numbers=numbers, errors=errors, tasks=tasks, handler=handler)
    assert change is not None
    state.write(path, state.apply(now(root), change))
    report = ["1.3 Explain TASK_COMPLETE, landed", "1.2 Skip the manual verification needed"]
    return said("\n".join(verdict.lines(report, full=not errors)))


@pytest.mark.parametrize(("landed", "index"), [(FULL, 3), (LAST, 4)])
def test_a_full_landing_leads_increments_on(root: Path, landed: str, index: int) -> None:
    transcript = land(root, Handler.INCREMENTS, landed)
    assert increments(root, transcript) == Decision(False, f"Continue with task {index}")
    assert now(root)["taskIndex"] == index


def test_after_the_last_task_increments_ends_the_loop(root: Path) -> None:
    increments(root, land(root, Handler.INCREMENTS, LAST))
    assert increments(root, said("Anything")) == Decision(True, "all tasks complete")


def test_a_partial_landing_makes_increments_retry_the_parked_task(root: Path) -> None:
    transcript = land(root, Handler.INCREMENTS, PARTIAL, parked="1.2")
    assert increments(root, transcript) == Decision(False, "Task 1 did not complete")


def test_a_full_landing_leads_reads_on(root: Path) -> None:
    transcript = land(root, Handler.READS, FULL)
    assert "- [ ] 1.4 D" in reads(root, transcript).reason


def test_after_the_last_task_reads_allows_the_end(root: Path) -> None:
    assert reads(root, land(root, Handler.READS, LAST)) == Decision(True, "all tasks verified complete")


def test_a_partial_landing_makes_reads_show_the_parked_task(root: Path) -> None:
    transcript = land(root, Handler.READS, PARTIAL, parked="1.2")
    assert reads(root, transcript).reason.startswith("Continue (Task 2/4)\n- [ ] 1.2 [P] B")
    assert now(root)["taskIteration"] == 2
