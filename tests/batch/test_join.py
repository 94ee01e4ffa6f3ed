"""Batches that an orchestrator opens call by call, in worktrees that it makes itself."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest
from orchestrator import SESSION, Orchestrator
from workshop import Workshop

from ralph_hooks.batch.model import State
from ralph_hooks.batch.store import Record, Store
from ralph_hooks.errors import RefusedError

STATE = {"phase": "execution", "taskIndex": 0, "totalTasks": 3, "taskIteration": 1, "awaitingApproval": False}


@pytest.fixture
def shop(tmp_path: Path) -> Workshop:
    shop = Workshop.make(tmp_path / "repo", files={"a.txt": "a\n", "b.txt": "b\n"}, state=STATE)
    shop.write({".git/info/exclude": "/.claude/worktrees/\n"})
    return shop


@pytest.fixture
def client(shop: Workshop) -> Orchestrator:
    return Orchestrator(shop)


def attempts(shop: Workshop) -> list[tuple[str, str]]:
    return [(task["id"], task["state"]) for task in shop.run("status", "--format", "json").json["tasks"]]


def everything(shop: Workshop) -> object:
    """All that a refusal leaves as it was."""
    return shop.refs(), shop.run("status", "--format", "json").out, shop.state(), shop.git("worktree", "list")


# Joining.


def test_the_first_call_opens_a_batch_and_the_next_ones_join_it(shop: Workshop, client: Orchestrator) -> None:
    first, third, second = (client.join(task) for task in ("1.1", "1.3", "1.2"))
    assert [joined.opened for joined in (first, third, second)] == [True, False, False]
    assert {joined.batch.id for joined in (first, third, second)} == {first.batch.id}
    assert [attempt.id for attempt in second.batch.attempts] == ["1.1", "1.2", "1.3"]
    assert second.batch == client.batch()
    assert (first.batch.session, first.attempt.worktree, first.attempt.branch) == (SESSION, "", "")
    assert shop.git("worktree", "list").count("\n") == 0


def test_the_hold_and_the_record_grow_with_the_batch(shop: Workshop, client: Orchestrator) -> None:
    client.join("1.1")
    assert shop.state()["parallelGroup"]["taskIndices"] == [0]
    batch = client.join("1.3").batch
    state = shop.state()
    assert (state["awaitingApproval"], state["parallelGroup"]["taskIndices"]) == (True, [0, 2])
    assert state["taskResults"] == {"0": {"status": "pending"}, "2": {"status": "pending"}}
    assert state["ralphHold"]["before"]["awaitingApproval"] == [False]
    recorded = json.loads(shop.show(f"refs/ralph/batch/{batch.id}", "batch.json"))
    assert [attempt["id"] for attempt in recorded["attempts"]] == ["1.1", "1.3"]
    shop.run("abort")
    assert shop.state() == STATE


def test_the_same_call_again_is_the_same_answer(shop: Workshop, client: Orchestrator) -> None:
    joined = [client.join("1.1"), client.join("1.2")]
    before = everything(shop)
    assert client.join("1.2") == joined[1]
    again = client.join("1.1")
    assert (again.attempt, again.opened) == (joined[0].attempt, True)
    assert everything(shop) == before


def test_what_fails_in_the_open_batch_is_no_earlier_try(client: Orchestrator) -> None:
    client.join("1.1")
    client.end("1.1", State.FAILED, "API error", external=True)
    again = client.join("1.1")
    assert (again.attempt.message, again.earlier, again.not_before) == ("API error", None, None)


def test_without_a_worktree_nobody_elses_is_taken_for_it(shop: Workshop, client: Orchestrator) -> None:
    client.join("1.1")
    shop.write({"a.txt": "a person's\n"})
    before = shop.git("rev-parse", "HEAD"), shop.status()
    ran = shop.run("finish", "1.1")  # from the main worktree: the empty path is the current directory
    assert (ran.code, client.batch().attempts[0].message) == (1, "it never had a worktree")
    shop.run("abort")
    assert (shop.git("rev-parse", "HEAD"), shop.status()) == before


def test_a_session_says_who_is_alive(client: Orchestrator) -> None:
    client.join("1.1", owner="pid 7")
    assert client.join("1.2").batch.owner == "pid 7"
    assert client.join("1.3", owner="pid 8").batch.owner == "pid 8"
    assert client.batch().owner == "pid 8"


def test_joiners_stand_on_the_base_of_the_batch(shop: Workshop, client: Orchestrator) -> None:
    base = client.join("1.1").batch.base
    shop.write({"c.txt": "c\n"})
    shop.commit("By hand")
    assert client.join("1.2").batch.base == base


def test_a_task_that_was_done_by_hand_since(shop: Workshop, client: Orchestrator) -> None:
    client.join("1.1")
    shop.run("tick", "1.2")
    before = everything(shop)
    with pytest.raises(RefusedError, match="was done while batch"):
        client.join("1.2")
    assert everything(shop) == before
    assert client.join("1.3").attempt.id == "1.3"


def test_a_spec_that_has_vanished(shop: Workshop, client: Orchestrator) -> None:
    client.join("1.1")
    with pytest.raises(RefusedError, match="nowhere"):
        client.join("1.2", spec="nowhere/tasks.md")


def test_ticks_that_leaked_do_not_keep_a_task_out(shop: Workshop, client: Orchestrator) -> None:
    client.join("1.1")
    page = shop.page("tasks.md")
    shop.write({page: shop.read(page).replace("[ ] 1.1", "[x] 1.1")})
    assert client.join("1.2").attempt.id == "1.2"


LIST = (
    "- [x] 1.0 Done\n  - **Do**: it\n- [ ] 1.1 [P] A\n- [ ] 1.2 [P] B\n- [ ] 1.3 [VERIFY] C\n"
    "- [ ] 2.1 [P] D\n  - **Do**: it\n  - **Depends on**: 1.1\n"
)
REFUSED = {
    "done": ("1.0", "done already"),
    "a checkpoint": ("1.3", "VERIFY"),
    "waits for another": ("2.1", "depends on 1.1"),
    "unknown": ("9.9", "no task is named"),
}


@pytest.mark.parametrize("opened", [False, True], ids=["first", "later"])
@pytest.mark.parametrize(("task", "why"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_attempted(tmp_path: Path, task: str, why: str, opened: bool) -> None:
    shop = Workshop.make(tmp_path / "repo", LIST, state=STATE)
    client = Orchestrator(shop)
    if opened:
        client.join("1.1")
    before = everything(shop)
    with pytest.raises(RefusedError, match=why):
        client.join(task)
    assert everything(shop) == before


def test_a_task_under_another_call(shop: Workshop, client: Orchestrator) -> None:
    client.join("1.1")
    before = everything(shop)
    with pytest.raises(RefusedError, match="under another call"):
        client.join("1.1", "call-other")
    assert everything(shop) == before


def test_anothers_batch(shop: Workshop, client: Orchestrator) -> None:
    client.join("1.1")
    before = everything(shop)
    with pytest.raises(RefusedError, match="another session's"):
        Orchestrator(shop, "session-2").join("1.2")
    assert everything(shop) == before
    assert shop.run("start", "1.2").code == 2


def test_the_command_lines_batch(shop: Workshop, client: Orchestrator) -> None:
    shop.start("1.1")
    before = everything(shop)
    with pytest.raises(RefusedError, match="the command line's"):
        client.join("1.2")
    assert everything(shop) == before


def test_another_list(shop: Workshop, client: Orchestrator) -> None:
    shop.write({"specs/other/tasks.md": "- [ ] 1.1 [P] A\n"})
    shop.commit("Another list")
    client.join("1.1")
    before = everything(shop)
    with pytest.raises(RefusedError, match="works on specs/demo"):
        client.join("1.1", "call-other", spec="specs/other/tasks.md")
    assert everything(shop) == before


def test_a_call_of_a_batch_that_is_over(shop: Workshop, client: Orchestrator) -> None:
    client.begin("1.1")
    client.end("1.1", State.FAILED)
    shop.land()
    with pytest.raises(RefusedError, match="which is over"):
        client.join("1.1")
    assert client.join("1.1", "call-again").opened


def test_a_task_that_was_tried_out(tmp_path: Path) -> None:
    shop = Workshop.make(tmp_path / "repo", state=STATE | {"maxTaskIterations": 1})
    client = Orchestrator(shop)
    client.begin("1.1")
    client.end("1.1", State.FAILED, "no time")
    shop.land()
    with pytest.raises(RefusedError, match="tried 1 times"):
        client.join("1.1", "call-again")


def test_what_was_tried_before_is_handed_on(shop: Workshop, client: Orchestrator) -> None:
    client.begin("1.1")
    client.end("1.1", State.FAILED, "API error", external=True)
    shop.land()
    joined = client.join("1.1", "call-again")
    assert joined.earlier is not None
    assert (joined.earlier.tries, joined.earlier.reason, joined.earlier.outside) == (1, "API error", 1)
    assert shop.git("rev-parse", joined.earlier.ref)
    assert joined.not_before is not None
    assert client.join("1.1", "call-again") == joined


# Places.


def test_no_more_executors_than_places(client: Orchestrator) -> None:
    for task in ("1.1", "1.2", "1.3"):
        client.join(task)
    assert [client.admit(task, 2) for task in ("1.2", "1.1", "1.3", "1.2")] == [True, True, False, True]
    client.end("1.1", State.FAILED)
    assert client.admit("1.3", 2)
    with pytest.raises(RefusedError, match="has ended"):
        client.admit("1.1", 2)


def test_many_who_ask_for_a_place_at_the_same_time(client: Orchestrator, monkeypatch: pytest.MonkeyPatch) -> None:
    tasks = ("1.1", "1.2", "1.3")
    for task in tasks:
        client.join(task)
    look = Store.record

    def slowly(store: Store, batch: str) -> Record | None:
        found = look(store, batch)
        time.sleep(0.3)  # between looking and writing
        return found

    monkeypatch.setattr(Store, "record", slowly)
    children = []
    for task in tasks:
        child = os.fork()
        if child == 0:
            os._exit(0 if client.admit(task, 1) else 1)
        children.append(child)
    codes = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
    assert sorted(codes) == [0, 1, 1]
    assert sum(attempt.admitted for attempt in client.batch().attempts) == 1


# Worktrees of the orchestrator's.


def test_a_whole_batch(shop: Workshop, client: Orchestrator) -> None:
    landed = client.do({"1.1": {"a.txt": "A\n"}, "1.2": {"b.txt": "B\n"}, "1.3": {"c.txt": "C\n"}})
    assert landed.code == 0, landed
    assert landed.ids("landed") == ["1.1", "1.2", "1.3"]
    assert shop.ticks() == ["1.1", "1.2", "1.3"]
    assert shop.state() == STATE | {
        "taskIndex": 3,
        "taskResults": {str(index): {"status": "success"} for index in range(3)},
    }
    assert shop.git("worktree", "list").count("\n") == 0, "the worktrees have gone"
    assert shop.refs("refs/heads/").keys() == {"refs/heads/main"}


def test_an_executor_that_changed_nothing(shop: Workshop, client: Orchestrator) -> None:
    client.begin("1.1")
    client.end("1.1")
    client.leave("1.1")
    assert not client.folder("1.1").exists()
    client.end("1.1")  # the client says it twice: the pin counts
    landed = shop.land()
    assert (landed.code, landed.ids("landed"), shop.ticks()) == (0, ["1.1"], ["1.1"])


def test_a_worktree_from_elsewhere_is_put_on_the_base(shop: Workshop, client: Orchestrator) -> None:
    shop.write({"a.txt": "newer\n"})
    base = shop.commit("Not pushed yet")
    path = client.begin("1.1", "HEAD~1")
    assert shop.git("rev-parse", "HEAD", at=path) == base
    assert (path / "a.txt").read_text() == "newer\n"
    assert shop.status(at=path) == ""


def worked(shop: Workshop, client: Orchestrator, task: str) -> Path:
    """A task whose executor has committed and ended, and whose agent still lives."""
    path = client.begin(task)
    shop.write({f"{task}.txt": task}, at=path)
    shop.commit("Work", at=path)
    client.end(task)
    return path


def test_a_worktree_that_its_maker_has_locked_stays(shop: Workshop, client: Orchestrator) -> None:
    path = worked(shop, client, "1.1")
    landed = shop.land()
    assert landed.ids("landed") == ["1.1"]
    assert "1.1 was kept: it is locked (claude agent agent-1.1 (pid 1 start 1))" in landed.err
    assert path.is_dir()
    client.leave("1.1")
    shop.land()
    assert not path.exists(), "unlocked, it goes the next time"
    assert "refs/heads/worktree-agent-1.1" not in shop.refs()


def test_a_worktree_with_work_that_nobody_has_pinned_stays(shop: Workshop, client: Orchestrator) -> None:
    path = worked(shop, client, "1.1")
    shop.land()
    client.leave("1.1")
    shop.write({"loose.txt": "more\n"}, at=path)
    assert "it holds work that did not land" in shop.land().err
    assert (path / "loose.txt").read_text() == "more\n"
    shop.commit("More", at=path)
    assert "it holds work that did not land" in shop.land().err
    assert path.is_dir()


def test_undo_of_a_joined_batch(shop: Workshop, client: Orchestrator) -> None:
    before = shop.git("rev-parse", "HEAD")
    client.do({"1.1": {"a.txt": "A\n"}, "1.2": {"b.txt": "B\n"}})
    assert shop.run("undo").code == 0
    assert (shop.git("rev-parse", "HEAD"), shop.ticks(), shop.status()) == (before, [], "")
    assert shop.state() == STATE
    assert Orchestrator(shop).join("1.1", "call-again").opened


def test_a_lost_database_with_a_joined_batch(shop: Workshop, client: Orchestrator) -> None:
    waiting = [client.join(task) for task in ("1.1", "1.2", "1.3")][-1]
    worked(shop, client, "1.1")
    shop.write({"b.txt": "B\n"}, at=client.begin("1.2"))
    before = client.batch()
    (shop.path / ".git/ralph/ralph.db").unlink()
    assert client.join("1.3").attempt == waiting.attempt
    assert client.batch() == before
    assert client.adopt("1.2").complaint is None  # its row is lost, its work is not
    client.end("1.2")
    client.end("1.3", State.FAILED)
    landed = shop.land()
    assert (landed.ids("landed"), landed.ids("failed")) == (["1.1", "1.2"], ["1.3"])
