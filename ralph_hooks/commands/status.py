"""Show the open batch and where each of its attempts stands. --watch keeps showing until it is closed."""

from __future__ import annotations

import sys
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from ralph_hooks.batch.breaker import Breaker, breaker_of, explain
from ralph_hooks.batch.ending import branch_tip, worktree_of
from ralph_hooks.batch.model import Attempt, Batch, State
from ralph_hooks.batch.workplace import Workplace, clock
from ralph_hooks.commands.printing import add_format, as_json, put, put_json
from ralph_hooks.commands.session import reading
from ralph_hooks.errors import RefusedError, printable
from ralph_hooks.records import NamedTuple
from ralph_hooks.spec import handler

EXAMPLE = "ralph-hooks status --watch"
PAUSE = 1.0  # seconds between looks


class Shown(NamedTuple):
    """What one look shows. `heads`, `noticed` by task index; `handler`: the stop-handler generation, and why it."""

    batch: Batch | None
    heads: dict[int, str | None]
    noticed: dict[int, list[str]]
    handler: tuple[str, str]
    breaker: Breaker


def arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--watch", action="store_true", help="keep showing until the batch is closed")
    add_format(parser)


def run(args: Namespace) -> int:
    if args.watch and not as_json(args) and sys.stdout.isatty():
        return _watch()
    while True:
        shown = _look()
        if as_json(args):
            put_json(_document(shown))
        else:
            put("\n".join(_lines(shown)))
        sys.stdout.flush()
        if not args.watch or shown.batch is None:
            return 0
        time.sleep(PAUSE)


def _watch() -> int:
    """The same lines, painted over each other, until the batch is closed."""
    from rich.live import Live  # noqa: PLC0415 - only where a terminal is watching
    from rich.text import Text  # noqa: PLC0415

    with Live(auto_refresh=False) as live:
        while True:
            shown = _look()
            live.update(Text("\n".join(_lines(shown))), refresh=True)
            if shown.batch is None:
                return 0
            time.sleep(PAUSE)


def _look() -> Shown:
    with reading() as work:
        batch = work.store.open_batch()
        heads = {attempt.index: _head(work, attempt) for attempt in batch.attempts} if batch else {}
        noticed = {attempt.index: _noticed(work, batch, attempt) for attempt in batch.attempts} if batch else {}
        generation, why = handler.detect(work.repository.top, Path.home(), work.config.stop_handler)
        return Shown(batch, heads, noticed, (generation, why), breaker_of(work.config, work.store.records(), clock()))


def _head(work: Workplace, attempt: Attempt) -> str | None:
    with suppress(RefusedError):
        place = worktree_of(work, attempt)
        return place.commit("HEAD") if place else branch_tip(work, attempt)
    return branch_tip(work, attempt)


def _noticed(work: Workplace, batch: Batch, attempt: Attempt) -> list[str]:
    """What git's hooks have seen in the attempt's worktree: branches switched, a rebase."""
    seen = (one.what for one in work.store.noticed(batch.id) if one.worktree == attempt.worktree)
    return list(dict.fromkeys(seen))


def _document(shown: Shown) -> dict[str, Any]:
    batch = shown.batch
    tasks = [
        {
            "index": attempt.index,
            "id": attempt.id,
            "state": attempt.state,
            "worktree": attempt.worktree,
            "branch": attempt.branch,
            "head": shown.heads[attempt.index],
            "noticed": shown.noticed[attempt.index],
            "call": attempt.call,
            "agent": attempt.agent,
            "admitted": attempt.admitted,
        }
        for attempt in (batch.attempts if batch else ())
    ]
    generation, why = shown.handler
    return {
        "batch": batch.id if batch else None,
        "target": batch.target if batch else None,
        "base": batch.base if batch else None,
        "session": batch.session if batch else None,
        "tasks": tasks,
        "stop_handler": {"generation": generation, "reason": why},
        "breaker": _breaker_document(shown.breaker),
    }


def _breaker_document(breaker: Breaker) -> dict[str, Any]:
    since, until = (time and time.isoformat() for time in (breaker.since, breaker.until))
    return {"state": breaker.state, "failures": breaker.failures_in_a_row, "since": since, "until": until}


def _lines(shown: Shown) -> Iterator[str]:
    if shown.batch is None:
        yield "no batch is open"
    else:
        yield f"batch {shown.batch.id} on {shown.batch.target} at {shown.batch.base[:12]}"
        for attempt in shown.batch.attempts:
            head = shown.heads[attempt.index]
            said = f"  {printable(attempt.message, 80)}" if attempt.message else ""
            yield f"  {attempt.state:8} {_where(shown.batch, attempt, head):12} {printable(attempt.label, 60)}{said}"
            for what in shown.noticed[attempt.index]:
                yield f"           it {printable(what)}"
    yield f"stop-handler: {shown.handler[0]} ({shown.handler[1]})"
    if shown.breaker.failures_in_a_row:
        yield f"parallel work: {shown.breaker.state} ({explain(shown.breaker)})"


def _where(batch: Batch, attempt: Attempt, head: str | None) -> str:
    if attempt.folder is None and attempt.state is State.RUNNING:
        return "no worktree" if attempt.admitted else "waiting"
    return "not started" if head == batch.base else (head or "gone")[:12]
