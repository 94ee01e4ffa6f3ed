"""What must not be pushed: the branches of executors, our own refs, and the target while a batch is open for it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ralph_hooks.batch.names import EXECUTORS, ROOT
from ralph_hooks.integrations.git_hooks.checks.verdict import Refusal, Verdict
from ralph_hooks.records import NamedTuple


class Update(NamedTuple):
    """One line that git gives to a pre-push hook. `local` is a ref as the user named it, `HEAD` too."""

    local: str
    new: str
    remote: str
    old: str

    @property
    def deletes(self) -> bool:
        return set(self.new) == {"0"}


def read(lines: Iterable[str]) -> tuple[Update, ...]:
    return tuple(Update(*words) for words in (line.split(" ") for line in lines) if len(words) == 4)


def check(updates: Iterable[Update], *, head: str | None, target: str | None) -> Verdict:
    """`head`: the branch that is checked out; `target`: that of the open batch. Both full names."""
    return Verdict(tuple(refusal for update in updates for refusal in _refusals(update, head, target)))


def _refusals(update: Update, head: str | None, target: str | None) -> Iterator[Refusal]:
    local = head if update.local in {"HEAD", "@"} and head else update.local
    names = dict.fromkeys([update.remote] if update.deletes else [local, update.remote])
    # Taking one away from the remote again is what one wants after it has got there.
    private = None if update.deletes else next((name for name in names if name.startswith((*EXECUTORS, ROOT))), None)
    if private is not None:
        what = "is ralph-hooks' own" if private.startswith(ROOT) else "is an executor's, and not finished"
        yield Refusal(f"{private} {what}", "land it (`ralph-hooks land`) and push the target")
    elif target in names:
        todo = "push after `ralph-hooks land` or `abort`; git push --no-verify pushes it as it is"
        yield Refusal(f"a batch is open for {target}", todo)
