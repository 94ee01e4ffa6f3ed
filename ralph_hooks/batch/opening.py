"""Opening a batch: one base, pinned; one worktree per task; the stop-handler on hold. All of it, or nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from ralph_hooks import progress
from ralph_hooks.batch import names
from ralph_hooks.batch.equip import Copies, asks_for_anything, copied_files, equip
from ralph_hooks.batch.ground import Ground
from ralph_hooks.batch.hold import put_on_hold
from ralph_hooks.batch.listing import keep
from ralph_hooks.batch.model import Attempt, Batch, Phase, State
from ralph_hooks.batch.record import pin_record
from ralph_hooks.batch.rollback import roll_back
from ralph_hooks.batch.workplace import Workplace, now
from ralph_hooks.git.confined import confined
from ralph_hooks.git.hooks import has_hook
from ralph_hooks.git.objects import Objects, open_objects
from ralph_hooks.git.repository import Repository
from ralph_hooks.git.worktrees import exclude
from ralph_hooks.spec.locate import Spec
from ralph_hooks.spec.numbering import number
from ralph_hooks.tasklist.model import Task

Furnish = Callable[[Objects, Batch], Batch]


def open_batch(
    work: Workplace, ground: Ground, tasks: Sequence[Task], prepare: Callable[[Objects, Batch], None] | None = None
) -> Batch:
    """Open a batch of `tasks`, each with a worktree of ours.

    `prepare` may change those before their executors get them. Raises RalphError, with everything as before, when one
    cannot be made or the state file cannot be written. The caller holds the landing lock and has made sure that no
    batch is open.
    """
    with open_objects(work.repository) as objects:
        draft = _drafted(work, objects, ground)
        folder = names.worktree_folder(draft.top, draft.id)
        attempts = tuple(
            new_attempt(ground, task)._replace(worktree=str(folder / slug), branch=f"{names.BRANCHES}{draft.id}/{slug}")
            for task, slug in _slugs(tasks)
        )
        return _open(work, objects, draft._replace(attempts=attempts), partial(_furnished, work, prepare))


def open_joined(work: Workplace, ground: Ground, attempt: Attempt, session: str, owner: str | None) -> Batch:
    """Open a batch of `attempt` alone, whose worktree the orchestrator is going to make. Otherwise as `open_batch`."""
    with open_objects(work.repository) as objects:
        draft = _drafted(work, objects, ground)
        batch = draft._replace(attempts=(attempt,), session=session, owner=owner, opener=attempt.call)
        return _open(work, objects, batch, lambda _, opened: opened)


def new_attempt(ground: Ground, task: Task) -> Attempt:
    """An attempt at `task` that has no worktree yet."""
    return Attempt(task.index, task.id, task.title, "", "", number(ground.listed.text, task.line, ground.handler))


def _open(work: Workplace, objects: Objects, batch: Batch, furnish: Furnish) -> Batch:
    work.store.add(batch)
    try:
        pin_record(objects, batch)
        batch = furnish(objects, batch)
        put_on_hold(batch)
    except BaseException:
        roll_back(work, batch)
        raise
    work.store.set_phase(batch.id, Phase.OPEN)
    return batch._replace(phase=Phase.OPEN)


def _furnished(
    work: Workplace, prepare: Callable[[Objects, Batch], None] | None, objects: Objects, batch: Batch
) -> Batch:
    exclude(work.repository, f"/{names.FOLDER}/")
    from ralph_hooks.batch.housing import Room, house  # noqa: PLC0415 - only where worktrees are made

    reason = f"{names.LOCKED} {batch.id}, task"
    house(
        work,
        [
            Room(attempt.folder, attempt.branch, batch.base, f"{reason} {attempt.name}")
            for attempt in batch.attempts
            if attempt.folder
        ],
    )
    batch = _equipped(work, objects, batch)
    if prepare:
        prepare(objects, batch)
    return batch


def _drafted(work: Workplace, objects: Objects, ground: Ground) -> Batch:
    """The batch without its attempts. Its list is kept as it was read: the landing will want it."""
    spec = ground.spec
    return Batch(
        id=names.batch_id(ground.base, work.store.count_on(ground.base) + 1),
        base=ground.base,
        target=ground.target,
        top=str(work.repository.top),
        tasks=spec.tasks,
        kind=spec.kind,
        dialect=ground.listed.dialect,
        handler=ground.handler,
        started=now("microseconds"),  # a store that is made anew has its batches in this order
        copied=_copied(work.repository, objects, spec),
        attempts=(),
        phase=Phase.OPENING,
        listing=keep(objects, ground.listed),
    )


def _slugs(tasks: Sequence[Task]) -> Iterator[tuple[Task, str]]:
    """Each task with a name for its folder and branch; two that come out alike get their index."""
    plain = [names.slug(task.index, task.id) for task in tasks]
    taken = [slug.casefold() for slug in plain]
    for task, slug in zip(tasks, plain, strict=True):
        yield task, slug if taken.count(slug.casefold()) == 1 else f"{slug}-{task.index}"


def _copied(repository: Repository, objects: Objects, spec: Spec) -> dict[str, str]:
    """The spec's files that git does not track, for executors to read: design, requirements, an ignored list or log."""
    where = f"{spec.directory}/" if spec.directory != "." else ""
    literal = {"GIT_LITERAL_PATHSPECS": "1"}
    paths = [where] if where else [path for path in (spec.tasks, spec.progress) if path]
    found = repository.git("ls-files", "--others", "-z", "--", *paths, env=literal).records
    wanted = [path for path in found if not spec.own(path) or path in {spec.tasks, spec.progress}]
    return {
        path: objects.write("blob", (repository.top / path).read_bytes())
        for path in wanted
        if (repository.top / path).is_file() and not (repository.top / path).is_symlink()
    }


def _equipped(work: Workplace, objects: Objects, batch: Batch) -> Batch:
    """Run links, copies and setups; setups side by side, since they are what takes time."""
    # Copies come from one git conversation, which one thread at a time may hold: so blobs are read before.
    progress.tell("setting the worktrees up")
    copies = copied_files(objects, batch)
    if not asks_for_anything(copies, work.config) and not has_hook(work.repository, "post-checkout"):
        return batch  # nobody has made anything: each worktree holds what git put there
    with ThreadPoolExecutor(max_workers=4) as pool:
        results = list(pool.map(lambda attempt: _equip(work, copies, batch, attempt), batch.attempts))
    for attempt, (made, complaint) in zip(batch.attempts, results, strict=True):
        changed = attempt._replace(made=made)
        if complaint is not None:
            changed = changed._replace(state=State.FAILED, message=complaint)
        work.store.put_attempt(batch.id, changed)
        batch = batch.with_attempt(changed)
    return batch


def _equip(work: Workplace, copies: Copies, batch: Batch, attempt: Attempt) -> tuple[tuple[str, ...], str | None]:
    place = confined(work.repository, Path(attempt.worktree))
    return equip(place, copies, Path(batch.top), work.config, {"RALPH_TASK_INDEX": str(attempt.index)})
