"""Show past batches: what landed, what was parked, how long each took."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from ralph_hooks.batch.model import Failed, Parked, Phase
from ralph_hooks.batch.store import Record
from ralph_hooks.commands.printing import add_format, as_json, put, put_json
from ralph_hooks.commands.session import reading
from ralph_hooks.errors import printable

EXAMPLE = "ralph-hooks log --format json"


def arguments(parser: ArgumentParser) -> None:
    add_format(parser)


def run(args: Namespace) -> int:
    with reading() as work:
        ended = (Phase.LANDED, Phase.ABORTED, Phase.UNDONE)
        past = [record for record in work.store.records() if record.batch.phase in ended]
        if as_json(args):
            put_json({"batches": [_document(record) for record in past]})
        else:
            from ralph_hooks.git.history import subjects  # noqa: PLC0415 - GitPython costs 100 ms

            commits = [
                item.commit for record in past if record.landing for item in record.landing.landed if item.commit
            ]
            said = subjects(work.repository, commits)
            put(
                "\n".join(line for record in reversed(past) for line in _lines(record, said))
                or "no batch has ended yet"
            )
    return 0


def _document(record: Record) -> dict[str, Any]:
    batch, landing = record.batch, record.landing
    lands = landing.as_json() if landing else _without_landing(record)
    return lands | {"phase": batch.phase, "base": batch.base, "started": batch.started, "ended": record.ended}


def _without_landing(record: Record) -> dict[str, Any]:
    batch = record.batch
    failed = [{"index": a.index, "id": a.id, "reason": a.message or a.state} for a in batch.attempts]
    moved = {"before": batch.base, "after": batch.base, "landed": [], "parked": [], "failed": failed, "signal": None}
    return {"batch": batch.id, "target": batch.target, **moved, "warnings": []}


def _lines(record: Record, said: dict[str, str]) -> Iterator[str]:
    batch, landing = record.batch, record.landing
    yield f"batch {batch.id}  {batch.phase}  {batch.started}  {_duration(batch.started, record.ended)}  {batch.tasks}"
    if landing is None:
        return
    for done in landing.landed:
        commit = done.commit or ""
        helped = "  (committed for its executor)" if done.uncommitted else ""
        subject = printable(said.get(commit, "nothing to commit"), 80)
        yield f"  landed  {_name(done.index, done.id):8}  {commit[:12]:12}  {subject}{helped}"
    stayed: tuple[Parked | Failed, ...] = (*landing.parked, *landing.failed)
    for item in stayed:
        word = "parked" if isinstance(item, Parked) else "failed"
        yield f"  {word}  {_name(item.index, item.id):8}  {item.ref or ''}  {printable(item.reason, 100)}"


def _name(index: int, task_id: str | None) -> str:
    return printable(task_id) if task_id is not None else f"@{index}"


def _duration(started: str, ended: str | None) -> str:
    if not ended:
        return ""
    seconds = int((datetime.fromisoformat(ended) - datetime.fromisoformat(started)).total_seconds())
    return f"{seconds // 60} min {seconds % 60} s" if seconds >= 60 else f"{seconds} s"
