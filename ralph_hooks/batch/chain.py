"""The chain of commits of a landing: each squash merged onto the tip before it, stamped, and proved to conserve."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from ralph_hooks import progress
from ralph_hooks.batch.conserve import Evidence, Violation, needs_renames, renamed_content, violations
from ralph_hooks.batch.disjoint import Touched, disjoint
from ralph_hooks.batch.model import Attempt
from ralph_hooks.batch.pages import Binder, Pages, stamped
from ralph_hooks.batch.squash import Squash
from ralph_hooks.git.diff import Change, Diff, asking_diffs, diff_trees, renames, walk_trees
from ralph_hooks.git.merge import Merger, is_attributes, scratch_commit
from ralph_hooks.git.objects import Entry, Objects
from ralph_hooks.records import NamedTuple
from ralph_hooks.spec.progress import Fragment
from ralph_hooks.tasklist.model import Task


class Link(NamedTuple):
    """One landed task: its squash, the tree and attributes it was put on, its commit (None: nothing to commit)."""

    squash: Squash
    tree_before: str
    attributes: str  # a commit that has those of the tip
    commit: str | None
    tree: str


class Stuck(NamedTuple):
    """A squash that did not fit onto the tip. `tree` holds the files with conflict markers."""

    squash: Squash
    reason: str
    paths: tuple[str, ...]
    tree: str | None = None

    @property
    def attempt(self) -> Attempt:
        return self.squash.attempt


class Chain(NamedTuple):
    """All of it. `tip` is where the target is to go, `tree` what stands there, `pages` what the spec's pages say."""

    links: tuple[Link, ...]
    stuck: tuple[Stuck, ...]
    tip: str
    tree: str
    pages: Pages


class Plan(NamedTuple):
    """What a chain is made from: base, tip, the squashes in task order, and what is stamped for each."""

    base: str
    tip: str
    squashes: tuple[Squash, ...]
    binder: Binder
    pages: Pages
    tasks: Mapping[int, Task]  # the list's tasks at the tip, by index of the attempt
    fragments: Mapping[int, Sequence[Fragment]]
    rooted: bool  # the tip still has the base in its history
    commit: Callable[[Squash, str, str], str]  # (squash, tree, parent) -> commit


class Proof(NamedTuple):
    """Whether a chain conserves. `broken`: the first link that does not; `change`: what all before it change."""

    broken: Stuck | None
    change: Diff


def build(objects: Objects, merger: Merger, plan: Plan, parked: Sequence[Stuck]) -> Chain:
    """Make the chain, without what is `parked`, and without what conflicts. It is still to be proved."""
    known = {stuck.attempt.index for stuck in parked}
    tip = _link_up(objects, merger, plan, known)
    return Chain(tip.links, (*tip.stuck, *parked), tip.commit, tip.tree, tip.pages)


def likely(plan: Plan) -> frozenset[str]:
    """The paths that a chain of this plan is likely to change: a merge may find others, and a squash may not fit."""
    return plan.binder.paths.union(*(squash.change for squash in plan.squashes))


@contextmanager
def proving(objects: Objects, merger: Merger, plan: Plan, made: Chain) -> Iterator[Callable[[], Proof]]:
    """Prove that the chain conserves, with git at work while the block runs. What is given waits for the proof."""
    bases = list(dict.fromkeys(link.squash.base for link in made.links))
    start = objects.tree_of(plan.tip)
    since = [(objects.tree_of(base), start) for base in bases]
    links = [(link.tree_before, link.tree) for link in made.links]
    with asking_diffs(objects, [*since, *links]) as diffs:
        yield lambda: _proof(objects, merger, plan, made, bases, diffs())


_Since = dict[str, Touched]  # base -> what the chain's tip changes against it


class _Tip(NamedTuple):
    """Where the chain has got to."""

    commit: str
    tree: str
    pages: Pages
    since: _Since
    attributes: str  # the newest tip whose attribute files differ from those before
    links: tuple[Link, ...] = ()
    stuck: tuple[Stuck, ...] = ()


def _link_up(objects: Objects, merger: Merger, plan: Plan, parked: Container[int]) -> _Tip:
    tip = _Tip(plan.tip, objects.tree_of(plan.tip), plan.pages, _since(objects, plan), plan.tip)
    objects.load_trees(tip.tree, [path for squash in plan.squashes for path in squash.change])
    for squash in progress.each("merging", plan.squashes):
        if squash.attempt.index not in parked:
            tip = _link(objects, merger, plan, tip, squash)
    return tip


def _since(objects: Objects, plan: Plan) -> _Since:
    """What the target has changed against the base of each squash before the chain begins."""
    bases = list(dict.fromkeys(squash.base for squash in plan.squashes))
    diffs = diff_trees(objects, [(objects.tree_of(base), objects.tree_of(plan.tip)) for base in bases])
    return {base: Touched().also(diff.values()) for base, diff in zip(bases, diffs, strict=True)}


def _link(objects: Objects, merger: Merger, plan: Plan, tip: _Tip, squash: Squash) -> _Tip:
    """The tip with `squash` on it, or with one more that is stuck."""
    merged = _merge(objects, merger, plan, tip, squash)
    if isinstance(merged, Stuck):
        return tip._replace(stuck=(*tip.stuck, merged))
    pages = stamped(tip.pages, plan.tasks.get(squash.attempt.index), plan.fragments.get(squash.attempt.index, ()))
    try:
        edits = merged.edits | plan.binder.edits(objects, merged.tree, tip.pages, pages)
        tree = objects.edit_tree(merged.tree, edits)
    except ValueError:
        stuck = Stuck(squash, "puts a file where the folder of the task list is", (plan.binder.tasks or "",))
        return tip._replace(stuck=(*tip.stuck, stuck))
    made = plan.commit(squash, tree, tip.commit) if tree != tip.tree else None
    landed = tuple(_landed(objects, tip.tree, merged, tree, edits, squash.change))
    commit = made or tip.commit
    return tip._replace(
        commit=commit,
        tree=tree,
        pages=pages,
        since={base: touched.also(landed) for base, touched in tip.since.items()},
        attributes=commit if any(is_attributes(path) for path in squash.change) else tip.attributes,
        links=(*tip.links, Link(squash, tip.tree, tip.attributes, made, tree)),
    )


class _Fit(NamedTuple):
    """A squash on the tip: `tree` with `edits`. `whole`: the edits are all that differs from the tip."""

    tree: str
    edits: dict[str, Entry | None]
    whole: bool


def _merge(objects: Objects, merger: Merger, plan: Plan, tip: _Tip, squash: Squash) -> _Fit | Stuck:
    """The squash on the tip. git is asked only where the two have anything to do with each other."""
    if disjoint(squash.change, tip.since[squash.base]):
        return _Fit(tip.tree, {path: change.new for path, change in squash.change.items()}, whole=True)
    # The merge base is that of the squash. Where the target was rewound below it, a commit that nobody will ever see
    # gives the tip's tree that base, so that what was dropped stays dropped. (merge-tree takes a base from 2.40 on.)
    ours = tip.commit if plan.rooted else objects.write("commit", scratch_commit(tip.tree, (plan.base,)))
    merged = merger.merge(ours, squash.commit, attributes=tip.attributes)
    if not merged.clean:
        return Stuck(squash, _conflict(merged.messages), merged.conflicts, merged.tree)
    return _Fit(merged.tree, {}, whole=False)


def _landed(
    objects: Objects, before: str, merged: _Fit, tree: str, edits: Mapping[str, Entry | None], known: Diff
) -> Iterable[Change]:
    """What the new commit changes against the tip before it. `known`: what the squash does, against its base."""
    if not merged.whole:
        return walk_trees(objects, before, tree)
    # Nobody has touched what the squash changes: it stands as in the base.
    return [known.get(path) or Change(path, objects.entry(before, path), new) for path, new in edits.items()]


def _conflict(messages: Sequence[str]) -> str:
    """git's own words, without the lines that only say that it merged a file."""
    said = [message for message in messages if not message.startswith("Auto-merging")]
    return "; ".join(said) or "conflicts with the target"


def _proof(
    objects: Objects, merger: Merger, plan: Plan, made: Chain, bases: Sequence[str], diffs: Sequence[Diff]
) -> Proof:
    """Look for the first link that is not its attempt's change on the tip before it."""
    targets: dict[str, Diff] = dict(zip(bases, diffs, strict=False))
    change: Diff = {}
    for link, landed in zip(made.links, diffs[len(bases) :], strict=True):
        evidence = Evidence(link.squash.change, targets[link.squash.base], landed, plan.binder.paths)
        found = violations(evidence)
        if needs_renames(evidence):
            found = _with_renames(objects, merger, link, evidence)
        if found:
            listed = ", ".join(f"{violation.path} ({violation.reason})" for violation in found[:5])
            reason = f"the merge would not conserve the attempt's change: {listed}"
            return Proof(Stuck(link.squash, reason, tuple(item.path for item in found), link.tree), change)
        change = _onward(change, landed)
        targets = {base: _onward(target, landed) for base, target in targets.items()}
    return Proof(None, change)


def _with_renames(objects: Objects, merger: Merger, link: Link, evidence: Evidence) -> tuple[Violation, ...]:
    """The violations that are left once renames are known, and contents at their ends that no merge would give."""
    base = objects.tree_of(link.squash.base)
    mine, theirs = renames(objects, [(base, link.squash.tree), (base, link.tree_before)])
    known = evidence._replace(renames_attempt=mine, renames_target=theirs)
    found = list(violations(known))
    for content in renamed_content(known):
        blobs = (content.base, content.ours, content.theirs)
        expected = merger.merge_blobs(content.path, *blobs, attributes=link.attributes)
        if expected != content.merged:
            found.append(Violation(content.path, "is not the merge of both sides of a rename"))
    return tuple(found)


def _onward(target: Diff, landed: Diff) -> Diff:
    """diff(base, tip) one commit on."""
    onward = dict(target)
    for path, change in landed.items():
        old = target[path].old if path in target else change.old
        if old == change.new:
            onward.pop(path, None)
        else:
            onward[path] = Change(path, old, change.new)
    return onward
