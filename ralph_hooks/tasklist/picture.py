"""A plan as text for a terminal, as a Mermaid flowchart, and as the JSON of `ralph-hooks plan --format json`."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from ralph_hooks.errors import printable
from ralph_hooks.patterns import pattern
from ralph_hooks.tasklist.model import Group, Overlap, Plan, Task, TaskList

_TITLE = 100
# Mermaid reads brackets, quotes, backticks, `#` and HTML inside labels; `#35;` is its spelling of a character.
_MERMAID_SYNTAX = pattern(r"[^\w\s.,:/+=*!?'@—-]")


def text(task_list: TaskList, plan: Plan, *, max_parallel: int) -> str:
    """What runs beside what, one task a line, without control characters. At most `max_parallel` run at once."""
    done = sum(task.done for task in task_list.tasks)
    lines = [f"{task_list.dialect} list: {len(task_list.tasks)} tasks, {done} done, {len(plan.groups)} steps"]
    for number, group in enumerate(plan.groups):
        lines += _step(task_list, group, number, max_parallel)
        shared = [overlap for overlap in plan.overlaps if overlap.group == number]
        lines += [f"     ! {_pair(task_list, overlap)}: they take turns" for overlap in shared]
    apart = [overlap for overlap in plan.overlaps if overlap.group is None]
    lines += [f"note: {_pair(task_list, overlap)}, in different steps" for overlap in apart]
    return "\n".join(lines) + "\n"


def mermaid(task_list: TaskList, plan: Plan) -> str:
    """A Mermaid flowchart: parallel groups as boxes, arrows from step to step."""
    lines = ["flowchart TD"]
    for number, group in enumerate(plan.groups):
        nodes = [_node(task_list.tasks[index]) for index in group.tasks]
        if group.parallel:
            lines += [f'  subgraph g{number}["{_label(group.reason)}"]', *(f"  {node}" for node in nodes), "  end"]
        else:
            lines += nodes
    names = [_step_name(number, group) for number, group in enumerate(plan.groups)]
    lines += [f"  {one} --> {other}" for one, other in pairwise(names)]
    lines.append("  classDef done opacity:0.5")
    return "\n".join(lines) + "\n"


def as_json(task_list: TaskList, plan: Plan) -> dict[str, object]:
    """The `plan` shape: dialect, tasks, groups and overlaps; tasks are named by their index."""
    return {
        "dialect": task_list.dialect.value,
        "tasks": [_task_json(task) for task in task_list.tasks],
        "groups": [
            {"tasks": list(group.tasks), "parallel": group.parallel, "reason": group.reason} for group in plan.groups
        ],
        "overlaps": [
            {"path": overlap.path, "tasks": list(overlap.tasks), "group": overlap.group} for overlap in plan.overlaps
        ],
    }


def _step(task_list: TaskList, group: Group, number: int, max_parallel: int) -> Iterator[str]:
    if not group.parallel:
        yield f"{number + 1:>3}. ─ {_task_line(task_list.tasks[group.tasks[0]])}  ({printable(group.reason)})"
        return
    at_once = min(max_parallel, len(group.tasks))
    yield f"{number + 1:>3}. ┬ {len(group.tasks)} tasks, {at_once} at once  ({printable(group.reason)})"
    for index in group.tasks:
        corner = "└" if index == group.tasks[-1] else "├"
        yield f"     {corner} {_task_line(task_list.tasks[index])}"


def _task_line(task: Task) -> str:
    markers = "".join(f" [{marker}]" for marker in task.markers)
    return printable(f"{'✓' if task.done else '·'} {task.name}{markers} {task.title}".rstrip(), _TITLE)


def _pair(task_list: TaskList, overlap: Overlap) -> str:
    first, second = (task_list.tasks[index].name for index in overlap.tasks)
    return printable(f"{first} and {second} both declare {overlap.path}")


def _step_name(number: int, group: Group) -> str:
    return f"g{number}" if group.parallel else f"t{group.tasks[0]}"


def _node(task: Task) -> str:
    state = ":::done" if task.done else ""
    return f'  t{task.index}["{_label(f"{task.name} {task.title}")}"]{state}'


def _label(raw: str) -> str:
    return _MERMAID_SYNTAX.sub(lambda match: f"#{ord(match[0])};", printable(raw.strip(), _TITLE))


def _task_json(task: Task) -> dict[str, object]:
    return {
        "index": task.index,
        "id": task.id,
        "title": task.title,
        "markers": list(task.markers),
        "done": task.done,
        "line": task.line,
        "files": list(task.files),
    }
