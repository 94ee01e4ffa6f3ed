"""RH208: tasks that wait for each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ralph_hooks.lint.model import Problem, Rule, Settings, Severity, Surroundings
from ralph_hooks.lint.side_by_side import graph
from ralph_hooks.lint.spans import head_span, named
from ralph_hooks.tasklist.model import TaskList

_SHOWN = 5


def check(task_list: TaskList, settings: Settings, surroundings: Surroundings) -> Iterator[Problem]:  # noqa: ARG001
    for circle in _circles(graph(task_list)):
        tasks = [task_list.tasks[index] for index in circle]
        steps = " on ".join(named(task) for task in (*tasks[:_SHOWN], *(tasks[:1] if len(tasks) <= _SHOWN else ())))
        more = "" if len(tasks) <= _SHOWN else " and so on"
        message = f"tasks depend on each other in a circle: {steps}{more}; take one of these dependencies out"
        yield Problem(head_span(task_list, tasks[0]), message, task=tasks[0].index)


def _circles(depends: Mapping[int, frozenset[int]]) -> Iterator[list[int]]:
    """Circles, each task in one at most. What waits for no circle is peeled off first; what is left leads into one."""
    rest = _not_ready(depends)
    step = {index: min(depends[index] & rest) for index in rest}
    seen: dict[int, int] = {}
    for start in sorted(rest):
        path: list[int] = []
        index = start
        while index not in seen:
            seen[index] = start
            path.append(index)
            index = step[index]
        if seen[index] == start:
            circle = path[path.index(index) :]
            lowest = circle.index(min(circle))
            yield circle[lowest:] + circle[:lowest]


def _not_ready(depends: Mapping[int, frozenset[int]]) -> frozenset[int]:
    waiting = {index: len(others) for index, others in depends.items()}
    dependents: dict[int, list[int]] = {}
    for index, others in depends.items():
        for other in others:
            dependents.setdefault(other, []).append(index)
    ready = [index for index, count in waiting.items() if not count]
    while ready:
        for index in dependents.get(ready.pop(), ()):
            waiting[index] -= 1
            if not waiting[index]:
                ready.append(index)
    return frozenset(index for index, count in waiting.items() if count)


RULE = Rule(
    code="RH208",
    name="dependency-cycle",
    severity=Severity.ERROR,
    summary="Tasks depend on each other in a circle",
    why="""\
The list cannot be planned: each of them waits for the others to be done.
""",
    bad="""\
- [ ] 1.1 Make codes
  - **Depends on**: 1.2
- [ ] 1.2 Count visits
  - **Depends on**: 1.1
""",
    good="""\
- [ ] 1.1 Make codes
  - **Do**: Make them
- [ ] 1.2 Count visits
  - **Depends on**: 1.1
""",
    check=check,
)
