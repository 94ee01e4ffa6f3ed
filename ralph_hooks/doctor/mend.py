"""The safe fixes: they lose nothing, and what they do can be done again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from ralph_hooks.batch.recover import recover
from ralph_hooks.batch.workplace import exclusive, open_workplace
from ralph_hooks.doctor.model import Fix, Problem
from ralph_hooks.errors import RalphError
from ralph_hooks.git.repository import Repository
from ralph_hooks.integrations.install.installation import install


def mend(repository: Repository, problems: Iterable[Problem]) -> tuple[tuple[Problem, str | None], ...]:
    """Do what can be done; each problem with why it could not, None where it could. The same fix is done once."""
    done: dict[tuple[Fix, Path | None], str | None] = {}
    mended = []
    for problem in problems:
        if problem.fix is None:
            continue
        key = (problem.fix, problem.path)
        if key not in done:
            done[key] = _tried(repository, problem.fix, problem.path)
        mended.append((problem, done[key]))
    return tuple(mended)


def _tried(repository: Repository, fix: Fix, path: Path | None) -> str | None:
    try:
        _FIXES[fix](repository, path)
    except RalphError as error:
        return str(error)
    return None


def _install(repository: Repository, _: Path | None) -> None:
    install(repository, claude=False, dry_run=False)


def _recover(repository: Repository, _: Path | None) -> None:
    with open_workplace(repository.top) as work, exclusive(work):
        recover(work)


def _unlock(repository: Repository, path: Path | None) -> None:
    repository.git("worktree", "unlock", "--", str(path))


def _forget(repository: Repository, path: Path | None) -> None:
    """git forgets a worktree whose folder is gone; its branch stays."""
    repository.git("worktree", "unlock", "--", str(path), accept=(0, 128))
    repository.git("worktree", "remove", "--", str(path))


_FIXES: Mapping[Fix, Callable[[Repository, Path | None], None]] = {
    Fix.INSTALL: _install,
    Fix.RECOVER: _recover,
    Fix.UNLOCK: _unlock,
    Fix.FORGET: _forget,
}
