"""What the stop-handler is told, and what it must not read by accident.

A coordinator repeats text word for word, and the handlers search its words: a task title can hold a signal.
"""

from __future__ import annotations

import re
from collections.abc import Sequence, Sized

TASK, BATCH, ALL = "TASK_COMPLETE", "BATCH_COMPLETE", "ALL_TASKS_COMPLETE"

# stop-handler.sh takes TASK_COMPLETE back when one of these stands beside it, in any case. Each is disarmed at its last
# word. `\s+`, and below DOTALL, where the handler has a blank and one line: a coordinator wraps and joins lines.
_CONTRADICTIONS = [
    re.compile(rf"({first}\s+)({second})", re.IGNORECASE)
    for first, second in (
        ("manual", r"testing\s+required"),
        ("requires", "manual"),
        ("cannot", r"be\s+automated"),
        ("manual", r"verification\s+needed"),
        ("needs", r"user\s+interaction"),
        ("manual", r"action\s+required"),
        ("could not", "complete"),
        ("unable to", "complete"),
    )
]
_SKIP = re.compile(r"skip(?=.*verification)", re.IGNORECASE | re.DOTALL)


def signal(landed: Sized, parked: Sized, failed: Sized) -> str | None:
    """`BATCH_COMPLETE` when all of a batch has landed, else None."""
    return BATCH if landed and not parked and not failed else None


def lines(report: Sequence[str], *, full: bool) -> list[str]:
    """The text of a landing: `report` made safe, and after a full one the two signals, each on its own line."""
    safe = hush("\n".join(report), full=full).split("\n") if report else []
    return [*safe, *((TASK, BATCH) if full else ())]


def hush(text: str, *, full: bool) -> str:
    """`text` in a form that a coordinator may repeat. Brackets show where a word was broken: `TASK[_]COMPLETE`.

    After a partial landing no signal is left in it; after a full one neither `ALL_TASKS_COMPLETE` nor a phrase that
    contradicts `TASK_COMPLETE`.
    """
    for word in (ALL,) if full else (ALL, BATCH, TASK):
        text = text.replace(word, word.replace("_", "[_]"))
    if full:
        for phrase in _CONTRADICTIONS:
            text = phrase.sub(_broken, text)
        text = _SKIP.sub(lambda match: f"[{match[0][0]}]{match[0][1:]}", text)
    return text


def _broken(match: re.Match[str]) -> str:
    return f"{match[1]}[{match[2][0]}]{match[2][1:]}"
