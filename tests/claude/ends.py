"""What must hold at the end of a session, whatever happened in it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from session import Event, Played


def assert_landed(
    played: Played, *tasks: str, base: str, open_tasks: Sequence[str] = (), left: str = "", stop: int = 0
) -> None:
    """Since `base` these tasks have come onto the target, in this order, each as one whole commit.

    They were there before Stop number `stop` began. `open_tasks` are those that are not there; `left` is what the
    status of the target's worktree says.
    """
    assert_commits(played, *tasks, base=base, left=left)
    assert not set(open_tasks) & set(played.shop.ticks()), played
    assert_at_rest(played)
    assert played.named("Stop")[stop].head == played.shop.git("rev-parse", "HEAD"), played


def assert_commits(played: Played, *tasks: str, base: str, left: str = "") -> None:
    """One commit for each task, in this order, with its tick and its entry in the log."""
    shop = played.shop
    assert played.code == 0, played
    commits = shop.git("rev-list", "--reverse", f"{base}..HEAD").split()
    subjects = [shop.git("log", "-1", "--format=%s", commit) for commit in commits]
    assert subjects == [f"feat: part {task}" for task in tasks], played
    for count, commit in enumerate(commits, start=1):
        assert set(shop.ticks(commit)) - set(shop.ticks(base)) == set(tasks[:count]), (commit, played)
        assert _logged(played, commit) == [*_logged(played, base), *tasks[:count]], (commit, played)
    assert shop.status() == left, played


def assert_at_rest(played: Played) -> None:
    """No batch is open: the hold is lifted, the state names the first open task, nothing of an executor lies about."""
    state = played.shop.state()
    assert "parallelGroup" not in state, played
    assert "ralphHold" not in state, played
    assert state["awaitingApproval"] is False, played
    boxes = re.findall(r"^- \[(.)\]", played.shop.read(played.shop.page("tasks.md")), re.MULTILINE)
    assert state["taskIndex"] == (boxes.index(" ") if " " in boxes else len(boxes)), played
    assert played.shop.run("status", "--format", "json").json["batch"] is None, played


def at_once(played: Played) -> int:
    """How many subagents ran at the same time, at most."""
    running: set[str] = set()
    most = 0
    for event in sorted(played.events, key=_time):
        if event.name == "SubagentStart":
            running.add(event.payload["agent_id"])
        elif event.name in {"SubagentStop", "StopFailure"}:
            running.discard(event.payload["agent_id"])
        most = max(most, len(running))
    return most


def _time(event: Event) -> float:
    return event.time


def _logged(played: Played, commit: str) -> list[str]:
    log = played.shop.show(commit, played.shop.page(".progress.md"))
    return re.findall(r"^- Learnt from (\S+)$", log, re.MULTILINE)
