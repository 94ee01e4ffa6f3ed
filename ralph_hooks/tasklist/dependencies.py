"""What each task waits for: the ids it names, the blocks that its block comes after, and V4 before V5 before V6."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from ralph_hooks.errors import UsageError
from ralph_hooks.tasklist import blocks
from ralph_hooks.tasklist.model import Block, Task, TaskList

_ORDERED = ("V4", "V5", "V6")
_EVERYTHING = {"all", "all above", "above", "everything", "everything above", "all of the above"}
_WORD = re.compile(r"\w+")
_NUMBERED = re.compile(r"[^\W\d]+ [0-9]+")  # "Phase 2" names the heading "Phase 2: Refactoring"


def dependencies(task_list: TaskList) -> dict[int, frozenset[int]]:
    """For each task index, the indexes of the tasks that must be done before it.

    Raises UsageError for an id that no task has, and for a block name that cannot be meant.
    """
    names = _by_name(task_list.tasks)
    after = [_after(task_list, block) for block in task_list.blocks]
    return {
        task.index: frozenset(
            {
                *(_resolve(task, name, names) for name in task.depends),
                *_earlier_checks(task, names),
                *(() if task.block is None else after[task.block]),
            }
        )
        for task in task_list.tasks
    }


def _by_name(tasks: Iterable[Task]) -> dict[str, list[int]]:
    names: dict[str, list[int]] = {}
    for task in tasks:
        for name in dict.fromkeys((task.id, *task.aliases)):
            if name is not None:
                names.setdefault(name, []).append(task.index)
    return names


def _resolve(task: Task, name: str, names: Mapping[str, Sequence[int]]) -> int:
    if name not in names:
        raise UsageError(
            f"task {task.name} (line {task.line}) depends on {name}, which no task of the list is named",
            "correct the id or take it out",
        )
    return _nearest_before(names[name], task.index)


def _nearest_before(indexes: Sequence[int], index: int) -> int:
    """Of tasks with one id, the last above the task that names it, else the first: numbering that restarts."""
    return next((other for other in reversed(indexes) if other < index), indexes[0])


def _earlier_checks(task: Task, names: Mapping[str, Sequence[int]]) -> Iterable[int]:
    mine = next((place for place, name in enumerate(_ORDERED) if name in (task.id, *task.aliases)), 0)
    return (_nearest_before(names[name], task.index) for name in _ORDERED[:mine] if name in names)


def _after(task_list: TaskList, block: Block) -> frozenset[int]:
    """The tasks that the tasks of a block wait for."""
    inside = {task.index for task in task_list.tasks if block.line < task.line < block.end}
    found: set[int] = set()
    for name in block.after:
        found |= _named(task_list, block, name)
    return frozenset(found - inside)


def _named(task_list: TaskList, block: Block, name: str) -> set[int]:
    if name.casefold() in _EVERYTHING:
        return {task.index for task in task_list.tasks if task.line < block.line}
    exact = [span for title, span in _titles(task_list) if _same(title, name) and span[0] != block.line]
    # Words are looked for above only: "after auth" means the "Auth scaffolding" that came before.
    close = [span for title, span in _titles(task_list) if _within(name, title) and span[0] < block.line]
    found = exact or close[-1:]
    if not found and any(other.closed for other in task_list.blocks):
        # A list that closes its blocks uses them as a grammar; in the others the words are prose, and file order holds.
        raise UsageError(
            f'the block in line {block.line} comes after "{name}", but no block or heading has that name',
            "correct the name or take it out",
        )
    return {task.index for task in task_list.tasks for start, end in found if start < task.line < end}


def _titles(task_list: TaskList) -> list[tuple[str, tuple[int, int]]]:
    """Names that a block can come after, with the lines under each: (heading line, line that ends it)."""
    marked = {block.line for block in task_list.blocks}
    titles = [(block.name, (block.line, block.end)) for block in task_list.blocks]
    for position, heading in enumerate(task_list.headings):
        if heading.line not in marked:
            later = (other.line for other in task_list.headings[position + 1 :] if other.level <= heading.level)
            titles.append((blocks.name(heading.text), (heading.line, next(later, len(task_list.text) + 2))))
    return sorted(titles, key=lambda title: title[1])


def _words(text: str) -> list[str]:
    # "APIs" and "API" are one word here.
    return [word.removesuffix("s") for word in _WORD.findall(text.casefold())]


def _same(title: str, name: str) -> bool:
    words = _words(name)
    length = len(words) if _NUMBERED.fullmatch(name.strip()) else None
    return bool(words) and _words(title)[:length] == words


def _within(name: str, title: str) -> bool:
    words = set(_words(name))
    return bool(words) and words <= set(_words(title))
