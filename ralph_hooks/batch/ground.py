"""What a batch stands on: the list that is meant, as its target has it, and the commit that its attempts begin from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ralph_hooks.batch.model import Batch
from ralph_hooks.batch.pages import Kept, decode, kept, page_text, require_list, spec_of
from ralph_hooks.batch.target import choose_target, refuse_in_progress
from ralph_hooks.batch.workplace import Workplace
from ralph_hooks.errors import RefusedError
from ralph_hooks.git.objects import open_objects
from ralph_hooks.git.repository import HEADS
from ralph_hooks.git.worktrees import checkout_of
from ralph_hooks.records import NamedTuple
from ralph_hooks.spec import handler, state
from ralph_hooks.spec.locate import Spec, locate
from ralph_hooks.spec.numbering import Handler
from ralph_hooks.tasklist.lookup import same_task
from ralph_hooks.tasklist.model import Dialect, Task, TaskList
from ralph_hooks.tasklist.parse import parse


class Wanted(NamedTuple):
    """What the user asked for. `names`: tasks, none for the next group; `max_parallel` None: as configured."""

    cwd: Path
    tasks: str | None = None
    spec: str | None = None
    target: str | None = None
    names: tuple[str, ...] = ()
    max_parallel: int | None = None
    allow_overlap: bool = False


class Ground(NamedTuple):
    """The list that is to be worked on, as `base` has it; `target` is a full ref name."""

    spec: Spec
    listed: TaskList
    base: str
    target: str
    handler: Handler
    most_tries: int


def new_ground(work: Workplace, wanted: Wanted) -> Ground:
    """For a new batch: the tip of the target. Raises RefusedError while a batch is open, or nothing can be started."""
    already = work.store.open_batch()
    if already is not None:
        tasks = ", ".join(attempt.name for attempt in already.attempts)
        raise RefusedError(f"batch {already.id} is open (tasks {tasks})", "`ralph-hooks land` or `abort` it first")
    repository = work.repository
    refuse_in_progress(repository)
    target = choose_target(repository, wanted.target)
    base = repository.commit(target)
    if base is None:
        raise RefusedError(f"{target} has no commit yet", "make the first commit, then start again")
    place = checkout_of(repository, target)
    if place is not None:
        refuse_in_progress(place)
    spec = locate(repository.top, cwd=wanted.cwd, tasks=wanted.tasks, spec=wanted.spec)
    text = _list_text(work, spec, target, base)
    document = _document(spec)
    dialect = Dialect(work.config.dialect) if work.config.dialect else None
    generation, _ = handler.detect(repository.top, Path.home(), work.config.stop_handler)
    return Ground(
        spec=spec,
        listed=parse(text, dialect, has_state=document is not None),
        base=base,
        target=target,
        handler=generation,
        most_tries=_most_tries(work, document),
    )


def ground_of(work: Workplace, batch: Batch) -> Ground:
    """That of an open batch: its own base, wherever the target has gone since.

    What executors tick in the target's worktree meanwhile is no obstacle here: the landing looks at it.
    """
    spec = spec_of(batch)
    if kept(work.repository, spec.tasks) is Kept.IGNORED:
        text: str | None = decode((spec.root / spec.tasks).read_bytes())
    else:
        with open_objects(work.repository) as objects:
            text = page_text(objects, objects.tree_of(batch.base), spec.tasks)
    if text is None:
        raise RefusedError(f"the task list {spec.tasks} is not in {batch.base[:12]}", "`ralph-hooks abort`, start anew")
    return Ground(
        spec=spec,
        listed=parse(text, Dialect(batch.dialect)),
        base=batch.base,
        target=batch.target,
        handler=Handler(batch.handler),
        most_tries=_most_tries(work, _document(spec)),
    )


def require_still_open(work: Workplace, batch: Batch, task: Task) -> None:
    """Raise RefusedError for a task that was open on the base of `batch`, and is ticked on its target by now."""
    tip = work.repository.commit(batch.target)
    if tip is None or tip == batch.base:
        return
    with open_objects(work.repository) as objects:
        text = page_text(objects, objects.tree_of(tip), batch.tasks)
    listed = parse(text, Dialect(batch.dialect)) if text is not None else None
    now = listed and same_task(listed, task.index, task.id, task.title)
    if now and now.done:
        raise RefusedError(f"task {task.name} was done while batch {batch.id} was open", "start another one")


def _document(spec: Spec) -> dict[str, Any] | None:
    return state.read(spec.root / spec.state) if spec.state else None


def _most_tries(work: Workplace, document: dict[str, Any] | None) -> int:
    limit = (document or {}).get("maxTaskIterations")
    return limit if isinstance(limit, int) and limit > 0 else work.config.max_task_iterations


def _list_text(work: Workplace, spec: Spec, target: str, base: str) -> str:
    """The list as the target has it; on disk where it is ignored.

    Raises RefusedError where the two are not the same.
    """
    here = work.repository.branch() == target
    if require_list(work.repository, spec) is Kept.IGNORED:
        return decode((spec.root / spec.tasks).read_bytes())
    with open_objects(work.repository) as objects:
        text = page_text(objects, objects.tree_of(base), spec.tasks)
    if text is None:
        where = target.removeprefix(HEADS)
        raise RefusedError(
            f"the task list {spec.tasks} is not in {where}", "commit it there" if here else f"git switch {where}"
        )
    return text
