"""What the coordinator is told about a landing. Pure.

It repeats text word for word, and the stop-handler reads what it says: after a landing that is not full no signal may
stand in it, not even in a negation.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ralph_hooks.batch.model import Attempt, Batch, Landing, State
from ralph_hooks.batch.report import report
from ralph_hooks.errors import RalphError, printable
from ralph_hooks.integrations.claude.decide import REQUEST
from ralph_hooks.spec import verdict

_WRITTEN = (
    "The task list, the progress log and the state file say so already: tick nothing, merge no progress, change no "
    "state, and merge no branch of an executor."
)
_FULL = "Now end your turn, with these lines in your last message, each on a line of its own:"
_PARTIAL = (
    "Not all of the batch has landed. What has not is open still, and comes again with the reason. End your turn with "
    "a short account of it, and claim nothing to be complete."
)
_REQUEST = "Task {name} asks for a change of the plan instead; deal with it as you are told to. It said:"


def told(batch: Batch, landing: Landing) -> str:
    """The verdict on a batch that has landed."""
    full = landing.signal is not None
    lines = [*report(landing), "", _WRITTEN, *_requests(batch.attempts), _FULL if full else _PARTIAL]
    return "\n".join(["ralph-hooks:", *verdict.lines(lines, full=full)])


def refused(batch: Batch, error: RalphError) -> str:
    """The landing could not be made: nothing was moved."""
    text = (
        f"ralph-hooks could not land batch {batch.id}: {error}. Nothing was moved and nothing is lost; the batch stays "
        "open. Do what it says, or ask the user to; then run `ralph-hooks land`. Until then start no executor."
    )
    return verdict.hush(text, full=False)


def standing(batch: Batch) -> str:
    """An open batch, in one line."""
    tasks = ", ".join(f"{printable(attempt.name)} {attempt.state}" for attempt in batch.attempts)
    return f"ralph-hooks: batch {batch.id} is open on {batch.target} ({tasks}); `ralph-hooks status` tells more"


def _requests(attempts: Sequence[Attempt]) -> Iterator[str]:
    """What executors ask of the coordinator is handed on as it is, after a report that has cut it short."""
    for attempt in attempts:
        if attempt.state is State.FAILED and REQUEST in (attempt.message or ""):
            yield _REQUEST.format(name=printable(attempt.name))
            yield attempt.message or ""
