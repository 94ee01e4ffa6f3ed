"""What came of a landing, as lines for people and for coordinators. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from ralph_hooks.batch.model import Landing
from ralph_hooks.errors import printable


def report(landing: Landing) -> Iterator[str]:
    """What came of each task, for people and coordinators."""
    yield f"batch {landing.batch}: {len(landing.landed)} landed on {landing.target}"
    for done in landing.landed:
        commit = done.commit[:12] if done.commit else "nothing to commit"
        helped = ", with work that its executor had not committed" if done.uncommitted else ""
        yield f"  landed  {_name(done.index, done.id)}  {commit}{helped}"
        if done.outside:
            yield f"          outside its declared files: {_paths(done.outside)}"
    for parked in landing.parked:
        yield f"  parked  {_name(parked.index, parked.id)}  {printable(parked.reason)}"
        yield f"          kept: {parked.ref}; next: ralph-hooks resolve {_name(parked.index, parked.id)}"
        if parked.text and parked.conflicts:
            yield f"          conflict: git show {parked.text}/{printable(parked.conflicts[0])}"
    for failed in landing.failed:
        yield f"  failed  {_name(failed.index, failed.id)}  {printable(failed.reason)}"
        if failed.ref:
            yield f"          kept: {failed.ref}"
    for warning in landing.warnings:
        yield f"  note    {printable(warning)}"


def _name(index: int, task_id: str | None) -> str:
    return printable(task_id) if task_id is not None else f"@{index}"


def _paths(paths: tuple[str, ...]) -> str:
    more = f" and {len(paths) - 5} more" if len(paths) > 5 else ""
    return ", ".join(printable(path) for path in paths[:5]) + more
