"""The lists and state files in the index, for a hook that looks at what is about to be committed."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from ralph_hooks.git.index import commit_index
from ralph_hooks.git.repository import Repository, open_repository
from ralph_hooks.lint import discover, files
from ralph_hooks.lint.model import Surroundings
from ralph_hooks.lint.run import Listed, state_beside
from ralph_hooks.spec.locate import STATE


def staged(cwd: Path, excluded: Sequence[str]) -> list[Listed]:
    """Every list in the index, with what the index has beside it; also a folder that has a state file and no list."""
    repository = open_repository(cwd)
    blobs = _blobs(repository)
    paths = [PurePosixPath(path) for path in blobs]
    folders = sorted({path.parent for path in paths if path.name in {discover.LIST, STATE}})
    found = [_listed(folder, repository, blobs, cwd) for folder in folders]
    return [one for one in found if not discover.excluded(one.target, excluded)]


def _listed(folder: PurePosixPath, repository: Repository, blobs: Mapping[str, str], cwd: Path) -> Listed:
    target = discover.target(str(repository.top / folder / discover.LIST), cwd, repository.top)
    beside = frozenset(PurePosixPath(path).name for path in blobs if PurePosixPath(path).parent == folder)
    blob = blobs.get(str(folder / discover.LIST))
    source = files.decode(_content(repository, blob)) if blob else files.Source("")
    state = blobs.get(str(folder / STATE))
    said = _document(_content(repository, state)) if state else state_beside(target.path)
    return Listed(target, source, Surroundings(target.shown, said, beside))


def _blobs(repository: Repository) -> dict[str, str]:
    """Path → blob of every regular file in the index."""
    records = repository.git("ls-files", "--stage", "-z", env=commit_index(repository)).records
    entries = (record.partition("\t") for record in records)
    return {path: head.split()[1] for head, _, path in entries if head.startswith("100")}


def _content(repository: Repository, blob: str) -> bytes:
    return repository.git("cat-file", "blob", blob).stdout


def _document(content: bytes) -> dict[str, Any] | None:
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) else None
