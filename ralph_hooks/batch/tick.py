"""Ticking a task that was done by hand, and committing the list with nothing else in the commit."""

from __future__ import annotations

from pathlib import Path

from ralph_hooks.batch.advance import carry_out
from ralph_hooks.batch.commits import committing
from ralph_hooks.batch.message import Signature, compose, raw_commit
from ralph_hooks.batch.move import DiskEdit, Move
from ralph_hooks.batch.pages import Binder, Kept, Pages, decode, encode, page_text, require_list, stamped
from ralph_hooks.batch.target import refuse_in_progress
from ralph_hooks.batch.workplace import Workplace
from ralph_hooks.errors import RefusedError, UsageError
from ralph_hooks.git.identity import asking_signer
from ralph_hooks.git.objects import Objects, open_objects
from ralph_hooks.git.repository import Repository
from ralph_hooks.records import NamedTuple
from ralph_hooks.spec.locate import Spec
from ralph_hooks.tasklist.lookup import find
from ralph_hooks.tasklist.model import Dialect, Task, TaskList
from ralph_hooks.tasklist.parse import parse


class Ticked(NamedTuple):
    """The task, and the commit of its tick: None where git does not keep the list."""

    task: Task
    commit: str | None


def tick(work: Workplace, spec: Spec, name: str, *, target: str, dialect: Dialect | None, has_state: bool) -> Ticked:
    """Tick the task `name` in the list of the branch `target`, which is checked out here.

    Raises UsageError for a task that is not there or is done, RefusedError while the open batch has it.
    """
    refuse_in_progress(work.repository)
    how = require_list(work.repository, spec)
    with open_objects(work.repository) as objects:
        tip = work.repository.head()
        text = decode((spec.root / spec.tasks).read_bytes())
        if how is Kept.CLEAN:
            text = page_text(objects, objects.tree_of(tip), spec.tasks) or ""
        listed = parse(text, dialect, has_state=has_state)
        task = find(listed, name)
        _require_open(work, spec, task)
        if how is Kept.IGNORED:
            return _on_disk(work, objects, spec, listed, task, tip, target)
        commit = _commit(work, objects, spec, listed, task, tip)
        carry_out(work, objects, Move("tick", f"tick-{commit}", target, tip, commit, str(work.repository.top)))
    return Ticked(task, commit)


def _require_open(work: Workplace, spec: Spec, task: Task) -> None:
    if task.done:
        raise UsageError(
            f"task {task.name} is done already (line {task.line})", "name an open one; see `ralph-hooks plan`"
        )
    batch = work.store.open_batch()
    if batch and batch.tasks == spec.tasks and task.index in {attempt.index for attempt in batch.attempts}:
        raise RefusedError(f"task {task.name} belongs to the open batch {batch.id}", "its landing ticks it")


def _commit(work: Workplace, objects: Objects, spec: Spec, listed: TaskList, task: Task, tip: str) -> str:
    with asking_signer(work.repository) as signer:
        shared = committing(objects, signer(), work.config.sign_timeout)
    pages = Pages(listed, None)
    tree = objects.tree_of(tip)
    tree = objects.edit_tree(tree, Binder(spec.tasks, None).edits(objects, tree, pages, stamped(pages, task, ())))
    who = Signature(shared.who, _time(work.repository))
    trailers = [("Ralph-Spec", Path(spec.directory).name or spec.tasks), ("Ralph-Task", task.name)]
    raw = raw_commit(tree, tip, who, who, compose(f"chore: tick {task.name} {task.title}".strip(), (), trailers))
    return shared.sign(raw) if shared.sign else objects.write("commit", raw)


def _time(repository: Repository) -> str:
    """Now, in git's form: a tick is a person's own commit."""
    return repository.git("var", "GIT_COMMITTER_IDENT").text.split("> ")[-1]


def _on_disk(
    work: Workplace, objects: Objects, spec: Spec, listed: TaskList, task: Task, tip: str, target: str
) -> Ticked:
    after = stamped(Pages(listed, None), task, ()).list or listed
    before, new = (objects.write("blob", encode(text)) for text in (listed.text, after.text))
    edit = DiskEdit(str(spec.root / spec.tasks), before, new)
    settled = carry_out(work, objects, Move("tick", f"tick-{new}", target, tip, tip, None, disk=(edit,)))
    if settled.warnings:
        raise RefusedError(
            settled.warnings[0], "mend that; the next command ticks it" if settled.due else "tick it there"
        )
    return Ticked(task, None)
