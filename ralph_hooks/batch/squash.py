"""One attempt as one change on its recorded base, without what is not the attempt's to change."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ralph_hooks.batch.message import CommitText, read_commit
from ralph_hooks.batch.model import Attempt
from ralph_hooks.git.diff import Diff, diff_trees
from ralph_hooks.git.merge import scratch_commit
from ralph_hooks.git.objects import Entry, Objects
from ralph_hooks.git.repository import Repository


@dataclass(frozen=True, slots=True)
class Squash:
    """An attempt's change. `commit` has the tree of the change and the base as its only parent: it exists for the merge."""

    attempt: Attempt
    head: str
    commit: str
    tree: str
    change: Diff  # diff(base, tree)
    dropped: Diff  # what the attempt changed beyond that: the spec's own files, what setup made
    history: tuple[CommitText, ...]  # the attempt's own commits, oldest first, without merges


@dataclass(frozen=True, slots=True)
class Misfit:
    """An attempt that cannot be squashed, and why."""

    attempt: Attempt
    head: str
    reason: str


def squash_all(
    objects: Objects,
    base: str,
    tip: str,
    heads: Sequence[tuple[Attempt, str]],
    own: Callable[[str], bool],
) -> tuple[list[Squash], list[Misfit]]:
    """Squash each (attempt, head) against `base`. `own` names the spec's own files; `tip` is the target.

    The number of git processes does not depend on the number of attempts, as long as none of them merged anything.
    """
    repository = objects.repository
    walk = _walk(repository, base, tip, [head for _, head in heads])
    fitting: list[tuple[Attempt, str, str | None]] = []
    misfits: list[Misfit] = []
    for attempt, head in heads:
        merged, reason = _merged_tip(repository, base, tip, head, walk)
        if reason is None:
            fitting.append((attempt, head, merged))
        else:
            misfits.append(Misfit(attempt, head, reason))
    trees = {commit: objects.tree_of(commit) for commit in {base, *(head for _, head, _ in fitting)}}
    trees |= {merged: objects.tree_of(merged) for _, _, merged in fitting if merged}
    pairs = [(trees[base], trees[commit]) for _, head, merged in fitting for commit in (head, merged or base)]
    diffs = iter(diff_trees(repository, pairs))
    squashes: list[Squash] = []
    for attempt, head, _ in fitting:
        change, came_along = next(diffs), next(diffs)
        drop = {path: entry for path, entry in _not_its_own(attempt, change, came_along, own)}
        try:
            tree = objects.edit_tree(trees[head], drop) if drop else trees[head]
        except ValueError:
            misfits.append(Misfit(attempt, head, "replaces a folder that holds the spec's own files by something else"))
            continue
        commit = objects.write("commit", scratch_commit(tree, (base,)))
        kept = {path: item for path, item in change.items() if path not in drop}
        dropped = {path: item for path, item in change.items() if path in drop and path not in came_along}
        history = tuple(read_commit(objects.raw_commit(oid)) for oid in _own_commits(walk, head))
        squashes.append(Squash(attempt, head, commit, tree, kept, dropped, history))
    return squashes, misfits


def _not_its_own(
    attempt: Attempt, change: Diff, came_along: Diff, own: Callable[[str], bool]
) -> Iterator[tuple[str, Entry | None]]:
    """The paths that stay as they are in the base, with what the base has there."""
    for path, item in change.items():
        theirs = came_along.get(path)
        # A file that the attempt left exactly as a newer target had it is not its change. Were it kept, a later revert of
        # it on the target would be undone. Only plain edits: dropping one half of a rename would make two files of one.
        follows = theirs is not None and item.old is not None and item.new is not None and theirs.new == item.new
        if follows or own(path) or is_made(path, attempt.made):
            yield path, item.old


def is_made(path: str, made: Sequence[str]) -> bool:
    """Is `path` one of those that `link`, `copy` or `setup` made, or in a folder that they made?"""
    return any(path == item or path.startswith(item.rstrip("/") + "/") for item in made)


_Walk = Mapping[str, tuple[str, ...]]


def _walk(repository: Repository, base: str, tip: str, heads: Sequence[str]) -> _Walk:
    """Parents of every commit that the heads have and neither base nor target has, newest first."""
    if not heads:
        return {}
    asked = "\n".join([f"^{base}", f"^{tip}", *heads]) + "\n"
    listed = repository.git("rev-list", "--topo-order", "--parents", "--stdin", stdin=asked.encode()).text
    lines = (line.split(" ") for line in listed.split("\n") if line)
    return {commit: tuple(parents) for commit, *parents in lines}


def _reach(walk: _Walk, head: str) -> Iterator[str]:
    """The commits of `walk` that `head` has."""
    seen, todo = set[str](), [head]
    while todo:
        commit = todo.pop()
        if commit in walk and commit not in seen:
            seen.add(commit)
            todo.extend(walk[commit])
    return (commit for commit in walk if commit in seen)


def _own_commits(walk: _Walk, head: str) -> list[str]:
    return [commit for commit in _reach(walk, head) if len(walk[commit]) < 2][::-1]


def _merged_tip(repository: Repository, base: str, tip: str, head: str, walk: _Walk) -> tuple[str | None, str | None]:
    """The newer target that the attempt has taken in, if it has; and the reason why the attempt fits no squash, if it does not."""
    if head == base:
        return None, None
    ends = {parent for commit in _reach(walk, head) for parent in walk[commit] if parent not in walk}
    if ends == {base}:
        return None, None
    if not repository.contains(head, base):
        return None, "its branch does not descend from the base that was recorded at the start"
    found = repository.git("merge-base", "--all", tip, head, accept=(0, 1)).text.split()
    if len(found) > 1:
        return None, "its history criss-crosses with the target's: there is more than one merge base"
    merged = found[0] if found else base
    return (merged if merged != base and repository.contains(merged, base) else None), None
