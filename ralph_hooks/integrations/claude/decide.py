"""What is to become of an event, from what is known. Pure: no git, no files, no clock."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

from ralph_hooks.batch.model import Attempt, Batch, State
from ralph_hooks.integrations.claude.notes import Notes
from ralph_hooks.integrations.claude.payload import PromptGiven
from ralph_hooks.records import NamedTuple

if TYPE_CHECKING:
    from ralph_hooks.tasklist.model import Plan, Task, TaskList

COMPLETE = re.compile(r"\bTASK_COMPLETE\b")
REQUEST = "TASK_MODIFICATION_REQUEST"
_OUTSIDE = re.compile(
    r"API error|Failed to create worktree|WorktreeCreate hook failed|neutralize filter drivers", re.IGNORECASE
)
_ENDED = re.compile(r"<task-notification>(.*?)</task-notification>", re.DOTALL)


class Outcome(NamedTuple):
    """How an executor has ended. `outside`: it failed for a cause that is not in the task."""

    state: State
    message: str
    outside: bool = False


class Ending(NamedTuple):
    """The end of the attempt of one call."""

    call: str
    outcome: Outcome


def why_alone(task: Task, listed: TaskList, planned: Plan, tried: Collection[int]) -> str | None:
    """Why a call for this task is none of our business: it is sequential. None: it belongs into a worktree of its own.

    A single task comes into one when it is tried again, because the tasks after it may be done already.
    """
    if task.verify:
        return "it is a [VERIFY], done in the main checkout"
    group = next(group.tasks for group in planned.groups if task.index in group.tasks)
    beside = [index for index in group if index != task.index and not listed.tasks[index].done]
    later = any(other.done for other in listed.tasks[task.index + 1 :])
    if beside or later or task.index in tried:
        return None
    return "nothing runs beside it"


def isolated(tool_input: Mapping[str, Any], prompt: str, *, background: bool) -> dict[str, Any]:
    """The whole input of the call, as it is to be made. `background`: the model may choose that."""
    changed = {**tool_input, "isolation": "worktree", "prompt": prompt}
    return changed if background else {**changed, "run_in_background": False}


def outcome(message: str) -> Outcome:
    """What an executor's last message says. Anything but TASK_COMPLETE, a request to change the plan too, is no."""
    if COMPLETE.search(message) and REQUEST not in message:
        return Outcome(State.DONE, message)
    return failure(message or "it ended without a word")


def failure(reason: str) -> Outcome:
    return Outcome(State.FAILED, reason, outside=_OUTSIDE.search(reason) is not None)


def broken_off(batch: Batch, notes: Notes) -> tuple[Ending, ...]:
    """The attempts that are over without an end of their own, once all calls of a message have been answered.

    They were denied, invalid or interrupted; the client fires no event then. Those in the background go on.
    """
    left = [attempt for attempt in batch.in_state(State.RUNNING) if attempt.call not in notes.launched]
    gone = Outcome(State.FAILED, "its call was refused or broken off")
    return tuple(Ending(attempt.call, gone) for attempt in left if attempt.call is not None)


def notified(event: PromptGiven) -> tuple[Ending, ...]:
    """The ends of background executors that a session is told as a prompt: the only sign when a hook was lost."""
    found = (_ending(text) for text in _ENDED.findall(event.prompt))
    return tuple(ending for ending in found if ending is not None)


def is_due(batch: Batch, notes: Notes) -> bool:
    """May the batch land? Every executor has ended, and nobody is about to join."""
    return notes.called and not batch.in_state(State.RUNNING)


def is_awaited(batch: Batch) -> bool:
    """Has the batch an executor that may begin, and whose worktree is not known yet?"""
    return any(attempt.admitted and attempt.agent is None for attempt in batch.in_state(State.RUNNING))


def only_unknown(batch: Batch) -> Attempt | None:
    """The one attempt that an executor of unknown call must be of, if there is only one."""
    left = [attempt for attempt in batch.in_state(State.RUNNING) if attempt.admitted and attempt.agent is None]
    return left[0] if len(left) == 1 else None


def _ending(notification: str) -> Ending | None:
    call, status, result = (_between(notification, tag) for tag in ("tool-use-id", "status", "result"))
    if not call or status not in {"completed", "failed", "killed", "stopped"}:
        return None
    return Ending(call, outcome(result) if status == "completed" else failure(result or f"its agent {status}"))


def _between(text: str, tag: str) -> str:
    found = re.search(rf"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
    return found[1].strip() if found else ""
