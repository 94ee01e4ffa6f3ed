"""Opening a batch: one base, pinned; one worktree per task; the stop-handler on hold. All of it, or nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from ralph_hooks.batch import names
from ralph_hooks.batch.equip import equip
from ralph_hooks.batch.model import Attempt, Batch, Phase, State
from ralph_hooks.batch.record import write_record
from ralph_hooks.batch.rollback import roll_back
from ralph_hooks.batch.workplace import Workplace, now
from ralph_hooks.git.objects import Objects, open_objects
from ralph_hooks.git.refs import RefUpdate, move_refs
from ralph_hooks.git.repository import Repository
from ralph_hooks.git.worktrees import add_worktree, exclude
from ralph_hooks.spec import state
from ralph_hooks.spec.locate import Spec
from ralph_hooks.spec.numbering import Handler, number
from ralph_hooks.tasklist.model import Task, TaskList


def open_batch(
    work: Workplace,
    spec: Spec,
    listed: TaskList,
    tasks: Sequence[Task],
    *,
    base: str,
    target: str,
    handler: Handler,
    prepare: Callable[[Objects, Batch], None] | None = None,
) -> Batch:
    """Open a batch of `tasks`. `prepare` may change the fresh worktrees before their executors get them.

    Raises RalphError, with everything as before, when a worktree cannot be made or the state file cannot be written.
    The caller holds the landing lock and has made sure that no batch is open.
    """
    repository = work.repository
    with open_objects(repository) as objects:
        batch = _drafted(work, objects, spec, listed, tasks, base=base, target=target, handler=handler)
        work.store.add(batch)
        try:
            record = write_record(objects, batch)
            move_refs(repository, f"ralph-hooks: batch {batch.id}", [RefUpdate(names.BATCH + batch.id, None, record)])
            exclude(repository, f"/{names.FOLDER}/")
            for attempt in batch.attempts:
                reason = f"ralph-hooks batch {batch.id}, task {attempt.name}"
                add_worktree(repository, Path(attempt.worktree), attempt.branch, base, reason)
            batch = _equipped(work, objects, batch)
            if prepare:
                prepare(objects, batch)
            _hold(spec, batch)
        except BaseException:
            roll_back(work, batch)
            raise
    work.store.set_phase(batch.id, Phase.OPEN)
    return replace(batch, phase=Phase.OPEN)


def _hold(spec: Spec, batch: Batch) -> None:
    if spec.state is None:
        return
    document = state.read(spec.root / spec.state)
    if document is not None:
        numbers = {attempt.index: attempt.number for attempt in batch.attempts}
        state.write(spec.root / spec.state, state.hold(document, batch=batch.id, numbers=numbers))


def _drafted(
    work: Workplace,
    objects: Objects,
    spec: Spec,
    listed: TaskList,
    tasks: Sequence[Task],
    *,
    base: str,
    target: str,
    handler: Handler,
) -> Batch:
    name = names.batch_id(base, work.store.count_on(base) + 1)
    folder = names.worktree_folder(str(work.repository.top), name)
    slugs = _slugs(tasks)
    attempts = tuple(
        Attempt(
            index=task.index,
            id=task.id,
            title=task.title,
            worktree=str(folder / slugs[task.index]),
            branch=f"ralph/{name}/{slugs[task.index]}",
            number=number(listed.text, task.line, handler),
        )
        for task in tasks
    )
    return Batch(
        id=name,
        base=base,
        target=target,
        top=str(work.repository.top),
        tasks=spec.tasks,
        kind=spec.kind,
        dialect=listed.dialect,
        handler=handler,
        started=now(),
        copied=_copied(work.repository, objects, spec),
        attempts=attempts,
        phase=Phase.OPENING,
    )


def _slugs(tasks: Sequence[Task]) -> Mapping[int, str]:
    """A folder and branch name for each task; two that come out alike get their index."""
    plain = {task.index: names.slug(task.index, task.id) for task in tasks}
    taken = [slug.casefold() for slug in plain.values()]
    return {index: slug if taken.count(slug.casefold()) == 1 else f"{slug}-{index}" for index, slug in plain.items()}


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
    with ThreadPoolExecutor(max_workers=4) as pool:
        # Copies come from one git conversation, which one thread at a time may hold: so blobs are read before.
        blobs = {path: objects.blob(blob) for path, blob in batch.copied.items()}
        results = list(pool.map(lambda attempt: equip(blobs, batch, attempt, work.config), batch.attempts))
    for attempt, (made, complaint) in zip(batch.attempts, results, strict=True):
        changed = replace(attempt, made=made)
        if complaint is not None:
            changed = replace(changed, state=State.FAILED, message=complaint)
        work.store.put_attempt(batch.id, changed)
        batch = batch.with_attempt(changed)
    return batch
