"""One attempt as one change on its base, without what is not the attempt's to change.

The base is the one that was recorded at the start. An attempt that has since taken in a newer target, by a merge or by
rebasing onto it, has that as its base: a commit that the target, the attempt and the recorded base all agree on. What
came along is then nobody's change, as in `git merge --squash`. No branch name and no guess enters.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from ralph_hooks.batch.message import CommitText, read_commit
from ralph_hooks.batch.model import Attempt, is_made
from ralph_hooks.git.diff import Diff, diff_trees, renames
from ralph_hooks.git.merge import scratch_commit
from ralph_hooks.git.names import is_forbidden
from ralph_hooks.git.objects import Objects
from ralph_hooks.git.repository import Repository
from ralph_hooks.records import NamedTuple

_Walk = Mapping[str, tuple[str, ...]]  # commit -> parents


class Squash(NamedTuple):
    """An attempt's change. `commit` is for the merge: it has the tree of the change, and `base` as its merge base."""

    attempt: Attempt
    base: str
    head: str
    commit: str
    tree: str
    change: Diff  # diff(base, tree)
    dropped: Diff  # what it changed beyond that: the spec's own files, what setup made
    history: tuple[CommitText, ...]  # the attempt's own commits, oldest first, without merges


class Misfit(NamedTuple):
    """An attempt that cannot be squashed, and why."""

    attempt: Attempt
    head: str
    reason: str
    paths: tuple[str, ...] = ()


class Ends(NamedTuple):
    """The recorded base and the target's tip; `since`: what heads change against that base, as far as it is known."""

    base: str
    tip: str
    since: Callable[[], Mapping[str, Diff]] = dict


def squash_all(
    objects: Objects, ends: Ends, heads: Sequence[tuple[Attempt, str]], own: Callable[[str], bool]
) -> tuple[list[Squash], list[Misfit]]:
    """Squash each (attempt, head); `own` names the spec's own files.

    The number of git processes does not depend on the number of attempts, as long as none of them merged anything.
    """
    repository, (base, tip, _) = objects.repository, ends
    walk = _walk(repository, base, tip, [head for _, head in heads])
    objects.load([base, *walk])
    looks = [_foreign(walk, heads, look) or look for look in _looks(objects, base, tip, walk, heads)]
    fitting = [look for look in looks if not isinstance(look, Misfit)]
    changes = zip(fitting, *_changes(objects, ends, fitting), strict=True)
    made = [_squash(objects, walk, look, change, came_along, own) for look, change, came_along in changes]
    squashes = [item for item in made if isinstance(item, Squash)]
    return squashes, [item for item in (*looks, *made) if isinstance(item, Misfit)]


def _changes(objects: Objects, ends: Ends, looks: Sequence[_Look]) -> tuple[list[Diff], list[Diff]]:
    """What each head changes against its base, and what that base has beyond the recorded one."""
    since, recorded = ends.since(), objects.tree_of(ends.base)
    known = [since.get(look.head) if look.base == ends.base else None for look in looks]
    asked = [look for look, change in zip(looks, known, strict=True) if change is None]
    pairs = [(objects.tree_of(look.base), objects.tree_of(look.head)) for look in asked]
    along = [(recorded, objects.tree_of(look.base)) for look in asked]
    diffs = iter(diff_trees(objects, [*pairs, *along]))
    changes = [next(diffs) if change is None else change for change in known]
    return changes, [next(diffs) if change is None else {} for change in known]


def _looks(
    objects: Objects, base: str, tip: str, walk: _Walk, heads: Sequence[tuple[Attempt, str]]
) -> Iterator[_Look | Misfit]:
    return (_look(objects, base, tip, walk, attempt, head) for attempt, head in heads)


def _foreign(walk: _Walk, heads: Sequence[tuple[Attempt, str]], look: _Look | Misfit) -> Misfit | None:
    """An attempt that has taken in all that another one did: what of it is its own cannot be told."""
    reached = {*_reach(walk, look.head)} - {look.head}
    other = next((attempt for attempt, head in heads if head in reached), None)
    if other is None or isinstance(look, Misfit):
        return None
    return Misfit(look.attempt, look.head, f"holds the commits of task {other.name}, which are not its own")


class _Look(NamedTuple):
    """An attempt whose history allows a squash, and the base of its change."""

    attempt: Attempt
    head: str
    base: str


def _look(objects: Objects, base: str, tip: str, walk: _Walk, attempt: Attempt, head: str) -> _Look | Misfit:
    repository = objects.repository
    ends = {parent for commit in _reach(walk, head) for parent in walk[commit] if parent not in walk}
    if head == base or ends == {base}:
        return _Look(attempt, head, base)
    if not repository.contains(head, base):
        return Misfit(attempt, head, "its branch does not descend from the base that was recorded at the start")
    found = repository.git("merge-base", "--all", tip, head, accept=(0, 1)).text.split()
    if len(found) > 1:
        return Misfit(attempt, head, "its history criss-crosses with the target's: there is more than one merge base")
    newer = bool(found) and repository.contains(found[0], base)
    return _Look(attempt, head, found[0] if newer else base)


def _squash(
    objects: Objects, walk: _Walk, look: _Look, change: Diff, came_along: Diff, own: Callable[[str], bool]
) -> Squash | Misfit:
    attempt, head, tree = look.attempt, look.head, objects.tree_of(look.head)
    drop = {path: item.old for path, item in change.items() if own(path) or is_made(path, attempt.made)}
    taken_back = _taken_back(objects, look, change, came_along) - drop.keys()
    if taken_back:
        listed = ", ".join(sorted(taken_back)[:5])
        reason = f"when it took in the newer target, it took somebody's change to it back: {listed}"
        return Misfit(attempt, head, reason, tuple(sorted(taken_back)))
    forbidden = tuple(path for path, item in change.items() if item.new and is_forbidden(path, item.new.mode))
    if forbidden:
        return Misfit(attempt, head, f"holds a name that git does not check out: {forbidden[0]!r}", forbidden)
    try:
        tree = objects.edit_tree(tree, drop) if drop else tree
    except ValueError:
        return Misfit(attempt, head, "replaces a folder that holds the spec's own files by something else")
    return Squash(
        attempt=attempt,
        base=look.base,
        head=head,
        # Where nothing is dropped the head itself has this tree, and the base as its merge base with every tip to come.
        commit=objects.write("commit", scratch_commit(tree, (look.base,))) if drop else head,
        tree=tree,
        change={path: item for path, item in change.items() if path not in drop},
        dropped={path: item for path, item in change.items() if path in drop},
        history=tuple(read_commit(objects.raw_commit(oid)) for oid in _own_commits(walk, head)),
    )


def _taken_back(objects: Objects, look: _Look, change: Diff, came_along: Diff) -> set[str]:
    """Paths of the newer target that stand again as they were at the recorded base: `merge -s ours`, `checkout --ours`.

    That may be meant. But it is how agents silently revert each other's work, so a person is to say so.
    """
    back = {path for path, item in came_along.items() if path in change and change[path].new == item.old}
    if back:
        trees = (objects.tree_of(look.base), objects.tree_of(look.head))
        back -= {rename.source for rename in renames(objects, [trees])[0]}
    return back


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
