"""The circuit breaker over parallel work: after several bad batches in a row tasks run one at a time for a while. Pure.

Its state is no state of its own: it is read off the batches that have landed, which outlive every process.

A batch is bad when more than half of its tasks were parked or failed. Only landed batches of at least two tasks count:
a batch of one is not parallel, an aborted or undone one was a person's decision. What is begun while the breaker is
open runs one task at a time, so it says nothing about parallel work either, however large the batch.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from enum import StrEnum

from ralph_hooks.batch.model import Phase, State
from ralph_hooks.batch.store import Record
from ralph_hooks.config import Config
from ralph_hooks.records import NamedTuple

TRIAL = 2  # tasks at once, to see whether parallel work goes well again


class Position(StrEnum):
    """The words are the contract of `status --format json`."""

    CLOSED = "closed"  # as parallel as configured
    OPEN = "open"  # one task at a time
    HALF_OPEN = "half-open"  # the next batch decides


class Breaker(NamedTuple):
    """`since`: when it opened, `until`: when it is half-open (both UTC); None while it is closed."""

    state: Position
    failures_in_a_row: int = 0
    since: datetime | None = None
    until: datetime | None = None


class _Outcome(NamedTuple):
    """What became of a batch of several tasks."""

    began: datetime
    ended: datetime
    bad: bool


def breaker_of(config: Config, records: Iterable[Record], now: datetime) -> Breaker:
    """Where it stands, as configured."""
    return breaker(records, now, failures=config.breaker_failures, cooldown=config.breaker_cooldown)


def breaker(records: Iterable[Record], now: datetime, *, failures: int, cooldown: float) -> Breaker:
    """Where it stands at the time `now`.

    `records`: every batch, oldest first. It opens after so many `failures` in a row, for `cooldown` seconds.
    """
    found = Breaker(Position.CLOSED)
    for outcome in _outcomes(records):
        found = _after(found, outcome, failures, timedelta(seconds=cooldown))
    if found.until is not None and now >= found.until:
        return found._replace(state=Position.HALF_OPEN)
    return found


def places(breaker: Breaker, max_parallel: int) -> int:
    """How many tasks may run at once."""
    most = {Position.CLOSED: max_parallel, Position.OPEN: 1, Position.HALF_OPEN: TRIAL}
    return min(max_parallel, most[breaker.state])


def explain(breaker: Breaker) -> str:
    """Where it stands, for people."""
    bad = f"{breaker.failures_in_a_row} batches in a row parked or failed more than half of their tasks"
    if breaker.until is None:
        return bad if breaker.failures_in_a_row else "as parallel as configured"
    if breaker.state is Position.OPEN:
        return f"{bad}: one task at a time until {breaker.until:%H:%M:%S} UTC"
    return f"{bad}: the next batch has at most {TRIAL} tasks at once, and decides"


def _after(before: Breaker, outcome: _Outcome, failures: int, cooldown: timedelta) -> Breaker:
    # Times are stored without fractions of a second: whoever began in the second of `until` began after it.
    if before.until is not None and outcome.began < before.until.replace(microsecond=0):
        return before
    if not outcome.bad:
        return Breaker(Position.CLOSED)
    count = before.failures_in_a_row + 1
    if before.until is None and count < failures:
        return Breaker(Position.CLOSED, count)
    return Breaker(Position.OPEN, count, outcome.ended, outcome.ended + cooldown)


def _outcomes(records: Iterable[Record]) -> Iterator[_Outcome]:
    for record in records:
        batch = record.batch
        if batch.phase is Phase.LANDED and record.ended and len(batch.attempts) > 1:
            bad = 2 * len(batch.in_state(State.PARKED, State.FAILED)) > len(batch.attempts)
            began, ended = (datetime.fromisoformat(time) for time in (batch.started, record.ended))
            yield _Outcome(began, ended, bad)
