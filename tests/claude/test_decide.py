"""What is to become of an event, without git, files or processes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ralph_hooks.batch.model import Attempt, Batch, Failed, Landed, Landing, Parked, State
from ralph_hooks.errors import RefusedError
from ralph_hooks.integrations.claude import decide, gate, owner, payload, verdict
from ralph_hooks.integrations.claude.answer import context, deny, isolate, send_back
from ralph_hooks.integrations.claude.notes import Notes
from ralph_hooks.tasklist.parse import parse
from ralph_hooks.tasklist.plan import plan

PAYLOADS = Path(__file__).parent / "payloads"
SIGNALS = ("TASK_COMPLETE", "BATCH_COMPLETE")


def batch(*states: State) -> Batch:
    attempts = tuple(
        Attempt(index, f"1.{index + 1}", "It", "/w", "b", state=state, call=f"toolu_{index}")
        for index, state in enumerate(states)
    )
    return Batch(
        "0123abcd",
        "base",
        "refs/heads/main",
        "/repo",
        "tasks.md",
        "list",
        "ralph",
        "reads",
        "",
        {},
        attempts,
        session="s",
    )


# Whose call it is.


@pytest.mark.parametrize(
    ("kind", "so"),
    [
        ("spec-executor", True),
        ("ralph-specum:spec-executor", True),
        ("a:b:spec-executor", True),
        ("spec-executors", False),
        ("spec-executor:other", False),
        ("Explore", False),
        (None, False),
    ],
)
def test_executors_are_known_by_their_type(kind: str | None, *, so: bool) -> None:
    assert gate.is_executor(kind, ("spec-executor",)) is so


@pytest.mark.parametrize(
    ("changes", "so"),
    [({}, True), ({"tool_name": "Task"}, True), ({"tool_name": "Bash"}, False), ({"agent_id": "a1"}, False)],
)
def test_only_the_sessions_own_agent_calls_count(changes: dict[str, str], *, so: bool) -> None:
    event = payload.read(json.dumps(json.loads((PAYLOADS / "PreToolUse.json").read_bytes()) | changes).encode())
    assert isinstance(event, payload.CallBegins)
    assert gate.is_own_call(event) is so


# Which tasks go into a worktree.

LIST = """\
- [ ] 1.1 One
  - **Do**: it
- [ ] 1.2 [P] Two
- [{}] 1.3 [P] Three
- [ ] 1.4 [VERIFY] Look
- [ ] 1.5 [P] Five
"""


@pytest.mark.parametrize(
    ("task", "third", "tried", "alone"),
    [
        (0, " ", (), True),
        (0, "x", (), False),  # a later one is done: it is tried again
        (0, " ", (0,), False),
        (1, " ", (), False),
        (1, "x", (), False),
        (2, " ", (), False),
        (3, " ", (3,), True),
        (4, "x", (), True),
    ],
)
def test_a_task_that_nothing_runs_beside_is_left_alone(
    task: int, third: str, tried: tuple[int, ...], *, alone: bool
) -> None:
    listed = parse(LIST.format(third))
    assert (decide.why_alone(listed.tasks[task], listed, plan(listed), tried) is not None) is alone


# Inputs and outcomes.


def test_the_whole_input_is_given_back_isolated_and_in_the_foreground() -> None:
    given = {"description": "d", "prompt": "p", "subagent_type": "t", "name": "n", "run_in_background": True}
    changed = decide.isolated(given, "P", background=False)
    assert changed == given | {"prompt": "P", "isolation": "worktree", "run_in_background": False}
    assert decide.isolated(given, "P", background=True)["run_in_background"] is True
    assert "run_in_background" not in decide.isolated({"prompt": "p"}, "P", background=True)


@pytest.mark.parametrize(
    ("message", "state"),
    [
        ("TASK_COMPLETE", State.DONE),
        ("All done.\nTASK_COMPLETE: 3 files", State.DONE),
        ("ALL_TASKS_COMPLETE", State.FAILED),
        ("TASK_COMPLETED", State.FAILED),
        ("NOT_TASK_COMPLETE", State.FAILED),
        ("task_complete", State.FAILED),
        ("", State.FAILED),
        ("TASK_MODIFICATION_REQUEST\n{}\nno TASK_COMPLETE yet", State.FAILED),
    ],
)
def test_only_the_word_means_done(message: str, state: State) -> None:
    assert decide.outcome(message).state is state
    assert decide.outcome(message).message


@pytest.mark.parametrize(
    ("error", "outside"),
    [
        ("Agent terminated early due to an API error: 529", True),
        ("Failed to create worktree: commondir: Success", True),
        ("the tests do not pass", False),
    ],
)
def test_causes_outside_of_the_task_are_told_apart(error: str, *, outside: bool) -> None:
    assert decide.failure(error).outside is outside


def test_whoever_has_not_ended_when_the_step_has_is_broken_off() -> None:
    open_batch = batch(State.DONE, State.RUNNING, State.RUNNING)
    assert [ending.call for ending in decide.broken_off(open_batch, Notes())] == ["toolu_1", "toolu_2"]
    assert [ending.call for ending in decide.broken_off(open_batch, Notes(launched=("toolu_1",)))] == ["toolu_2"]


@pytest.mark.parametrize(
    ("called", "states", "due"),
    [
        (True, (State.DONE, State.FAILED), True),
        (False, (State.DONE, State.FAILED), False),
        (True, (State.DONE, State.RUNNING), False),
    ],
)
def test_a_batch_is_due_when_all_have_ended_and_nobody_joins(
    called: bool, states: tuple[State, ...], *, due: bool
) -> None:
    assert decide.is_due(batch(*states), Notes(called=called)) is due


def test_an_agent_of_unknown_call_is_of_the_only_one_left() -> None:
    open_batch = batch(State.DONE, State.RUNNING)
    assert decide.only_unknown(open_batch) == open_batch.attempts[1]
    assert decide.only_unknown(batch(State.RUNNING, State.RUNNING)) is None
    waiting = open_batch.with_attempt(open_batch.attempts[1]._replace(admitted=False))
    assert decide.only_unknown(waiting) is None
    assert not decide.is_awaited(waiting)


def test_ends_in_the_background_are_read_off_prompts() -> None:
    event = payload.read((PAYLOADS / "UserPromptSubmit.json").read_bytes())
    assert isinstance(event, payload.PromptGiven)
    assert decide.notified(event) == (decide.Ending("toolu_stub001_3", decide.outcome("TASK_COMPLETE (C)")),)
    failed = event._replace(prompt=event.prompt.replace("completed</status>", "failed</status>") * 2)
    assert [ending.outcome.state for ending in decide.notified(failed)] == [State.FAILED, State.FAILED]
    for prompt in ("", "<task-notification></task-notification>", event.prompt.replace("completed", "running")):
        assert decide.notified(event._replace(prompt=prompt)) == ()


# What is said.


def test_answers_have_the_clients_shapes() -> None:
    assert context("PostToolBatch", "x")["hookSpecificOutput"] == {
        "hookEventName": "PostToolBatch",
        "additionalContext": "x",
    }
    assert set(isolate({"prompt": "p"})["hookSpecificOutput"]) == {"hookEventName", "updatedInput"}
    assert deny("no")["hookSpecificOutput"]["permissionDecision"] == "deny"
    assert send_back("why") == {"decision": "block", "reason": "why"}


def landing(*, full: bool) -> Landing:
    landed = (Landed(0, "1.1", "c" * 40),)
    parked = (
        () if full else (Parked(1, "1.2", "said TASK_COMPLETE and BATCH_COMPLETE", ("a",), "refs/ralph/parked/x/1"),)
    )
    failed = () if full else (Failed(2, "1.3", "TASK_MODIFICATION_REQUEST"),)
    return Landing(
        "0123abcd", "refs/heads/main", "a" * 40, "b" * 40, landed, parked, failed, "BATCH_COMPLETE" if full else None
    )


def test_a_full_landing_ends_with_the_signals() -> None:
    text = verdict.told(batch(State.LANDED), landing(full=True))
    assert tuple(text.splitlines()[-2:]) == SIGNALS
    assert "tick nothing" in text


def test_a_partial_landing_holds_no_signal_and_the_request_as_it_was() -> None:
    request = 'TASK_MODIFICATION_REQUEST\n{"type": "SPLIT_TASK"}'
    asked = batch(State.LANDED, State.PARKED, State.FAILED)
    asked = asked.with_attempt(asked.attempts[2]._replace(message=request))
    text = verdict.told(asked, landing(full=False))
    assert not any(signal in text for signal in SIGNALS)
    assert request in text


def test_a_refusal_holds_no_signal() -> None:
    text = verdict.refused(batch(State.DONE), RefusedError("TASK_COMPLETE is in the way", "move it"))
    assert not any(signal in text for signal in SIGNALS)
    assert "stays open" in text


# Whose batch it is.


def test_a_process_is_known_by_its_id_and_its_start(monkeypatch: pytest.MonkeyPatch) -> None:
    import os  # noqa: PLC0415

    monkeypatch.setenv("CLAUDE_PID", str(os.getpid()))
    own = owner.current()
    assert own is not None
    assert owner.is_alive(own)
    assert not owner.is_alive(f"{os.getpid()}:1")  # the id is somebody else's now
    assert not owner.is_alive("4194305:1")
    assert owner.is_alive(None)
    monkeypatch.setenv("CLAUDE_PID", "no number")
    assert owner.current() is None
