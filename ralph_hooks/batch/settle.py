"""What follows once the target has moved: untracked spec files, the state file, the store. Each is safe to repeat."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from ralph_hooks.batch.journal import file_journal
from ralph_hooks.batch.model import Phase
from ralph_hooks.batch.move import DiskEdit, Move, StateEdit
from ralph_hooks.batch.workplace import Workplace
from ralph_hooks.errors import RalphError
from ralph_hooks.git.merge import merge_texts
from ralph_hooks.git.objects import Objects
from ralph_hooks.git.refs import RefSession
from ralph_hooks.records import NamedTuple
from ralph_hooks.spec import state


class Settled(NamedTuple):
    """What could not be done after the target had moved.

    `pages`: it was the list or the log, so nothing is complete. `due`: the disk refused something, so the journal
    stays, and the next command tries again.
    """

    warnings: tuple[str, ...]
    pages: bool
    due: bool


class _Failure(NamedTuple):
    """One thing that could not be done. `due`: it was the disk that refused."""

    what: str
    due: bool


def settle(work: Workplace, objects: Objects, refs: RefSession, move: Move, journal: str) -> Settled:
    """Steps 8 to 10: untracked spec files, state file, store, and the journal becomes history.

    Each is safe to repeat.
    """
    pages = tuple(_edit_disk(objects, move.disk))
    failures = (*pages, *_edit_state(move.state))
    due = any(failure.due for failure in failures)
    if move.kind == "land" and move.batch and move.landing:
        if work.store.record(move.batch.id) is None:
            work.store.add(move.batch)
        work.store.put_landing(move.batch, move.landing, move.ended or "")
    elif move.kind == "undo":
        work.store.set_phase(move.key, Phase.UNDONE, move.ended)
    if not due:
        file_journal(objects.repository, refs, move, journal)
    return Settled(tuple(failure.what for failure in failures), bool(pages), due)


def _edit_disk(objects: Objects, edits: Iterable[DiskEdit]) -> Iterator[_Failure]:
    for edit in edits:
        path = Path(edit.path)
        before, after = (None if blob is None else objects.blob(blob) for blob in (edit.before, edit.after))
        try:
            now = path.read_bytes() if path.exists() else None
            wanted = after if now in {before, after} else _on_top(objects, edit, before, after, now)
            if wanted is None:
                path.unlink(missing_ok=True)
            elif wanted != now:
                _replace(path, wanted)
        except OSError as error:
            yield _Failure(f"{path} could not be written: {error.strerror}", due=True)
        except RalphError as error:
            yield _Failure(str(error), due=False)


def _on_top(
    objects: Objects, edit: DiskEdit, before: bytes | None, after: bytes | None, now: bytes | None
) -> bytes | None:
    """The edit on top of what somebody else has made of the file meanwhile."""
    if now is None:
        return after
    merged = after and merge_texts(objects.repository, before or b"", now, after, union=edit.union)
    if not merged:
        raise RalphError(f"{edit.path} was edited meanwhile, so it was left as it is", "edit it by hand")
    return merged


def _replace(path: Path, content: bytes) -> None:
    scratch = path.with_name(f"{path.name}.ralph")
    scratch.write_bytes(content)
    if path.exists():
        scratch.chmod(path.stat().st_mode)
    scratch.replace(path)


def _edit_state(edit: StateEdit | None) -> Iterator[_Failure]:
    if edit is None:
        return
    try:
        document = state.read(Path(edit.path))
        if document is not None:
            changed = state.revert(document, edit.change) if edit.back else state.apply(document, edit.change)
            if changed != document:
                state.write(Path(edit.path), changed)
            else:
                state.clean(Path(edit.path))
    except state.StateError as error:
        yield _Failure(str(error), due=isinstance(error, state.DiskError))
