"""Whole batches, from the model's calls to what it is told: real git repositories, a client that only pretends."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

import pytest
from pretend_client import DONE, Agent, Session
from workshop import Workshop

from ralph_hooks.batch.adopt import adopt
from ralph_hooks.batch.workplace import open_workplace
from ralph_hooks.integrations.claude import calls, spacing

STATE = {"phase": "execution", "taskIndex": 0, "totalTasks": 3, "awaitingApproval": False}
TASKS = ("1.1", "1.2", "1.3")
DEAD = 2**22 + 1  # no process has this id


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spacing, "LEAST", 0.0)
    monkeypatch.setattr(spacing, "MOST", 0.0)


@pytest.fixture
def shop(tmp_path: Path) -> Workshop:
    return Workshop.make(tmp_path / "repo", state=STATE)


@pytest.fixture
def session(shop: Workshop) -> Session:
    return Session(shop)


def begin(session: Session, *tasks: str) -> list[Agent]:
    return [session.call(f"Task {task}, in {session.shop.path}/specs/demo") for task in tasks]


def do(agent: Agent, name: str, text: str = "x\n") -> None:
    agent.work({name: text}, f"Make {name}")
    agent.end()


def subjects(shop: Workshop) -> list[str]:
    """Of the commits after the first, oldest first."""
    return shop.git("log", "--format=%s", "--reverse", "main").splitlines()[1:]


def test_three_executors_that_end_in_reverse_order_land_in_order(session: Session, shop: Workshop) -> None:
    agents = begin(session, *TASKS)
    assert shop.state()["awaitingApproval"] is True
    assert shop.status() == ""  # worktrees in .claude are no untracked files
    for number, agent in reversed(list(enumerate(agents, 1))):
        assert agent.input["run_in_background"] is False
        assert "in specs/demo" in agent.input["prompt"]
        do(agent, f"{number}.txt")
    assert subjects(shop) == []
    told = session.step()
    assert told.endswith("TASK_COMPLETE\nBATCH_COMPLETE")
    assert subjects(shop) == ["Make 1.txt", "Make 2.txt", "Make 3.txt"]
    assert shop.ticks() == list(TASKS)
    assert shop.status() == ""
    assert (shop.state()["awaitingApproval"], shop.state()["taskIndex"]) == (False, 3)
    assert list((shop.path / ".claude/worktrees").iterdir()) == []
    assert shop.git("branch", "--list", "worktree-*") == ""
    assert not (shop.path / ".git" / "ralph" / "claude").exists()
    assert session.step("toolu_other") == ""
    assert session.log == ""


def test_worktrees_that_the_client_made_from_origin_begin_at_the_base(session: Session, shop: Workshop) -> None:
    old = shop.git("rev-parse", "HEAD")
    shop.write({"local.txt": "not pushed\n"})
    shop.commit("A local commit")
    call, answer = session.ask("Task 1.1")
    agent = session.launch(call, answer["hookSpecificOutput"]["updatedInput"], base=old)
    agent.begin()
    assert (agent.place / "local.txt").exists()
    agent.work({"a.txt": "a\n"})
    agent.begin()  # resumed: never put on the base twice
    assert (agent.place / "a.txt").exists()
    agent.end()
    assert session.step().endswith("BATCH_COMPLETE")


def test_a_conflict_is_parked_and_comes_again_with_the_reason(session: Session, shop: Workshop) -> None:
    one, two, three = begin(session, *TASKS)
    do(one, "same.txt", "one\n")
    do(two, "same.txt", "two\n")
    do(three, "other.txt")
    told = session.step()
    assert "TASK_COMPLETE" not in told
    assert "BATCH_COMPLETE" not in told
    assert "parked  1.2" in told
    assert shop.ticks() == ["1.1", "1.3"]
    (again,) = begin(session, "1.2")  # alone: but it was tried before
    assert "tried before and did not land" in again.input["prompt"]
    assert (again.place / "same.txt").read_text() == "one\n"
    again.work({"same.txt": "one\ntwo\n"})
    again.end()
    assert session.step().endswith("BATCH_COMPLETE")


def test_an_executor_that_dies_fails_and_what_it_did_is_kept(session: Session, shop: Workshop) -> None:
    one, two, three = begin(session, *TASKS)
    one.work({"half.txt": "half\n"}, commit=False)
    one.die()
    do(two, "2.txt")
    three.session.fire("PostToolUseFailure", **three.asked, error="Failed to create worktree: commondir: Success")
    told = session.step()
    assert "failed  1.1  API Error: 500" in told
    assert "failed  1.3  Failed to create worktree" in told
    (batch,) = {ref.split("/")[3] for ref in shop.refs("refs/ralph/failed/")}
    assert shop.show(f"refs/ralph/failed/{batch}/0", "half.txt") == "half"
    assert shop.ticks() == ["1.2"]


def test_a_lost_end_is_read_off_the_call(session: Session, shop: Workshop) -> None:
    """A hook that is killed is as good as one that never ran."""
    one, two, three = begin(session, *TASKS)
    for agent in (one, two, three):
        agent.work({f"{agent.id}.txt": "x\n"})
        agent.unlock()
    response = {"status": "completed", "agentId": one.id, "content": [{"type": "text", "text": DONE}]}
    session.fire("PostToolUse", **one.asked, tool_response=response)
    session.fire("StopFailure", agent=two, error="overloaded", error_details="API Error: 529")
    told = session.step()  # of the third nothing was heard at all
    assert shop.ticks() == ["1.1"]
    assert "failed  1.2  API Error: 529" in told
    assert "failed  1.3  its call was refused or broken off" in told


def test_uncommitted_work_sends_an_executor_back_once(session: Session, shop: Workshop) -> None:
    (one, two) = begin(session, "1.1", "1.2")
    one.work({"a.txt": "a\n", "specs/demo/.progress-task-0.md": "## Learnings\n- It works\n"}, commit=False)
    sent = one.stop()
    assert sent["decision"] == "block"
    assert "a.txt" in sent["reason"]
    assert ".progress" not in sent["reason"]
    assert one.stop(stop_hook_active=True) == {}
    one.unlock()
    do(two, "b.txt")
    assert session.step().count("with work that its executor had not committed") == 1
    assert shop.show("HEAD", "a.txt") == "a"
    assert "It works" in shop.show("HEAD", "specs/demo/.progress.md")


def test_a_request_to_change_the_plan_is_handed_on(session: Session, shop: Workshop) -> None:
    one, two = begin(session, "1.1", "1.2")
    request = 'TASK_MODIFICATION_REQUEST\n```json\n{\n  "type": "SPLIT_TASK"\n}\n```'
    one.work({"half.txt": "x\n"})
    one.end(request)
    do(two, "2.txt")
    assert request in session.step()
    assert shop.ticks() == ["1.2"]


def test_a_call_that_was_denied_by_somebody_else_is_failed(session: Session, shop: Workshop) -> None:
    (one,) = begin(session, "1.1")
    session.ask("Task 1.2")
    do(one, "1.txt")
    assert "failed  1.2  its call was refused or broken off" in session.step()
    assert subjects(shop) == ["Make 1.txt"]


def test_calls_beyond_the_places_wait_for_one(
    session: Session, shop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calls, "PAUSE", 0.05)
    shop.write({".ralph-hooks.toml": "max_parallel = 1\n"})
    shop.commit("Configure")
    (one,) = begin(session, "1.1")
    one.work({"1.txt": "x\n"})
    ending = threading.Timer(0.6, one.unlock)
    asked = time.monotonic()
    ending.start()
    monkeypatch.setattr(calls, "WAIT", 0.3)
    _, answer = session.ask("Task 1.2")  # nobody ends: at the deadline it goes on, isolated
    assert time.monotonic() - asked >= 0.3
    assert answer["hookSpecificOutput"]["updatedInput"]["isolation"] == "worktree"
    with open_workplace(shop.path) as work:
        batch = work.store.open_batch()
    assert batch
    assert all(attempt.admitted for attempt in batch.attempts)
    ending.join()


def test_answers_leave_one_after_the_other(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spacing, "LEAST", 0.5)
    session.ask("Task 1.1")
    before = time.monotonic()
    session.ask("Task 1.2")
    assert time.monotonic() - before >= 0.4


def test_an_answer_waits_for_the_executor_before_it(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spacing, "MOST", 20.0)
    call, answer = session.ask("Task 1.1")
    first = session.launch(call, answer["hookSpecificOutput"]["updatedInput"])
    beginning = threading.Timer(0.8, begin_outside, [first])
    before = time.monotonic()
    beginning.start()
    session.ask("Task 1.2")
    assert 0.7 <= time.monotonic() - before < 10
    beginning.join()


def begin_outside(agent: Agent) -> None:
    """SubagentStart as another process, as it comes while the hook of a call waits."""
    with open_workplace(agent.session.shop.path) as work:
        batch = work.store.open_batch()
        assert batch
        adopt(work, batch, agent.id, agent.place)


def test_an_answer_waits_for_nobody_who_will_not_begin(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spacing, "MOST", 20.0)
    call, answer = session.ask("Task 1.1")
    session.launch(call, answer["hookSpecificOutput"]["updatedInput"]).die("Failed to create worktree")
    before = time.monotonic()
    session.ask("Task 1.2")
    assert time.monotonic() - before < 10
    monkeypatch.setattr(spacing, "MOST", 0.6)
    before = time.monotonic()
    session.ask("Task 1.3")  # nobody says what became of the one before
    assert time.monotonic() - before >= 0.5


def test_two_batches_in_one_session(tmp_path: Path) -> None:
    box = "- [ ] {} [P] Task {}\n  - **Do**: it\n"
    text = "".join(box.format(f"{n}.{m}", f"{n}.{m}") for n in (1, 2) for m in (1, 2)).replace(
        "- [ ] 2.1", "\n## Next\n\n- [ ] 2.1"
    )
    session = Session(Workshop.make(tmp_path / "repo", tasks=text, state=STATE | {"totalTasks": 4}))
    for pair in (("1.1", "1.2"), ("2.1", "2.2")):
        for agent in begin(session, *pair):
            do(agent, f"{agent.id}.txt")
        assert session.told == ""  # of the batch before this was told already
        assert session.step().endswith("BATCH_COMPLETE")
        session.told = ""
    assert session.shop.ticks() == ["1.1", "1.2", "2.1", "2.2"]
    assert session.shop.state()["taskIndex"] == 4


@pytest.mark.parametrize(
    ("kind", "prompt"),
    [
        ("Explore", "Task 1.1"),
        ("spec-executors", "Task 1.1"),
        ("spec-executor", "Tidy the documents"),
        ("spec-executor", "Task 9.9"),
        ("spec-executor", "Task 1.1 of specs/other/tasks.md"),
    ],
)
def test_other_calls_are_left_alone(session: Session, shop: Workshop, kind: str, prompt: str) -> None:
    _, answer = session.ask(prompt, kind=kind)
    assert "updatedInput" not in answer.get("hookSpecificOutput", {})
    assert shop.state() == STATE
    assert shop.refs("refs/ralph/") == {}
    assert ("left as it is" in session.log) == (kind == "spec-executor")
    assert "Tidy the documents" not in session.log


SEQUENCE = """\
- [ ] 1.1 First
  - **Do**: it
- [ ] 1.2 [P] Lonely
- [ ] 1.3 Third
- [ ] 1.4 [VERIFY] Look at it
"""


def test_what_runs_alone_is_left_alone_until_it_is_tried_again(tmp_path: Path) -> None:
    shop = Workshop.make(tmp_path / "repo", tasks=SEQUENCE, state=STATE)
    session = Session(shop)
    for task in ("1.1", "1.2", "1.4"):
        assert session.ask(f"Task {task}")[1] == {}
    assert session.log == ""
    shop.write({"specs/demo/tasks.md": SEQUENCE.replace("- [ ] 1.3", "- [x] 1.3")})
    shop.commit("Somebody ticked a later one")
    (agent,) = begin(session, "1.2")
    assert session.ask("Task 1.4")[1] == {}
    do(agent, "2.txt")
    assert session.step().endswith("BATCH_COMPLETE")


@pytest.mark.parametrize("spec", [{}, {"a/tasks.md": SEQUENCE, "specs/b/tasks.md": SEQUENCE}])
def test_without_an_active_spec_nothing_is_made(tmp_path: Path, spec: dict[str, str]) -> None:
    shop = Workshop.make(tmp_path / "repo", files={**spec, "README": "x\n"}, progress=None)
    shop.write({"specs/demo/tasks.md": None} if not spec else {})
    session = Session(shop)
    assert session.ask("Task 1.2")[1] == {}
    assert not (shop.path / ".git" / "ralph").exists()


def test_a_spec_that_is_still_being_planned_is_left_alone(tmp_path: Path) -> None:
    session = Session(Workshop.make(tmp_path / "repo", state=STATE | {"phase": "tasks"}))
    assert session.ask("Task 1.1")[1] == {}
    assert not (session.shop.path / ".git" / "ralph").exists()


def test_what_cannot_join_is_denied_with_the_reason(session: Session, shop: Workshop) -> None:
    shop.write({"specs/demo/tasks.md": shop.read("specs/demo/tasks.md") + "\n"})
    _, answer = session.ask("Task 1.1")
    said = answer["hookSpecificOutput"]
    assert said["permissionDecision"] == "deny"
    assert "specs/demo/tasks.md" in said["permissionDecisionReason"]
    assert shop.state() == STATE
    shop.commit("Mend the list")
    begin(session, "1.1")
    _, answer = session.ask("Task 1.1")
    assert "already" in answer["hookSpecificOutput"]["permissionDecisionReason"]


def test_a_refused_landing_is_told_once_and_made_when_it_can_be(session: Session, shop: Workshop) -> None:
    one, two = begin(session, "1.1", "1.2")
    do(one, "1.txt")
    do(two, "2.txt")
    shop.write({"1.txt": "in the way\n"})
    told = session.step()
    assert "could not land" in told
    assert "TASK_COMPLETE" not in told
    assert subjects(shop) == []
    assert session.step("toolu_bash") == ""
    shop.git("commit", "--allow-empty", "-m", "Meanwhile")
    session.made = 9
    late = session.launch("toolu_late", {"subagent_type": "spec-executor", "prompt": ""})
    assert late.begin() == {}
    assert shop.git("rev-parse", "HEAD", at=late.place) == shop.git("rev-parse", "HEAD")  # it is in no batch
    _, answer = session.ask("Task 1.3")
    assert answer["hookSpecificOutput"]["permissionDecision"] == "deny"
    (shop.path / "1.txt").unlink()
    assert session.step("toolu_bash").endswith("BATCH_COMPLETE")
    assert shop.state()["taskIndex"] == 2


def test_the_next_call_lands_what_was_refused(session: Session, shop: Workshop) -> None:
    one, two = begin(session, "1.1", "1.2")
    do(one, "1.txt")
    do(two, "2.txt")
    shop.write({"1.txt": "in the way\n"})
    session.step()
    (shop.path / "1.txt").unlink()
    shop.write({"specs/demo/tasks.md": shop.read("specs/demo/tasks.md").replace("[ ] 1.3", "[ ] 1.3")})
    _, answer = session.ask("Task 1.2")
    assert subjects(shop) == ["Make 1.txt", "Make 2.txt"]
    assert "updatedInput" not in answer.get("hookSpecificOutput", {})


def test_what_leaked_is_taken_back_and_what_strayed_is_named(session: Session, shop: Workshop) -> None:
    shop.write({"mine.txt": "there before\n"})
    one, two = begin(session, "1.1", "1.2")
    shop.write(
        {
            "specs/demo/tasks.md": shop.read("specs/demo/tasks.md").replace("[ ] 1.1", "[x] 1.1"),
            "strayed.txt": "by an executor\n",
        }
    )
    do(one, "1.txt")
    do(two, "2.txt")
    told = session.step()
    assert "strayed.txt" in told
    assert "mine.txt" not in told
    assert shop.ticks() == ["1.1", "1.2"]
    assert shop.status().split() == ["??", "mine.txt", "??", "strayed.txt"]


def test_events_that_come_twice_or_late_change_nothing(session: Session, shop: Workshop) -> None:
    one, two = begin(session, "1.1", "1.2")
    again = session.fire(
        "PreToolUse", **one.asked | {"tool_input": {"prompt": "Task 1.1", "subagent_type": "spec-executor"}}
    )
    assert again["hookSpecificOutput"]["updatedInput"]["prompt"].startswith("[ralph-hooks batch")
    one.work({"1.txt": "x\n"})
    one.end()
    one.stop()
    session.fire("PostToolUseFailure", **one.asked, error="late and wrong")
    do(two, "2.txt")
    assert session.step().endswith("BATCH_COMPLETE")
    head = shop.git("rev-parse", "HEAD")
    session.calls = [one.call, two.call]
    assert session.step() == ""
    one.place.mkdir(parents=True)
    one.begin()
    one.stop()
    _, late = session.ask("Task 1.1")
    assert "updatedInput" not in late.get("hookSpecificOutput", {})
    assert shop.git("rev-parse", "HEAD") == head


def test_what_subagents_do_themselves_is_their_own_matter(session: Session, shop: Workshop) -> None:
    one, two = begin(session, "1.1", "1.2")
    do(one, "1.txt")
    assert session.fire("PostToolBatch", agent=two, tool_calls=[]) == {}
    call = {
        "tool_name": "Agent",
        "tool_use_id": "toolu_sub",
        "tool_input": {"prompt": "Task 1.3", "subagent_type": "spec-executor"},
    }
    assert session.fire("PreToolUse", agent=two, **call) == {}
    other = Agent(session, "toolu_x", "aother", "Explore", {}, two.place)
    assert (other.begin(), other.stop()) == ({}, {})
    assert [task["state"] for task in shop.run("status", "--format", "json").json["tasks"]] == ["done", "running"]
    do(two, "2.txt")
    assert session.step().endswith("BATCH_COMPLETE")
    assert shop.ticks() == ["1.1", "1.2"]


def test_the_mark_in_the_prompt_ties_agents_where_the_client_notes_nothing(session: Session, shop: Workshop) -> None:
    one, two = begin(session, "1.1", "1.2")
    for agent in (two, one):
        agent.transcript.with_suffix(".meta.json").unlink()
        agent.work({f"{agent.call[-1]}.txt": "x\n"}, f"By {agent.call[-1]}")
        assert agent.stop() == {}
        agent.unlock()
    assert session.step().endswith("BATCH_COMPLETE")
    assert subjects(shop) == ["By 1", "By 2"]


def test_a_session_that_died_is_landed_by_the_next(session: Session, shop: Workshop) -> None:
    session.pid = DEAD
    one, two = begin(session, "1.1", "1.2")
    one.work({"1.txt": "x\n"}, "Make 1.txt")
    one.stop()  # and then its client was killed, so the worktree stays locked
    two.work({"2.txt": "half\n"}, commit=False)
    answer = Session(shop, "sid-2").fire("SessionStart", source="startup")
    told = answer["hookSpecificOutput"]["additionalContext"]
    assert "landed  1.1" in told
    assert "failed  1.2  its session ended before it did" in told
    assert subjects(shop) == ["Make 1.txt"]
    assert not one.place.exists()
    assert two.place.exists()
    assert (shop.state()["awaitingApproval"], shop.state()["taskIndex"]) == (False, 1)
    assert Session(shop, "sid-3").fire("SessionStart", source="startup") == {}


def test_a_session_that_was_cleared_is_landed_by_its_successor(session: Session, shop: Workshop) -> None:
    one, _two = begin(session, "1.1", "1.2")
    do(one, "1.txt")
    told = Session(shop, "sid-2").fire("SessionStart", source="clear")["hookSpecificOutput"]["additionalContext"]
    assert "landed  1.1" in told


def test_beside_the_batch_of_a_living_session_nobody_joins(session: Session, shop: Workshop) -> None:
    begin(session, "1.1")
    other = Session(shop, "sid-2", pid=os.getppid())
    begun = other.fire("SessionStart", source="resume")["hookSpecificOutput"]["additionalContext"]
    assert "is open on refs/heads/main (1.1 running)" in begun
    assert "\n" not in begun
    _, answer = other.ask("Task 1.2")
    assert "another session" in answer["hookSpecificOutput"]["additionalContext"]
    assert "updatedInput" not in answer["hookSpecificOutput"]
    assert other.step() == ""


# In the background.


@pytest.fixture
def loose(shop: Workshop) -> Session:
    shop.write({".ralph-hooks.toml": "[claude]\nbackground = true\n"})
    shop.commit("Configure")
    return Session(shop)


def launched(agent: Agent) -> None:
    response = {"status": "async_launched", "isAsync": True, "agentId": agent.id}
    agent.session.fire("PostToolUse", **agent.asked, tool_response=response)


def notification(agent: Agent, status: str = "completed", result: str = DONE) -> str:
    return (
        f"<task-notification>\n<task-id>{agent.id}</task-id>\n<tool-use-id>{agent.call}</tool-use-id>\n"
        f"<status>{status}</status>\n<result>{result}</result>\n</task-notification>"
    )


def test_in_the_background_the_last_end_lands_and_a_prompt_tells(loose: Session, shop: Workshop) -> None:
    one, two = begin(loose, "1.1", "1.2")
    assert "run_in_background" not in one.input
    launched(one)
    launched(two)
    assert loose.step() == ""
    assert shop.state()["awaitingApproval"] is True
    two.work({"2.txt": "x\n"}, "Two")
    assert two.stop() == {}
    two.unlock()
    assert loose.fire("UserPromptSubmit", prompt=notification(two)) == {}
    one.work({"1.txt": "x\n"}, "One")
    assert one.stop() == {}
    assert subjects(shop)[1:] == ["One", "Two"]
    assert loose.fire("UserPromptSubmit", prompt="go on")["hookSpecificOutput"]["additionalContext"].endswith(
        "BATCH_COMPLETE"
    )
    assert one.place.exists()  # locked by the client until it has ended
    one.unlock()
    assert loose.fire("UserPromptSubmit", prompt=notification(one)) == {}
    assert not one.place.exists()
    assert not (shop.path / ".git" / "ralph" / "claude").exists()


def test_in_the_background_the_next_batch_tells_of_the_last(loose: Session, shop: Workshop) -> None:
    (one,) = begin(loose, "1.1")
    launched(one)
    loose.step()
    one.work({"1.txt": "x\n"}, "One")
    one.stop()
    (two,) = begin(loose, "1.2")
    launched(two)
    assert loose.told.endswith("BATCH_COMPLETE")
    loose.told = ""
    assert loose.step() == ""
    assert loose.fire("UserPromptSubmit", prompt="go on") == {}


def test_in_the_background_an_early_end_does_not_land_before_the_others_have_joined(
    loose: Session, shop: Workshop
) -> None:
    (one,) = begin(loose, "1.1")
    launched(one)
    one.work({"1.txt": "x\n"}, "One")
    one.stop()
    assert subjects(shop)[1:] == []
    (two,) = begin(loose, "1.2")
    launched(two)
    assert loose.step() == ""
    two.work({"2.txt": "x\n"}, "Two")
    two.stop()
    assert subjects(shop)[1:] == ["One", "Two"]


@pytest.mark.parametrize(("status", "ticks"), [("completed", ["1.1", "1.2"]), ("failed", ["1.1"])])
def test_in_the_background_a_lost_end_is_read_off_the_prompt(
    loose: Session, shop: Workshop, status: str, ticks: list[str]
) -> None:
    one, two = begin(loose, "1.1", "1.2")
    for agent in (one, two):
        launched(agent)
        agent.work({f"{agent.id}.txt": "x\n"})
    loose.step()
    one.stop()
    two.unlock()
    answer = loose.fire("UserPromptSubmit", prompt=notification(two, status))
    assert answer["hookSpecificOutput"]["hookEventName"] == "UserPromptSubmit"
    assert shop.ticks() == ticks
