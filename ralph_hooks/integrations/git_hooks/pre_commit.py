"""pre-commit: the facts about a commit in an executor's worktree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from ralph_hooks.batch.model import is_made
from ralph_hooks.batch.pages import decode, spec_of
from ralph_hooks.batch.scope import lane_of, strays
from ralph_hooks.git.diff import Change
from ralph_hooks.git.index import staged_changes
from ralph_hooks.git.objects import REGULAR, Entry
from ralph_hooks.integrations.git_hooks.checks.commit import Facts, Found, check
from ralph_hooks.integrations.git_hooks.checks.verdict import PASSED, Verdict
from ralph_hooks.integrations.git_hooks.standing import Standing, standing, tasks_of
from ralph_hooks.tasklist.model import Dialect, Task
from ralph_hooks.tasklist.units import Differences, differences


def run(args: Sequence[str], cwd: Path) -> Verdict:  # noqa: ARG001 - as all hooks
    with standing(cwd) as here:
        return verdict(here, tasks_of(here)) if here else PASSED


def verdict(here: Standing, tasks: Mapping[int, Task]) -> Verdict:
    """What of the index may be committed here. `tasks`: those of the batch, by index."""
    return check(_facts(here, tasks))


def _facts(here: Standing, tasks: Mapping[int, Task]) -> Facts:
    batch, attempt, config = here.batch, here.attempt, here.config
    changes = staged_changes(here.repository)
    made = attempt.made if attempt else ()
    lane = lane_of(attempt.index if attempt else None, tasks)
    changed, found = _list(here, changes.get(batch.tasks))
    return Facts(
        task=attempt.name if attempt else None,
        own=here.branch,
        branch=here.repository.branch() or _rebased_branch(here),
        strays=strays(lane, spec_of(batch), [path for path in changes if not is_made(path, made)]),
        tasks=batch.tasks,
        lines=_foreign(here, changed.tasks),
        elsewhere=changed.elsewhere,
        found=found,
        strict=config.scope == "strict",
    )


def _rebased_branch(here: Standing) -> str | None:
    from ralph_hooks.git.worktrees import rebased_branch  # noqa: PLC0415 - only where no branch is checked out

    return rebased_branch(here.repository)


def _foreign(here: Standing, names: Sequence[str]) -> tuple[str, ...]:
    """Of the tasks whose lines were changed, those that are not the executor's own.

    Where its task is not known yet, it is one of the batch.
    """
    if here.attempt:
        return tuple(name for name in names if name != here.attempt.name)
    batch = {attempt.name for attempt in here.batch.attempts}
    return tuple(names) if len(names) > 1 or not batch.issuperset(names) else ()


def _list(here: Standing, change: Change | None) -> tuple[Differences, Found]:
    if change is None:
        return Differences((), elsewhere=False), Found()
    from ralph_hooks.integrations.git_hooks.checks.markers import new_findings  # noqa: PLC0415 - all rules of lint
    from ralph_hooks.tasklist.parse import parse  # noqa: PLC0415 - 40 ms with markdown-it-py

    batch, config = here.batch, here.config
    dialect = Dialect(batch.dialect)
    before, after = _text(here, change.old), _text(here, change.new)
    found = new_findings(batch.tasks, (before, after), dialect, config.ignore, config.fail_on)
    return differences(parse(before, dialect), parse(after, dialect)), found


def _text(here: Standing, entry: Entry | None) -> str:
    if entry is None or entry.mode not in REGULAR:
        return ""
    return decode(here.repository.git("cat-file", "blob", entry.oid).stdout)
