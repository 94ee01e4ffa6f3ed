"""Spec files that executors dirtied in the target's worktree, though their own worktree was elsewhere.

Ticks of the batch's own tasks and appended progress are taken back by the landing, which writes both itself; what stood
there is saved under a ref first. Any other edit is somebody's work, and stops the landing.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from ralph_hooks.batch.model import Attempt, Batch
from ralph_hooks.batch.pages import Binder, Pages, decode, encode, spec_of
from ralph_hooks.errors import RefusedError
from ralph_hooks.git.objects import Objects
from ralph_hooks.git.repository import Repository
from ralph_hooks.records import NamedTuple
from ralph_hooks.spec import progress
from ralph_hooks.spec.locate import temporary_files, temporary_name
from ralph_hooks.spec.progress import Fragment
from ralph_hooks.tasklist.edit import untick
from ralph_hooks.tasklist.lookup import same_task
from ralph_hooks.tasklist.model import TaskList


class Leaks(NamedTuple):
    """`saved`: tracked pages to take back, with the blob of what stands there. `log`: what was appended to the log.

    `temporary`: texts of temporary progress files by absolute path; they go once their content is in a commit.
    """

    saved: tuple[tuple[str, str], ...] = ()
    log: Fragment = Fragment()
    temporary: tuple[tuple[str, str], ...] = ()

    def of(self, attempt: Attempt) -> list[str]:
        """The temporary texts that the attempt's executor left."""
        names = {temporary_name(attempt.index), temporary_name(attempt.number)}
        return [text for path, text in self.temporary if Path(path).name in names]


def find_leaks(objects: Objects, batch: Batch, place: Repository, binder: Binder, pages: Pages) -> Leaks:
    """Look at the spec's files in the target's worktree. `pages` is what they say at the target's tip.

    Raises RefusedError where one holds an edit that no executor of the batch may have made.
    """
    saved: list[tuple[str, str]] = []
    log = Fragment()
    now = _read(place.top / binder.tasks) if binder.tasks else None
    if now is not None and pages.list and not _same(now, pages.list.text):
        _require_own_ticks(batch, place, pages.list, now)
        saved.append((batch.tasks, objects.write("blob", encode(now))))
    logged = _read(place.top / binder.log) if binder.log else None
    if logged is not None and pages.log and binder.log and not _same(logged, pages.log):
        _require_appended(place, binder.log, pages.log, logged)
        saved.append((binder.log, objects.write("blob", encode(logged))))
        log = progress.added(pages.log, logged)
    return Leaks(tuple(saved), log, tuple(_temporary(batch, place)))


def _require_own_ticks(batch: Batch, place: Repository, listed: TaskList, now: str) -> None:
    """Only the boxes of the batch's own tasks may differ: with those boxes alike, the lists are."""
    from ralph_hooks.tasklist.parse import parse  # noqa: PLC0415 - most landings find the list as the target has it

    here = parse(now, listed.dialect)
    mine = (same_task(listed, attempt.index, attempt.id, attempt.title) for attempt in batch.attempts)
    indices = {task.index for task in mine if task is not None}
    if len(here.tasks) != len(listed.tasks) or not _same(_unticked(here, indices), _unticked(listed, indices)):
        raise _edited(place, batch.tasks)


def _unticked(listed: TaskList, indices: set[int]) -> str:
    for index in indices:
        listed = listed._replace(text=untick(listed, listed.tasks[index]))
    return listed.text


def _require_appended(place: Repository, path: str, before: str, now: str) -> None:
    """Every line that the log had is still there, in its order."""
    lines = iter(_plain(now).split("\n"))
    if not all(line in lines for line in _plain(before).rstrip("\n").split("\n")):
        raise _edited(place, path)


def _edited(place: Repository, path: str) -> RefusedError:
    return RefusedError(
        f"{path} was edited in {place.top} while the batch was running, beyond ticks and appended progress",
        f"commit that edit (git commit {path}) or take it back (git restore {path}), then land again",
    )


def _temporary(batch: Batch, place: Repository) -> Iterator[tuple[str, str]]:
    spec = spec_of(batch)
    if spec.progress is None:
        return
    names = {temporary_name(number) for attempt in batch.attempts for number in (attempt.index, attempt.number)}
    for path in temporary_files(place.top / spec.directory):
        text = _read(path)
        if path.name in names and text is not None:
            yield str(path), text


def _read(path: Path) -> str | None:
    """The text of a regular file. A page that was removed or replaced by a link is for the sync to refuse."""
    return decode(path.read_bytes()) if path.is_file() and not path.is_symlink() else None


def _same(one: str, other: str) -> bool:
    return _plain(one) == _plain(other)


def _plain(text: str) -> str:
    """Without the carriage returns that `core.autocrlf` puts into a worktree."""
    return text.replace("\r\n", "\n")
