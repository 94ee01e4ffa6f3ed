"""The task list of a batch, as it was read when the batch was opened.

Most landings find the list as the start left it. To read it again is to import `markdown-it-py` and to parse: a fifth
of a landing. What is kept is named by the content that it was read from, so nothing has to be thrown away in time; and
whatever cannot be used, of whatever age and whoever wrote it, is as good as missing.
"""

from __future__ import annotations

import json
import os
from contextlib import suppress
from pathlib import Path

from ralph_hooks import __version__
from ralph_hooks.git.pack import object_id
from ralph_hooks.tasklist.document import as_document, from_document
from ralph_hooks.tasklist.model import Dialect, TaskList

NAME = "list.json"  # below our folder in the git common dir; one batch is open at a time


def keep(folder: Path, listed: TaskList) -> None:
    """Keep what `listed` was read as. That it cannot be kept costs a landing its time, and no more."""
    path = folder / NAME
    fresh = path.with_name(f"{NAME}.{os.getpid()}")
    with suppress(OSError):
        fresh.write_text(json.dumps({"of": _key(listed.text, listed.dialect)} | as_document(listed)))
        fresh.replace(path)


def read_list(folder: Path, text: str, dialect: Dialect) -> TaskList:
    """`parse(text, dialect)`, without parsing where that list was kept."""
    with suppress(OSError, ValueError, TypeError, KeyError, RecursionError):
        document = json.loads((folder / NAME).read_bytes())
        if document["of"] == _key(text, dialect):
            return from_document(document, text)
    from ralph_hooks.tasklist.parse import parse  # noqa: PLC0415 - 40 ms with markdown-it-py

    return parse(text, dialect)


def _key(text: str, dialect: Dialect) -> list[str]:
    """Another version of ours may read the same text as another list."""
    return [__version__, dialect, object_id("sha256", "blob", text.encode("utf-8", "surrogateescape"))]
