"""What a batch does to `.ralph-state.json`: the hold, the verdict, the way back. Pure functions of the document.

While a batch is open the document says `awaitingApproval: true`, so that neither stop-handler acts on a half-done
batch, and `ralphHold` remembers what was there. The verdict is a `Change`, plain data for the journal of a landing:
`apply` writes it only while the hold of its batch stands, and removes the hold with it. That is why applying twice
equals applying once, and why a recovery cannot overwrite a handler that has moved on.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from ralph_hooks.errors import printable
from ralph_hooks.records import NamedTuple
from ralph_hooks.spec.numbering import Handler, number, total
from ralph_hooks.spec.state_file import DiskError, StateError, clean, read, write
from ralph_hooks.tasklist.model import TaskList

__all__ = [
    "Change",
    "DiskError",
    "StateError",
    "apply",
    "clean",
    "held_by",
    "hold",
    "land",
    "read",
    "regroup",
    "release",
    "revert",
    "write",
]

HOLD = "ralphHold"
# What `hold` writes, and what only a landing writes.
_HELD = ("awaitingApproval", "parallelGroup", "taskResults")
_LANDED = ("taskIndex", "taskIteration")

Document = dict[str, Any]
# Values of keys as JSON can hold them: [value], or [] for a key that is not in the document.
Keys = Mapping[str, list[Any]]


class Change(NamedTuple):
    """The keys that the verdict on `batch` writes: their values before `start` and after the landing."""

    batch: str
    before: Keys
    after: Keys

    def to_json(self) -> dict[str, Any]:
        return self._asdict()

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Change:
        return cls(data["batch"], data["before"], data["after"])


def held_by(document: Mapping[str, Any]) -> str | None:
    """The batch whose hold stands in the document."""
    hold = document.get(HOLD)
    return hold["batch"] if isinstance(hold, dict) and isinstance(hold.get("batch"), str) else None


def hold(document: Document, *, batch: str, numbers: Mapping[int, int]) -> Document:
    """Put the stop-handler on hold. `numbers`: task index → the handler's number, at least one.

    A hold that an earlier batch left behind is taken over together with the values from before it.
    """
    if held_by(document) == batch:
        return document
    before = _before(document) if HOLD in document else _keys(document, (*_HELD, *_LANDED))
    return document | _held(numbers) | {HOLD: {"batch": batch, "before": before}}


def regroup(document: Document, *, batch: str, numbers: Mapping[int, int]) -> Document:
    """Hold for other tasks than before: one has joined, or left. Unchanged without the hold of `batch`."""
    return document | _held(numbers) if held_by(document) == batch else document


def release(document: Document, batch: str) -> Document:
    """Lift the hold of `batch` without a landing: what `hold` wrote is as it was. Unchanged without that hold."""
    if held_by(document) != batch:
        return document
    before = _before(document)
    return _with(document, {HOLD: [], **{key: before[key] for key in _HELD if key in before}})


def land(
    document: Document,
    *,
    batch: str,
    numbers: Mapping[int, int],
    errors: Mapping[int, str],
    tasks: TaskList,
    handler: Handler,
) -> Change | None:
    """The verdict on `batch`: None when its hold is gone, for then the orchestrator has moved on.

    `numbers` as given to `hold`; `errors`: task index → reason, of each parked or failed task; `tasks`: as landed.
    """
    if held_by(document) != batch:
        return None
    before = _before(document)
    after: dict[str, list[Any]] = {
        "awaitingApproval": before["awaitingApproval"],
        "parallelGroup": [],
        "taskResults": [_results(numbers, errors)],
        "taskIndex": [_task_index(document, tasks, handler, full=not errors)],
    }
    if handler is Handler.READS:  # the other one counts iterations itself
        after["taskIteration"] = [1 if not errors else _whole(document.get("taskIteration"), 1) + 1]
    return Change(batch, {key: before.get(key, _keys(document, (key,))[key]) for key in after}, after)


def apply(document: Document, change: Change) -> Document:
    """Write the verdict and lift the hold, in one step. Unchanged when that batch's hold is not there."""
    return _with(document, {**change.after, HOLD: []}) if held_by(document) == change.batch else document


def revert(document: Document, change: Change) -> Document:
    """Put back the values from before `start`, each only where the landing's value still stands."""
    still = {key for key in change.after if _same(_keys(document, (key,))[key], change.after[key])}
    return _with(document, {key: change.before[key] for key in change.after if key in still})


def _held(numbers: Mapping[int, int]) -> Document:
    """What stands in the document while the tasks with these numbers are being worked on."""
    indices = sorted(set(numbers.values()))
    group = {"startIndex": indices[0], "endIndex": indices[-1], "taskIndices": indices}
    results = {str(index): {"status": "pending"} for index in indices}
    return {"awaitingApproval": True, "parallelGroup": group, "taskResults": results}


def _results(numbers: Mapping[int, int], errors: Mapping[int, str]) -> dict[str, Any]:
    # Failures last: two tasks share a number when the handler does not see the box of one, and a failure must show.
    results: dict[str, Any] = {str(numbers[task]): {"status": "success"} for task in numbers}
    failed = {
        str(numbers[task]): {"status": "failed", "error": printable(errors[task])} for task in numbers if task in errors
    }
    return results | failed


def _task_index(document: Document, tasks: TaskList, handler: Handler, *, full: bool) -> int:
    following = next((task for task in tasks.tasks if not task.done), None)
    if following is None:
        index = _whole(document.get("totalTasks"), total(tasks.text, handler))
    else:
        index = number(tasks.text, following.line, handler)
    # After TASK_COMPLETE this handler adds the one; after a partial landing, without the word, it does not.
    return index - 1 if full and handler is Handler.INCREMENTS else index


def _whole(value: object, default: int) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else default


def _before(document: Document) -> dict[str, list[Any]]:
    """What the hold remembers. A person or an agent may have edited it: what cannot be read is left out."""
    held = document[HOLD]
    remembered = held.get("before") if isinstance(held, dict) else None
    readable = remembered if isinstance(remembered, dict) else {}
    keys = {key: readable[key] for key in (*_HELD, *_LANDED) if isinstance(readable.get(key), list)}
    return {"awaitingApproval": [], **keys}  # the one key that nobody else would ever reset


def _keys(document: Mapping[str, Any], keys: Iterable[str]) -> dict[str, list[Any]]:
    return {key: [document[key]] if key in document else [] for key in keys}


def _with(document: Document, keys: Keys) -> Document:
    gone = {key for key, value in keys.items() if not value}
    kept = {key: value for key, value in document.items() if key not in gone}
    return kept | {key: value[0] for key, value in keys.items() if value}


def _same(one: object, other: object) -> bool:
    # As JSON: to Python, 1 equals true. A coordinator may have written the same object in another order.
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)
