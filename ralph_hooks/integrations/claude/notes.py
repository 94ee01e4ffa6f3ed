"""What we must remember of a batch beside the store: one small file in our folder of the git directory.

While it is there, the launcher starts us for every event; without it, for those alone that can open a batch. Losing it
costs a word to the coordinator at most. Written under the landing lock.
"""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path

from ralph_hooks.records import NamedTuple

NAME = "claude"  # `hooks/claude-event` looks for it


class Notes(NamedTuple):
    """`dirty`: what stood uncommitted in the main checkout when the batch was opened.

    `launched`: calls whose executors go on in the background. `called`: the message of the model that made the calls
    has been answered, so nobody joins any more. `refusal`: why the landing was refused, as the coordinator was told.
    """

    dirty: tuple[str, ...] = ()
    launched: tuple[str, ...] = ()
    called: bool = False
    refusal: str = ""


def exist(folder: Path) -> bool:
    return (folder / NAME).is_file()


def read(folder: Path) -> Notes:
    """The notes in `folder`; empty ones where there are none, or none that can be read."""
    try:
        document = json.loads((folder / NAME).read_bytes())
        return Notes(
            dirty=tuple(map(str, document["dirty"])),
            launched=tuple(map(str, document["launched"])),
            called=document["called"] is True,
            refusal=str(document["refusal"]),
        )
    except (OSError, ValueError, TypeError, KeyError):
        return Notes()


def write(folder: Path, notes: Notes) -> None:
    scratch = folder / f"{NAME}.new"
    scratch.write_text(json.dumps(notes._asdict()))
    scratch.replace(folder / NAME)


def remove(folder: Path) -> None:
    with suppress(FileNotFoundError):
        (folder / NAME).unlink()
