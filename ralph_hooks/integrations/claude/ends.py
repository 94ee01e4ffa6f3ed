"""Executors begin and end, and the batch lands: by whichever event first finds all of them ended.

Every event may come twice, late or never; what one of them has done, the others find done.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ralph_hooks.batch.model import Attempt, Batch, State
from ralph_hooks.batch.workplace import Workplace
from ralph_hooks.errors import printable
from ralph_hooks.integrations.claude import decide, notes
from ralph_hooks.integrations.claude.answer import context, send_back
from ralph_hooks.integrations.claude.decide import Ending, Outcome
from ralph_hooks.integrations.claude.payload import (
    AgentBegins,
    AgentEnds,
    AgentFails,
    CallFailed,
    CallReturned,
    PromptGiven,
    StepEnded,
)
from ralph_hooks.integrations.claude.turn import (
    NOTHING,
    PATIENCE,
    Reply,
    beside_others,
    changing,
    own_batch,
    tell,
)


def agent_begins(event: AgentBegins, place: Path) -> Reply:
    """Put the fresh worktree of an executor on the base of the batch. It waits for us before it does anything."""
    agent = event.where.agent
    with beside_others(place) as work:
        batch = own_batch(work, event.where)
        if batch is None or agent is None or not decide.is_awaited(batch):
            return NOTHING
        from ralph_hooks.batch.adopt import adopt  # noqa: PLC0415 - not for one that is resumed

        complaint = adopt(work, batch, agent, Path(event.where.cwd)).complaint
    if complaint is None:
        return NOTHING
    text = f"This worktree cannot be used: {printable(complaint)}. Do nothing, and end with that as your answer."
    return Reply(context("SubagentStart", text))


def agent_ends(event: AgentEnds, place: Path) -> Reply:
    """Write down how an executor has ended. One that leaves work uncommitted is sent back, once."""
    from ralph_hooks.integrations.claude.attempts import attempt_of_agent, end_attempt  # noqa: PLC0415 - see _ended

    with changing(place, PATIENCE) as work:
        batch = own_batch(work, event.where)
        attempt = attempt_of_agent(work, batch, event.where, event.notes) if batch else None
        if batch is None or attempt is None:
            return NOTHING
        outcome = decide.outcome(event.message)
        reason = None if event.again or outcome.state is not State.DONE else _unfinished(work, batch, attempt)
        if reason is not None:
            return Reply(send_back(reason))
        _land_if_due(work, end_attempt(work, batch, attempt, outcome))
    return NOTHING  # whatever it answers, the executor would go on with it


def agent_fails(event: AgentFails, place: Path) -> Reply:
    """An executor has died of an API error. The client goes on at once, and may have removed its worktree by now."""
    from ralph_hooks.integrations.claude.attempts import attempt_of_agent, end_attempt  # noqa: PLC0415 - see _ended

    with changing(place, PATIENCE) as work:
        batch = own_batch(work, event.where)
        attempt = attempt_of_agent(work, batch, event.where, "") if batch else None
        if batch and attempt and attempt.state is State.RUNNING:
            outcome = Outcome(State.FAILED, event.error, outside=True)
            _land_if_due(work, end_attempt(work, batch, attempt, outcome))
    return NOTHING


def call_returned(event: CallReturned, place: Path) -> Reply:
    """The client names call and agent together: the first that says so for sure."""
    with changing(place, PATIENCE) as work:
        batch = own_batch(work, event.where)
        if batch is None or batch.of_call(event.call) is None:
            return NOTHING
        if event.launched:
            known = notes.read(work.folder)
            notes.write(work.folder, known._replace(launched=(*known.launched, event.call)))
        else:
            _ended(work, batch, event, [Ending(event.call, decide.outcome(event.report))], event.agent)
    return NOTHING


def call_failed(event: CallFailed, place: Path) -> Reply:
    with changing(place, PATIENCE) as work:
        batch = own_batch(work, event.where)
        if batch:
            ending = Ending(event.call, decide.failure(event.error or "its agent could not be started"))
            _land_if_due(work, _ended(work, batch, event, [ending]))
    return NOTHING


def step_ended(event: StepEnded, place: Path) -> Reply:
    """Every call of a message has been answered: the barrier before the model, and any Stop hook, goes on."""
    with changing(place, PATIENCE) as work:
        batch = own_batch(work, event.where)
        refusal = None
        if batch:
            known = notes.read(work.folder)._replace(called=True)
            notes.write(work.folder, known)
            batch = _ended(work, batch, event, decide.broken_off(batch, known))
            refusal = _land_if_due(work, batch)
        return tell(work, event.where, "PostToolBatch", refusal)


def prompt_given(event: PromptGiven, place: Path) -> Reply:
    """A background executor's end is told to the session as a prompt, and that is where the verdict can be told."""
    with changing(place) as work:
        batch = own_batch(work, event.where)
        endings = decide.notified(event)
        refusal = None
        if batch and endings:
            refusal = _land_if_due(work, _ended(work, batch, event, endings))
        return tell(work, event.where, "UserPromptSubmit", refusal)


def _ended(
    work: Workplace,
    batch: Batch,
    event: CallReturned | CallFailed | StepEnded | PromptGiven,
    endings: Sequence[Ending],
    agent: str | None = None,
) -> Batch:
    """The batch without those of its calls at work. `agent`: that of the only call, where it is known.

    Most events end nobody, and are to cost little: what ends an attempt is loaded when there is one to end.
    """
    if not any(batch.of_call(ending.call) for ending in endings):
        return batch
    from ralph_hooks.integrations.claude.attempts import end_calls  # noqa: PLC0415

    return end_calls(work, batch, event.where.transcript, endings, agent)


def _unfinished(work: Workplace, batch: Batch, attempt: Attempt) -> str | None:
    """What an executor is told that says it is done and has not committed everything."""
    from ralph_hooks.batch.ending import remains  # noqa: PLC0415 - at the end of one alone
    from ralph_hooks.batch.pages import spec_of  # noqa: PLC0415

    own = spec_of(batch).own
    loose = [printable(path) for path in remains(work, attempt).loose if not own(path)]
    if not loose:
        return None
    more = f" and {len(loose) - 10} more" if len(loose) > 10 else ""
    return (
        f"Not committed in your worktree: {', '.join(loose[:10])}{more}. Commit what belongs to your task, with plain "
        "`git add` and `git commit`, and delete what does not. Then end with the same last message as before."
    )


def _land_if_due(work: Workplace, batch: Batch) -> str | None:
    if not decide.is_due(batch, notes.read(work.folder)):
        return None
    from ralph_hooks.integrations.claude.landing import land_batch  # noqa: PLC0415 - once in a batch

    return land_batch(work, batch)
