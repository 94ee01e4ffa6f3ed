"""RH4: what lies beside the list."""

from __future__ import annotations

from typing import Any

import pytest
from rule_checks import found, messages

from ralph_hooks.lint.model import Surroundings
from ralph_hooks.tasklist.model import Dialect

# Three tasks; stop-watcher.sh counts 2 boxes, since it cannot see [X], stop-handler.sh 3, with the nested one.
TEXT = "- [X] 1.1 a\n  - [ ] nested\n- [x] 1.2 b\n- [ ] 1.3 c\n"
DONE = "- [x] 1.1 a\n- [x] 1.2 b\n"


def beside(*committed: str, **state: Any) -> Surroundings:
    return Surroundings(state=state or None, committed=frozenset(committed) if committed else None)


@pytest.mark.parametrize(
    ("code", "surroundings", "part"),
    [
        ("RH401", beside(".ralph-state.json", "tasks.md"), "take it out with `git rm --cached`"),
        (
            "RH402",
            beside(totalTasks=4),
            "says 4 tasks; the list has 3, of which stop-watcher.sh counts 2 and stop-handler.sh 3",
        ),
        (
            "RH403",
            beside(phase="execution", taskIndex=3),
            "index 3, but the first open task is 1.3 (line 4): 1 to stop-watcher.sh, 2 to",
        ),
        ("RH403", beside(phase="execution", taskIndex=0), "index 0"),
        ("RH404", beside(".progress-task-3.md", ".progress-task-12.md"), ".progress-task-12.md and 1 more"),
    ],
)
def test_found(code: str, surroundings: Surroundings, part: str) -> None:
    (message,) = messages(code, TEXT, Dialect.RALPH, surroundings=surroundings)
    assert part in message


@pytest.mark.parametrize(
    ("code", "surroundings"),
    [
        ("RH401", beside()),
        ("RH401", beside("tasks.md", "ralph-state.json")),
        ("RH402", beside(totalTasks=2)),
        ("RH402", beside(totalTasks=3)),
        ("RH402", beside(totalTasks="many")),
        ("RH402", beside(totalTasks=True)),
        ("RH402", beside(phase="execution")),
        ("RH403", beside(phase="execution", taskIndex=1)),
        ("RH403", beside(phase="execution", taskIndex=2)),
        ("RH403", beside(phase="tasks", taskIndex=9)),
        ("RH403", beside(phase="execution", taskIndex=9, ralphHold={"batch": "b"})),
        ("RH403", beside(phase="execution", taskIndex=9, parallelGroup={})),
        ("RH403", beside(phase="execution", taskIndex=None)),
        ("RH404", beside(".progress.md", "progress-task-1.md")),
    ],
)
def test_not_found(code: str, surroundings: Surroundings) -> None:
    assert messages(code, TEXT, Dialect.RALPH, surroundings=surroundings) == []


def test_the_index_of_a_list_that_is_done_is_its_total() -> None:
    assert messages("RH403", DONE, Dialect.RALPH, surroundings=beside(phase="execution", taskIndex=2)) == []
    (message,) = messages("RH403", DONE, Dialect.RALPH, surroundings=beside(phase="execution", taskIndex=1))
    assert "every task is done: 2 to stop-watcher.sh, 2 to stop-handler.sh" in message


def test_what_is_beside_the_list_is_shown_at_its_beginning_and_a_task_at_its_place() -> None:
    assert found("RH402", TEXT, Dialect.RALPH, surroundings=beside(totalTasks=9)) == [(1, 1, "")]
    assert found("RH403", TEXT, Dialect.RALPH, surroundings=beside(phase="execution", taskIndex=9)) == [(4, 7, "1.3")]
