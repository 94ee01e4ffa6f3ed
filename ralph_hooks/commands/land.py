"""Land the batch once every executor has ended: one commit per task on the target branch, in task order.

Tasks that conflict are parked and the others land. Nothing is lost: parked work is kept under a ref, `resolve` brings
it back. Exit code 0: all landed; 1: something was parked or failed, or executors still run; 2: refused, nothing moved.
"""

from __future__ import annotations

import sys
import time
from argparse import ArgumentParser, Namespace
from typing import Any

from ralph_hooks import progress
from ralph_hooks.batch.model import Batch, Landing, Outcome, Phase, State
from ralph_hooks.batch.report import report
from ralph_hooks.batch.survey import surveying
from ralph_hooks.batch.workplace import Workplace
from ralph_hooks.commands.activity import shown
from ralph_hooks.commands.printing import add_format, as_json, note, put, put_json
from ralph_hooks.commands.session import changing, reading
from ralph_hooks.spec import verdict

EXAMPLE = "ralph-hooks land --wait"
PAUSE = 0.5  # seconds between looks while waiting


def arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--wait", action="store_true", help="wait until every executor has ended")
    parser.add_argument("--target", metavar="BRANCH", help="land although another branch is checked out now")
    add_format(parser)


def run(args: Namespace) -> int:
    if args.wait:
        with shown("waiting for executors to end"):
            while _running_now():
                time.sleep(PAUSE)
    with changing() as work:
        batch = work.store.open_batch()
        if batch is None:
            return _tell_last(work, args)
        running = batch.in_state(State.RUNNING)
        if running:
            return _still_running(args, batch, [attempt.name for attempt in running])
        with shown("landing"), surveying(work, batch) as survey:
            from ralph_hooks.batch.land import land  # noqa: PLC0415 - loaded while git answers

            outcome = land(work, batch, survey, args.target)
        return _tell(work, args, outcome)


def _running_now() -> bool:
    with reading() as work:
        batch = work.store.open_batch()
        running = batch.in_state(State.RUNNING) if batch else ()
        progress.tell(f"waiting for executors to end: {', '.join(attempt.name for attempt in running)}")
        return bool(running)


def _still_running(args: Namespace, batch: Batch, names: list[str]) -> int:
    if as_json(args):
        put_json(_nothing(batch.target) | {"batch": batch.id, "running": names})
    note(f"nothing landed: still running: {', '.join(names)} (`ralph-hooks finish ID` when one has ended)")
    return 1


def _tell_last(work: Workplace, args: Namespace) -> int:
    """After a crash a landing may be done and nobody knows: its verdict is told now, once. Or it was not tidied."""
    last = next((record for record in reversed(work.store.records()) if record.landing), None)
    if last and last.landing and not last.told:
        return _tell(work, args, Outcome(last.batch, last.landing, clean=last.landing.signal is not None))
    if last and last.landing and last.batch.phase is Phase.LANDED:
        _tidy(work, last.batch, last.landing)
    if as_json(args):
        put_json(_nothing(None))
    note("no batch is open")
    return 0


def _tell(work: Workplace, args: Namespace, outcome: Outcome) -> int:
    """Say what came of it, then tidy up: removing worktrees takes longer than a landing, and may fail without harm."""
    if as_json(args):
        put_json(outcome.landing.as_json())
    else:
        put("\n".join(verdict.lines(list(report(outcome.landing)), full=outcome.landing.signal is not None)))
    sys.stdout.flush()
    work.store.tell(outcome.batch.id)
    _tidy(work, outcome.batch, outcome.landing)
    return 0 if outcome.clean else 1


def _tidy(work: Workplace, batch: Batch, landing: Landing) -> None:
    if work.config.keep_worktrees:
        return  # as `tidy` would, without what it loads
    from ralph_hooks.batch.tidy import tidy  # noqa: PLC0415 - the verdict has been said by now

    with shown("removing worktrees that have landed"):
        lines = tidy(work, batch, landing)
    for line in lines:
        note(line)


def _nothing(target: str | None) -> dict[str, Any]:
    empty: dict[str, Any] = {"landed": [], "parked": [], "failed": [], "signal": None}
    return {"batch": None, "target": target, "before": None, "after": None} | empty
