"""The circuit breaker over parallel work, and the pauses before retries: pure, then through the command line."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from workshop import Ran, Workshop

from ralph_hooks.batch.breaker import Breaker, Position, breaker, explain, places
from ralph_hooks.batch.choice import Earlier
from ralph_hooks.batch.model import Attempt, Batch, Phase, State
from ralph_hooks.batch.retry import LONGEST, not_before, pause
from ralph_hooks.batch.store import Record

START = datetime(2026, 1, 31, 9, tzinfo=UTC)
COOLDOWN = 100.0
CLOSED, OPEN, HALF_OPEN = Position.CLOSED, Position.OPEN, Position.HALF_OPEN


def at(minute: float) -> datetime:
    return START + timedelta(minutes=minute)


def batch(minute: int, states: str, phase: Phase = Phase.LANDED) -> Record:
    """A batch that began at a minute and landed one later. `states`: l(anded), p(arked), f(ailed)."""
    meant = {"l": State.LANDED, "p": State.PARKED, "f": State.FAILED}
    attempts = tuple(Attempt(i, f"1.{i}", "T", "", "", state=meant[letter]) for i, letter in enumerate(states))
    known = Batch("b", "", "", "/", "tasks.md", "ralph", "ralph", "reads", at(minute).isoformat(), {}, attempts, phase)
    return Record(known, None, at(minute + 1).isoformat(), told=True)


def stands(records: Iterable[Record], minute: float) -> Breaker:
    return breaker(tuple(records), at(minute), failures=3, cooldown=COOLDOWN * 60)


BAD = [batch(0, "lpp"), batch(10, "ff"), batch(20, "lfp")]  # opens at minute 21, half-open at minute 121


@pytest.mark.parametrize(
    ("records", "state", "failures"),
    [
        ([], CLOSED, 0),
        (BAD[:2], CLOSED, 2),
        (BAD, OPEN, 3),
        ([*BAD[:2], batch(15, "lll"), BAD[2]], CLOSED, 1),
        ([*BAD[:2], batch(20, "lp")], CLOSED, 0),  # half is not more than half
        ([*BAD[:2], batch(20, "llf")], CLOSED, 0),
        ([*BAD[:2], batch(15, "l"), BAD[2]], OPEN, 3),  # a batch of one is not parallel: it breaks no row
        ([*BAD[:2], batch(20, "f")], CLOSED, 2),  # and adds nothing to one
        ([*BAD[:2], batch(20, "fff", Phase.ABORTED)], CLOSED, 2),
        ([*BAD[:2], batch(15, "lll", Phase.UNDONE), BAD[2]], OPEN, 3),
        ([*BAD, batch(30, "lll")], OPEN, 3),  # begun while open: one at a time
    ],
)
def test_what_opens_it(records: list[Record], state: Position, failures: int) -> None:
    found = stands(records, 60)
    assert (found.state, found.failures_in_a_row) == (state, failures)


def test_it_is_half_open_after_the_cooldown() -> None:
    assert stands(BAD, 120.9).state is OPEN
    found = stands(BAD, 121)
    assert found == Breaker(HALF_OPEN, 3, at(21), at(121))


@pytest.mark.parametrize(
    ("trial", "state", "since"),
    [("ll", CLOSED, None), ("lp", CLOSED, None), ("pp", OPEN, at(131)), ("f", HALF_OPEN, at(21))],
)
def test_the_trial_decides(trial: str, state: Position, since: datetime | None) -> None:
    found = stands([*BAD, batch(130, trial)], 140)
    assert (found.state, found.since) == (state, since)


def test_after_a_trial_that_went_well_it_takes_as_many_failures_again() -> None:
    again = [batch(140, "ff"), batch(150, "ff")]
    assert stands([*BAD, batch(130, "ll"), *again], 160).state is CLOSED
    assert stands([*BAD, batch(130, "ll"), *again, batch(155, "ff")], 160).state is OPEN


def test_a_trial_begins_after_the_cooldown_not_only_ends_then() -> None:
    assert stands([*BAD, batch(120, "ll")], 122).state is HALF_OPEN


@pytest.mark.parametrize(("state", "most"), [(CLOSED, [1, 2, 5]), (OPEN, [1, 1, 1]), (HALF_OPEN, [1, 2, 2])])
def test_places(state: Position, most: list[int]) -> None:
    assert [places(Breaker(state), number) for number in (1, 2, 5)] == most


@given(st.lists(st.text("lpf", min_size=1, max_size=4), max_size=12), st.floats(0, 400))
def test_it_is_never_open_for_longer_than_the_cooldown(outcomes: list[str], minute: float) -> None:
    found = stands([batch(10 * number, states) for number, states in enumerate(outcomes)], minute)
    assert (found.until is None) == (found.state is CLOSED)
    assert found.state is not OPEN or (found.until and at(minute) < found.until)
    assert explain(found)


# Pauses.


def test_pauses_double_up_to_the_longest() -> None:
    assert [pause(times, 30) for times in range(7)] == [0, 30, 60, 120, 240, 480, LONGEST]
    assert pause(10**9, 30) == LONGEST
    assert pause(3, 7200) == 7200, "who sets a longer one means it"


def test_only_failures_from_outside_rest() -> None:
    ended = START.isoformat()
    assert not_before(Earlier(4, "API error", "ref", outside=2, ended=ended), 30) == START + timedelta(seconds=60)
    assert not_before(Earlier(4, "conflict", "ref", outside=0, ended=ended), 30) is None
    assert not_before(Earlier(4, "API error", "ref", outside=2, ended=None), 30) is None
    assert not_before(None, 30) is None


# Through the command line.

CONFIG = "breaker_failures = 1\nbreaker_cooldown = {}\nretry_pause = {}\nmax_parallel = 4\n"


@pytest.fixture
def shop(tmp_path: Path) -> Workshop:
    ids = ("1.1", "1.2", "1.3", "1.4")
    return Workshop.make(tmp_path / "repo", ids, config=CONFIG.format(1000, 1000))


def fail(shop: Workshop, *tasks: str, how: tuple[str, ...] = ()) -> Ran:
    shop.start(*tasks)
    for task in tasks:
        shop.finish(task, "--failed", "--message", f"{task} broke", *how)
    return shop.land()


def started(ran: Ran) -> list[str]:
    return [task["id"] for task in ran.json["tasks"]]


def configure(shop: Workshop, **settings: float) -> None:
    shop.write({".ralph-hooks.toml": "".join(f"{key} = {value}\n" for key, value in settings.items())})
    shop.commit("Configure")


def test_start_obeys_an_open_breaker_and_says_so(shop: Workshop) -> None:
    fail(shop, "1.1", "1.2")
    ran = shop.run("start", "--format", "json")
    assert (ran.code, started(ran)) == (0, ["1.1"])
    assert re.search(r"1 batches in a row .*: one task at a time until \d\d:\d\d:\d\d UTC", ran.err)
    shown = shop.run("status", "--format", "json").json["breaker"]
    assert (shown["state"], shown["failures"]) == ("open", 1)
    assert datetime.fromisoformat(shown["until"]) - datetime.fromisoformat(shown["since"]) == timedelta(seconds=1000)
    assert "parallel work: open (" in shop.run("status").out


def test_named_tasks_are_started_whatever_the_breaker_says(shop: Workshop) -> None:
    fail(shop, "1.1", "1.2")
    ran = shop.run("start", "1.2", "1.3", "--format", "json")
    assert started(ran) == ["1.2", "1.3"]
    assert "one task at a time" not in ran.err


def test_start_tries_two_when_it_is_half_open_and_success_closes_it(shop: Workshop) -> None:
    fail(shop, "1.1", "1.2")
    configure(shop, breaker_failures=1, breaker_cooldown=0.001, max_parallel=4)
    ran = shop.run("start", "--max-parallel", "3", "--format", "json")
    assert started(ran) == ["1.1", "1.2"]
    assert "at most 2 tasks at once, and decides" in ran.err
    for task in started(ran):
        shop.finish(task)
    shop.land()
    assert shop.run("status", "--format", "json").json["breaker"] == {
        "state": "closed",
        "failures": 0,
        "since": None,
        "until": None,
    }
    assert started(shop.run("start", "--format", "json")) == ["1.3", "1.4"]


def test_a_lost_database_forgets_nothing_of_it(shop: Workshop) -> None:
    fail(shop, "1.1", "1.2")
    before = shop.run("status", "--format", "json").json["breaker"]
    (shop.path / ".git/ralph/ralph.db").unlink()
    assert shop.run("status", "--format", "json").json["breaker"] == before


def test_a_task_that_failed_from_outside_rests(shop: Workshop) -> None:
    fail(shop, "1.1", how=("--external",))
    ran = shop.run("start", "--format", "json")
    assert (ran.code, started(ran)) == (0, ["1.2", "1.3", "1.4"])
    (item,) = ran.json["resting"]
    assert (item["index"], item["id"]) == (0, "1.1")
    assert datetime.fromisoformat(item["until"]) > datetime.now(UTC) + timedelta(seconds=900)
    assert "task 1.1 rests until" in ran.err
    assert "1.1 broke" in ran.err


def test_when_all_rest_there_is_no_batch(tmp_path: Path) -> None:
    shop = Workshop.make(tmp_path / "repo", ("1.1", "1.2"))
    fail(shop, "1.1", "1.2", how=("--external",))
    ran = shop.run("start", "--format", "json")
    assert (ran.code, ran.json["batch"], [item["id"] for item in ran.json["resting"]]) == (1, None, ["1.1", "1.2"])
    assert "every task of the list is done" not in ran.err
    ran = shop.run("start", "1.1", "--format", "json")  # who names it does not wait
    assert (ran.code, ran.json["tasks"][0]["earlier"]["outside"]) == (0, 1)


def test_it_rests_longer_each_time_and_comes_back(tmp_path: Path) -> None:
    shop = Workshop.make(tmp_path / "repo", ("1.1",), config="retry_pause = 500\n")
    for rest in (500, 900):
        fail(shop, "1.1", how=("--external",))
        ended = shop.run("log", "--format", "json").json["batches"][-1]["ended"]
        until = shop.run("start", "--format", "json").json["resting"][0]["until"]
        assert datetime.fromisoformat(until) - datetime.fromisoformat(ended) == timedelta(seconds=rest)
    configure(shop, retry_pause=0.001)
    assert started(shop.run("start", "--format", "json")) == ["1.1"]


def test_a_failure_of_the_tasks_own_does_not_rest(shop: Workshop) -> None:
    fail(shop, "1.1", how=("--external",))
    fail(shop, "1.1")
    ran = shop.run("start", "--max-parallel", "1", "--format", "json")
    assert started(ran) == ["1.1"]
    assert "resting" not in ran.json


def test_a_cause_belongs_to_a_failure(shop: Workshop) -> None:
    shop.start("1.1")
    ran = shop.run("finish", "1.1", "--external")
    assert ran.code == 2
    assert "add --failed" in ran.err
