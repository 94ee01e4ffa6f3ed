"""Runs of tasks that may go side by side, and the order of the groups that come of them."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise

from ralph_hooks.errors import UsageError
from ralph_hooks.records import NamedTuple
from ralph_hooks.tasklist.model import Block, Dialect, Group, Task, TaskList


class _Run(NamedTuple):
    """Tasks with the same run may share a group. `start`: the index of its first task, where it stands in the order."""

    start: int
    reason: str


def groups(task_list: TaskList, depends: Mapping[int, frozenset[int]]) -> tuple[Group, ...]:
    """Every task in one group, the groups in an order that keeps `depends`, in file order wherever that allows.

    Raises UsageError where tasks depend on each other in a circle.
    """
    runs = _runs(task_list)
    # Tasks are ordered first and grouped after that: groups cut out of a linear order cannot wait for each other in a
    # circle, as groups made first and ordered later could.
    order = _ordered(task_list, runs, depends)
    return tuple(_cut(task_list, order, runs, depends))


def side_by_side(task_list: TaskList) -> tuple[tuple[int, ...], ...]:
    """The tasks that are marked to go side by side, by index, before dependencies part them. Runs of one included."""
    members: dict[_Run, list[int]] = {}
    for index, run in enumerate(_runs(task_list)):
        members.setdefault(run, []).append(index)
    return tuple(tuple(run) for run in members.values())


def _cut(
    task_list: TaskList, order: list[int], runs: list[_Run], depends: Mapping[int, frozenset[int]]
) -> Iterator[Group]:
    members: list[int] = []
    inside: set[int] = set()
    split = ""
    for index in order:
        same_run = bool(members) and runs[index] == runs[members[0]]
        waits_for = min((other for other in depends[index] if other in inside), default=None)
        if members and (not same_run or waits_for is not None):
            yield _group(members, runs, split)
            members, inside, split = [], set(), ""
        if same_run and waits_for is not None:
            split = f"depends on {task_list.tasks[waits_for].name}"
        members.append(index)
        inside.add(index)
    if members:
        yield _group(members, runs, split)


def _group(members: list[int], runs: list[_Run], split: str) -> Group:
    reason = runs[members[0]].reason
    alone = "single [P]" if reason == "run of [P]" and len(members) == 1 else reason
    return Group(tuple(members), len(members) > 1, split or alone)


def _runs(task_list: TaskList) -> list[_Run]:
    """The run of each task, by index."""
    runs: list[_Run] = []
    blocks: dict[int, _Run] = {}
    places = place_of(task_list)
    for task in task_list.tasks:
        block = None if task.block is None else task_list.blocks[task.block]
        alone = _why_alone(task, block)
        if alone is not None:
            run = _Run(task.index, alone)
        elif block is not None and task.block is not None:
            run = blocks.setdefault(task.block, _Run(task.index, f"block {block.name}".rstrip()))
        else:
            run = _Run(task.index, "run of [P]")
            previous = task.index - 1
            if previous >= 0 and runs[previous].reason == run.reason and places[previous] == places[task.index]:
                run = runs[previous]
        runs.append(run)
    return runs


def _why_alone(task: Task, block: Block | None) -> str | None:
    if task.verify:
        return "[VERIFY]"
    if "SEQUENTIAL" in task.markers or (block is not None and block.kind == "SEQUENTIAL"):
        return "[SEQUENTIAL]"
    if block is not None:
        return None if block.closed else f"lane {block.name}".rstrip()
    return None if task.parallel else "no [P]"


def place_of(task_list: TaskList) -> list[int | None]:
    """By task, what a run of [P] must not leave, as the position of a heading: the section, in spec-kit the phase."""
    sections = [task.section for task in task_list.tasks]
    if task_list.dialect is not Dialect.SPECKIT:
        return sections
    phases = _phase_starts(task_list)
    return [None if section is None else phases[section] for section in sections]


def _phase_starts(task_list: TaskList) -> list[int | None]:
    """For each heading, the position of the `##` (or `#`) heading that it is or stands under."""
    starts: list[int | None] = []
    current: int | None = None
    for position, heading in enumerate(task_list.headings):
        current = position if heading.level <= 2 else current
        starts.append(current)
    return starts


def _ordered(task_list: TaskList, runs: list[_Run], depends: Mapping[int, frozenset[int]]) -> list[int]:
    sorter = TopologicalSorter(depends)
    try:
        sorter.prepare()
    except CycleError as error:
        raise _circle(task_list, error.args[1]) from error
    order: list[int] = []
    waiting: list[tuple[int, int]] = []
    while sorter.is_active():
        for index in sorter.get_ready():
            heapq.heappush(waiting, (runs[index].start, index))
        _, first = heapq.heappop(waiting)
        order.append(first)
        sorter.done(first)
    return order


def _circle(task_list: TaskList, circle: list[int]) -> UsageError:
    tasks = [task_list.tasks[index] for index in reversed(circle)]
    steps = ", ".join(f"{one.name} (line {one.line}) on {other.name}" for one, other in pairwise(tasks))
    return UsageError(f"tasks depend on each other in a circle: {steps}", "take one of these dependencies out")
