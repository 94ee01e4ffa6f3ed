"""The task list of a batch, as it was read when the batch was opened.

Most landings find the list as the start left it. To read it again is to import `markdown-it-py` and to parse: a fifth
of a landing. What is kept is an object of git's that the record of the batch names and pins, so nobody can put
something else in its place; and it says which text it was read from, so nothing has to be thrown away in time.
"""

from __future__ import annotations

import json
from contextlib import suppress

from ralph_hooks import __version__
from ralph_hooks.batch.model import Batch
from ralph_hooks.errors import RalphError
from ralph_hooks.git.objects import Objects
from ralph_hooks.git.pack import object_id
from ralph_hooks.tasklist.document import as_document, from_document
from ralph_hooks.tasklist.model import Dialect, TaskList


def keep(objects: Objects, listed: TaskList) -> str:
    """Store what `listed` was read as; gives the blob."""
    document = {"of": _key(listed.text, listed.dialect)} | as_document(listed)
    return objects.write("blob", json.dumps(document).encode())


def read_list(objects: Objects, batch: Batch, text: str) -> TaskList:
    """`parse(text, …)` in the dialect of the batch, without parsing where that list was kept."""
    dialect = Dialect(batch.dialect)
    with suppress(RalphError, ValueError, TypeError, KeyError):  # by a ralph-hooks that kept another shape
        document = json.loads(objects.blob(batch.listing)) if batch.listing else None
        if document and document["of"] == _key(text, dialect):
            return from_document(document, text)
    from ralph_hooks.tasklist.parse import parse  # noqa: PLC0415 - 40 ms with markdown-it-py

    return parse(text, dialect)


def _key(text: str, dialect: Dialect) -> list[str]:
    """Another version of ours may read the same text as another list."""
    return [__version__, dialect, object_id("sha256", "blob", text.encode("utf-8", "surrogateescape"))]
