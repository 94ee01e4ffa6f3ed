"""A move of the target branch with all that belongs to it, as data. Landings, undos and ticks are moves.

A move is planned whole, written down (`journal.py`), and then carried out in a fixed order: refs and worktree
(`advance.py`), then what follows from them (`settle.py`). Whatever dies on the way, `recover.py` reads the journal and
either finishes the move or takes it back; it builds nothing anew.
"""

from __future__ import annotations

from typing import Any

from ralph_hooks.batch import names
from ralph_hooks.batch.model import Batch, Landing
from ralph_hooks.git.refs import RefUpdate
from ralph_hooks.records import NamedTuple
from ralph_hooks.spec.state import Change


class DiskEdit(NamedTuple):
    """A file that git does not track, from blob `before` (None: missing) to blob `after` (None: removed)."""

    path: str  # absolute
    before: str | None
    after: str | None
    union: bool = False  # a log: where somebody else appended meanwhile, keep both


class StateEdit(NamedTuple):
    """The verdict for the stop-handler. `back`: take it back instead of writing it."""

    path: str  # absolute
    change: Change
    back: bool = False

    def as_json(self) -> dict[str, Any]:
        return self._asdict() | {"change": self.change.to_json()}


class Move(NamedTuple):
    """A planned move of `target` from `old` to `new` (equal: only what goes with it)."""

    kind: str  # "land", "undo" or "tick"
    key: str  # the batch, or for a tick the new commit: names the journal
    target: str
    old: str
    new: str
    top: str | None  # the worktree that has the target checked out
    refs: tuple[RefUpdate, ...] = ()
    conflicts: tuple[tuple[int, str], ...] = ()  # of parked tasks: index, tree with conflict markers
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
        return self._asdict() | {
            "refs": [update._asdict() for update in self.refs],
            "disk": [edit._asdict() for edit in self.disk],
            "state": self.state and self.state.as_json(),
            "batch": self.batch and self.batch.as_json(),
            "landing": self.landing and self.landing.as_json(),
        }

    @staticmethod
    def from_json(document: dict[str, Any]) -> Move:
        edit = document["state"]
        return Move(
            **{
                **document,
                "refs": tuple(RefUpdate(**item) for item in document["refs"]),
                "conflicts": tuple((index, tree) for index, tree in document["conflicts"]),
                "saved": tuple((path, blob) for path, blob in document["saved"]),
                "disk": tuple(DiskEdit(**item) for item in document["disk"]),
                "state": edit and StateEdit(edit["path"], Change.from_json(edit["change"]), edit["back"]),
                "batch": document["batch"] and Batch.from_json(document["batch"]),
                "landing": document["landing"] and Landing.from_json(document["landing"]),
            }
        )
