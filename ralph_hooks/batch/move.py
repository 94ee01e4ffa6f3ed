"""Moving the target branch together with all that belongs to the move, so that no crash leaves half of it.

A move is planned whole, written down as a journal (a commit under `refs/ralph/landing/`), and then carried out in a
fixed order. Whatever dies on the way, `recover` reads the journal and either finishes the move or takes it back; it
builds nothing anew. Landings, undos and ticks are moves.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ralph_hooks.batch import names
from ralph_hooks.batch.model import Batch, Landing, Phase
from ralph_hooks.batch.workplace import Workplace
from ralph_hooks.errors import RalphError, RefusedError
from ralph_hooks.git.checkout import Checkout, lock_checkout, obstacles
from ralph_hooks.git.diff import Diff, diff_trees
from ralph_hooks.git.merge import merge_texts, scratch_commit
from ralph_hooks.git.objects import REGULAR, TREE, Entry, Objects
from ralph_hooks.git.process import GitError
from ralph_hooks.git.refs import RefUpdate, move_refs, ref_transaction
from ralph_hooks.git.repository import Repository, open_repository
from ralph_hooks.spec import state
from ralph_hooks.spec.state import Change


@dataclass(frozen=True, slots=True)
class DiskEdit:
    """A file that git does not track, from blob `before` (None: missing) to blob `after` (None: removed)."""

    path: str  # absolute
    before: str | None
    after: str | None
    union: bool = False  # a log: where somebody else appended meanwhile, keep both


@dataclass(frozen=True, slots=True)
class StateEdit:
    """The verdict for the stop-handler. `back`: take it back instead of writing it."""

    path: str  # absolute
    change: Change
    back: bool = False


@dataclass(frozen=True, slots=True)
class Move:
    """A planned move of `target` from `old` to `new` (equal: only what goes with it)."""

    kind: str  # "land", "undo" or "tick"
    key: str  # the batch, or for a tick the new commit: names the journal
    target: str
    old: str
    new: str
    top: str | None  # the worktree that has the target checked out
    refs: tuple[RefUpdate, ...] = ()
    saved: tuple[tuple[str, str], ...] = ()  # spec files that the sync takes back: path, blob that stands there
    disk: tuple[DiskEdit, ...] = ()
    state: StateEdit | None = None
    batch: Batch | None = None
    landing: Landing | None = None
    ended: str | None = None

    @property
    def journal(self) -> str:
        return names.JOURNAL + self.key

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @staticmethod
    def from_json(document: dict[str, Any]) -> Move:
        edit = document["state"]
        return Move(
            **{
                **document,
                "refs": tuple(RefUpdate(**item) for item in document["refs"]),
                "saved": tuple((path, blob) for path, blob in document["saved"]),
                "disk": tuple(DiskEdit(**item) for item in document["disk"]),
                "state": edit and StateEdit(edit["path"], Change.from_json(edit["change"]), edit["back"]),
                "batch": document["batch"] and Batch.from_json(document["batch"]),
                "landing": document["landing"] and Landing.from_json(document["landing"]),
            }
        )


def carry_out(work: Workplace, objects: Objects, move: Move) -> Settled:
    """Do all of `move`, in the durable order.

    Raises RefusedError when the target cannot be moved; then nothing has changed.
    """
    write_journal(objects, move)
    advance_or_drop(objects, move)
    return settle(work, objects, move)


def advance_or_drop(objects: Objects, move: Move) -> None:
    """`advance`; the journal goes only if the move was refused as a whole. Otherwise `recover` needs it."""
    try:
        advance(objects, move)
    except RefusedError:
        drop_journal(objects.repository, move)
        raise


def write_journal(objects: Objects, move: Move) -> None:
    """Steps 3 and 4: everything that the move needs is in one pack on the disk, then the journal ref names it."""
    entries = {"move.json": Entry(REGULAR[0], objects.write("blob", json.dumps(move.as_json()).encode()))}
    blobs = {blob for edit in move.disk for blob in (edit.before, edit.after) if blob} | {
        blob for _, blob in move.saved
    }
    if blobs:
        entries["blobs"] = Entry(TREE, objects.write_tree({blob: Entry(REGULAR[0], blob) for blob in blobs}))
    parents = dict.fromkeys([move.new, move.old, *(update.new for update in move.refs if update.new)])
    journal = objects.write("commit", scratch_commit(objects.write_tree(entries), tuple(parents)))
    _make_durable(objects.repository, journal, move.old)
    move_refs(objects.repository, "ralph-hooks: journal", [RefUpdate(move.journal, None, journal)])


def read_journal(objects: Objects, commit: str) -> Move:
    """The move that a journal commit describes."""
    entry = objects.entry(objects.tree_of(commit), "move.json")
    if entry is None:
        raise RalphError(
            f"the journal {commit} holds no move", "this is a bug: keep the repository as it is and report it"
        )
    return Move.from_json(json.loads(objects.blob(entry.oid)))


def drop_journal(repository: Repository, move: Move) -> None:
    """The move is off."""
    found = repository.git("rev-parse", "--quiet", "--verify", move.journal, accept=(0, 1)).text
    if found:
        move_refs(repository, "ralph-hooks: journal dropped", [RefUpdate(move.journal, found, None)])


def _make_durable(repository: Repository, journal: str, old: str) -> None:
    """One pack with one fsync. git does not fsync loose objects unless told to, and then one by one."""
    folder = repository.common_dir / "objects" / "pack" / "pack"
    wanted = f"{journal}\n^{old}\n".encode()
    # No deltas: the pack is there to be written once, `git gc` makes the good one.
    options = ("--revs", "-q", "--window=0", "--no-reuse-delta", "--threads=1")
    repository.git("pack-objects", *options, str(folder), stdin=wanted)


def owner(move: Move) -> str:
    """Who holds the index lock, for whoever finds it."""
    return f"{move.kind} {move.key} {os.getpid()}"


def advance(objects: Objects, move: Move) -> None:
    """Steps 5 to 7: refs prepared, worktree brought along, refs committed. Raises RefusedError with nothing changed."""
    repository = objects.repository
    place = open_repository(Path(move.top)) if move.top and move.old != move.new else None
    updates = ([RefUpdate(move.target, move.old, move.new)] if move.old != move.new else []) + list(move.refs)
    if not updates:
        return
    with ExitStack() as stack:
        checkout = stack.enter_context(lock_checkout(place, owner(move))) if place else None
        changes = _changes(objects, move)
        if checkout:
            _refuse_obstacles(checkout, changes, move)
        transaction = stack.enter_context(ref_transaction(place or repository, f"ralph-hooks: {move.kind} {move.key}"))
        with _refusing(f"{move.target} could not be moved"):
            transaction.prepare(updates)
        if checkout:
            _bring_along(objects, checkout, changes, move)
        try:
            transaction.commit()
        except GitError as error:
            if checkout:
                put_back(objects, checkout, changes, move)
            raise _refused(f"{move.target} could not be moved", error) from error


@contextmanager
def _refusing(what: str) -> Iterator[None]:
    """Before anything has changed, an error of git is a refusal."""
    try:
        yield
    except GitError as error:
        raise _refused(what, error) from error


def _refused(what: str, error: GitError) -> RefusedError:
    by_hook = "hook" in error.what + error.stderr
    todo = "the reference-transaction hook of this repository refused it" if by_hook else "mend that, then try again"
    return RefusedError(f"{what}: {error.what}", todo)


def _changes(objects: Objects, move: Move) -> Diff:
    return diff_trees(objects.repository, [(objects.tree_of(move.old), objects.tree_of(move.new))])[0]


def _refuse_obstacles(checkout: Checkout, changes: Diff, move: Move) -> None:
    """Raise RefusedError when the worktree holds anything that the move would overwrite."""
    with _refusing("the worktree cannot be looked at"):
        local = checkout.local_changes()
    found = obstacles(checkout.repository.top, changes, local, [path for path, _ in move.saved])
    if found:
        more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
        raise RefusedError(
            f"{found[0].path} {found[0].reason}{more} in {checkout.repository.top}, and {move.kind} would overwrite it",
            "commit it or move it away, then run the command again",
        )


def _bring_along(objects: Objects, checkout: Checkout, changes: Diff, move: Move) -> None:
    try:
        checkout.take_back(move.old, [path for path, _ in move.saved])
        checkout.switch(move.old, move.new)
        checkout.install()
    except (GitError, OSError) as error:
        put_back(objects, checkout, changes, move)
        what = error.what if isinstance(error, GitError) else str(error)
        raise RefusedError(f"the worktree could not be brought along: {what}", "mend that, then try again") from error


def put_back(objects: Objects, checkout: Checkout, changes: Diff, move: Move) -> None:
    """What a broken sync has brought to `new` goes back to `old`; spec files that it took back are given back."""
    checkout.bring(changes, move.old, [path for path, _ in move.saved], back=True)
    for path, blob in move.saved:
        (checkout.repository.top / path).write_bytes(objects.blob(blob))


@dataclass(frozen=True, slots=True)
class Settled:
    """What could not be done after the target had moved.

    `pages`: it was the list or the log, so nothing is complete.
    """

    warnings: tuple[str, ...]
    pages: bool


def settle(work: Workplace, objects: Objects, move: Move) -> Settled:
    """Steps 8 to 10: untracked spec files, state file, store, and the journal becomes history.

    Each is safe to repeat.
    """
    pages = tuple(_edit_disk(objects, move.disk))
    warnings = (*pages, *_edit_state(move.state))
    if move.kind == "land" and move.batch and move.landing:
        if work.store.record(move.batch.id) is None:
            work.store.add(move.batch)
        work.store.put_landing(move.batch, move.landing, move.ended or "")
    elif move.kind == "undo":
        work.store.set_phase(move.key, Phase.UNDONE, move.ended)
    _file_journal(objects.repository, move)
    return Settled(warnings, bool(pages))


def _file_journal(repository: Repository, move: Move) -> None:
    """The journal of a landing is kept: the store can be rebuilt from it, and an undo reads it."""
    journal = repository.git("rev-parse", "--verify", move.journal).text
    done = [RefUpdate(move.journal, journal, None)]
    if move.kind == "land":
        done.append(RefUpdate(names.LOG + move.key, None, journal))
    move_refs(repository, "ralph-hooks: journal filed", done)


def _edit_disk(objects: Objects, edits: Iterable[DiskEdit]) -> Iterator[str]:
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
            yield f"{path} could not be written: {error.strerror}"
        except RalphError as error:
            yield str(error)


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


def _edit_state(edit: StateEdit | None) -> Iterator[str]:
    if edit is None:
        return
    try:
        document = state.read(Path(edit.path))
        if document is not None:
            changed = state.revert(document, edit.change) if edit.back else state.apply(document, edit.change)
            if changed != document:
                state.write(Path(edit.path), changed)
    except state.StateError as error:
        yield str(error)
