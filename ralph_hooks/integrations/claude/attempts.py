"""Whose attempt an event is about, and its end: ties calls, agents and worktrees together, which no event does."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from ralph_hooks.batch.adopt import adopt, adopted, assign
from ralph_hooks.batch.ending import end
from ralph_hooks.batch.model import Attempt, Batch, State
from ralph_hooks.batch.workplace import Workplace
from ralph_hooks.errors import RefusedError
from ralph_hooks.git.objects import open_objects
from ralph_hooks.integrations.claude import decide, trace
from ralph_hooks.integrations.claude.decide import Ending, Outcome
from ralph_hooks.integrations.claude.payload import Where


def attempt_of_agent(work: Workplace, batch: Batch, where: Where, transcript: str) -> Attempt | None:
    """The attempt that the agent of an event is at work on, tied to its worktree."""
    agent = where.agent or ""
    tied = next((attempt for attempt in batch.attempts if attempt.agent == agent), None)
    if tied:
        return tied
    call = trace.call_of(where.transcript, agent, transcript)
    attempt = batch.of_call(call) if call else None
    if attempt is None and call is None and adopted(work, agent):
        attempt = decide.only_unknown(batch)
    return attempt and _tied(work, batch, attempt, agent, Path(where.cwd))


def end_calls(
    work: Workplace, batch: Batch, transcript: str, endings: Iterable[Ending], agent: str | None = None
) -> Batch:
    """End those of the calls that have not ended yet. `agent`: the one of the only call, where it is known.

    `transcript`: that of the session that made the calls; its subagents' stand in a folder of that name.
    """
    for call, outcome in endings:
        attempt = batch.of_call(call)
        if attempt is None or attempt.state is not State.RUNNING:
            continue
        found = agent or trace.agent_of(transcript, call)
        if found is not None:
            attempt = _tied(work, batch, attempt, found, None)
        batch = end_attempt(work, batch, attempt, outcome)
    return batch


def end_attempt(work: Workplace, batch: Batch, attempt: Attempt, outcome: Outcome) -> Batch:
    """Write down that an attempt has ended, with its work under a ref."""
    state, message, outside = outcome
    with open_objects(work.repository) as objects:
        try:
            ended = end(work, objects, batch, attempt, state, message, external=outside)
        except RefusedError as error:  # conflict markers, left after it was sent back for them
            ended = end(work, objects, batch, attempt, State.FAILED, error.what)
    return batch.with_attempt(ended)


def _tied(work: Workplace, batch: Batch, attempt: Attempt, agent: str, cwd: Path | None) -> Attempt:
    """The attempt with the worktree of its agent; without one where that is not known, or somebody else's."""
    if attempt.agent is not None or attempt.call is None:
        return attempt
    if not adopted(work, agent) and cwd is not None:  # the hook at its start was lost
        adopt(work, batch, agent, cwd, locked=True)
    try:
        return assign(work, batch, call=attempt.call, agent=agent)
    except RefusedError:
        return attempt
