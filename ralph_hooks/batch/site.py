"""The place of a landing as it was found: the target's tip, its checkout, and what the spec's pages say there."""

from __future__ import annotations

from ralph_hooks.batch.leaks import Leaks, find_leaks
from ralph_hooks.batch.listing import read_list
from ralph_hooks.batch.model import Batch
from ralph_hooks.batch.pages import Binder, Kept, Pages, decode, kept, page_text, spec_of
from ralph_hooks.batch.workplace import Workplace
from ralph_hooks.errors import RefusedError
from ralph_hooks.git.objects import REGULAR, Objects
from ralph_hooks.git.repository import Repository
from ralph_hooks.git.worktrees import Worktree
from ralph_hooks.records import NamedTuple
from ralph_hooks.tasklist.lookup import same_task
from ralph_hooks.tasklist.model import Task, TaskList


class Site(NamedTuple):
    """`place` has the target checked out, None when no worktree has; `standing`: all worktrees.

    `loose`: pages that git does not keep, as on disk.
    """

    repository: Repository
    place: Repository | None
    tip: str
    binder: Binder
    pages: Pages
    loose: Pages
    listed: TaskList
    leaks: Leaks
    standing: tuple[Worktree, ...]
    rooted: bool  # the tip has the recorded base in its history; False: somebody rewound it


def look(
    work: Workplace, objects: Objects, batch: Batch, place: Repository | None, standing: tuple[Worktree, ...]
) -> Site:
    """Look at the target; `place` and `standing` as in `Site`.

    Raises RefusedError when the branch or the list is gone, or somebody has edited the list.
    """
    heads = (tree.head for tree in standing if tree.branch == batch.target and tree.head != work.repository.zero)
    tip = next(heads, None) or work.repository.commit(batch.target)
    if tip is None:
        raise RefusedError(f"the branch {batch.target} is gone", f"make it again: git branch NAME {batch.base}")
    tree = objects.tree_of(tip)
    binder, loose = _find_pages(objects, place or work.repository, batch, tree)
    pages = binder.read(objects, tree, batch)
    listed = pages.list or loose.list
    if listed is None:
        raise RefusedError(f"the task list {batch.tasks} is not in {batch.target}", "commit it there first")
    leaks = find_leaks(objects, batch, place, binder, pages) if place else Leaks()
    rooted = tip == batch.base or work.repository.contains(tip, batch.base)
    return Site(work.repository, place, tip, binder, pages, loose, listed, leaks, standing, rooted)


def tasks_of(site: Site, batch: Batch) -> dict[int, Task]:
    """The tasks of the batch as the list at the tip has them, by index of the attempt. One may have vanished."""
    found = ((a.index, same_task(site.listed, a.index, a.id, a.title)) for a in batch.attempts)
    return {index: task for index, task in found if task is not None}


def _find_pages(objects: Objects, top: Repository, batch: Batch, tree: str) -> tuple[Binder, Pages]:
    """Which pages git keeps, and what the others hold on disk. A missing log is made in git, unless it is ignored."""
    spec = spec_of(batch)
    entry = objects.entry(tree, spec.tasks)
    tracked = entry is not None and entry.mode in REGULAR
    listed = None
    if not tracked and kept(top, spec.tasks) is Kept.IGNORED:
        listed = read_list(objects, batch, decode((top.top / spec.tasks).read_bytes()))
    log, logged = spec.progress, None
    if log and page_text(objects, tree, log) is None:
        how = kept(top, log)
        if how in {Kept.IGNORED, Kept.UNTRACKED}:
            logged = decode((top.top / log).read_bytes())
        if how is not Kept.MISSING or _is_ignored(top, log):
            log = None
    return Binder(spec.tasks if tracked else None, log), Pages(listed, logged)


def _is_ignored(repository: Repository, path: str) -> bool:
    return repository.git("check-ignore", "--quiet", "--", path, accept=(0, 1, 128)).status == 0
