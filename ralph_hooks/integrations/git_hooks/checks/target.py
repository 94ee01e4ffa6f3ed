"""Who moves the target of an open batch from an executor's worktree? Only a landing may."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from ralph_hooks.integrations.git_hooks.checks.verdict import PASSED, Refusal, Verdict
from ralph_hooks.records import NamedTuple


class Update(NamedTuple):
    """One line that git gives to a reference-transaction hook."""

    old: str
    new: str
    ref: str


def read(lines: Iterable[str]) -> tuple[Update, ...]:
    return tuple(Update(*words) for words in (line.split(" ", 2) for line in lines) if len(words) == 3)


def check(updates: Iterable[Update], target: str, allowed: Collection[str | None]) -> Verdict:
    """`allowed`: the commit that the target is on, and those that moves under way put it on, by their journals."""
    if all(update.new in allowed for update in updates if update.ref == target):
        return PASSED
    branch = target.removeprefix("refs/heads/")
    what = f"an executor moves {branch}, which a batch is open for"
    return Verdict((Refusal(what, "commit on the branch of this worktree; `ralph-hooks land` brings it there"),))
