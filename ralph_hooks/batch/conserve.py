"""The proof that a landed commit changes what its attempt changed, and nothing else.

Pure: four diffs in, violations out. No tool of the field checks this; it catches the whole class of silent reverts.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from ralph_hooks.git.diff import Change, Diff, Rename
from ralph_hooks.git.objects import REGULAR, Entry
from ralph_hooks.records import NamedTuple


class Violation(NamedTuple):
    """A path that is not as it must be, and what is wrong with it."""

    path: str
    reason: str


class Evidence(NamedTuple):
    """What is known about one landed commit. B is the base, S the squashed attempt, P the tip before, C the commit.

    `attempt` is diff(B, S), `target` is diff(B, P), `landed` is diff(P, C). `stamped`: paths that the stamp writes.
    `renames_attempt` and `renames_target` are the renames within the first two.
    """

    attempt: Diff
    target: Mapping[str, Change]
    landed: Diff
    stamped: Collection[str]
    renames_attempt: Collection[Rename] = ()
    renames_target: Collection[Rename] = ()


def violations(evidence: Evidence) -> tuple[Violation, ...]:
    """Every path at which the landed commit is not the attempt's change on the tip. Empty: conserved."""
    found = [*_foreign(evidence), *_deleted(evidence), *_altered(evidence)]
    return tuple({violation.path: violation for violation in reversed(found)}.values())


def needs_renames(evidence: Evidence) -> bool:
    """Must renames be looked for? Only where something is amiss, or one side edited what the other took away."""
    met = (change for path, change in evidence.attempt.items() if path in evidence.target)
    return bool(violations(evidence)) or any(
        (change.new is None) != (evidence.target[change.path].new is None) for change in met
    )


def _foreign(evidence: Evidence) -> Iterator[Violation]:
    """A path that the attempt did not touch carries the tip's content."""
    followed = {rename.target for rename in evidence.renames_target if rename.source in evidence.attempt}
    for path in evidence.landed:
        if path not in evidence.attempt and path not in evidence.stamped and path not in followed:
            yield Violation(path, "changed, but not by the attempt")


def _deleted(evidence: Evidence) -> Iterator[Violation]:
    """Nothing is deleted that the attempt did not delete."""
    for path, change in evidence.landed.items():
        if change.new is None and path not in evidence.stamped:
            mine = evidence.attempt.get(path)
            if mine is None or mine.new is not None:
                yield Violation(path, "deleted, but not by the attempt")


def _altered(evidence: Evidence) -> Iterator[Violation]:
    """A path that only the attempt touched carries exactly its blob and mode."""
    excused = _rename_ends(evidence)
    for path, mine in evidence.attempt.items():
        theirs = evidence.target.get(path)
        if path in evidence.stamped or path in excused or (theirs is not None and theirs.new != mine.old):
            continue
        if _now(evidence, path, mine.old) != mine.new:
            yield Violation(path, "does not carry what the attempt wrote")


def _rename_ends(evidence: Evidence) -> frozenset[str]:
    """Both ends of renames that meet an edit of the other side: `renamed_content` says what must stand there."""
    ends: set[str] = set()
    for rename in evidence.renames_attempt:
        if rename.source in evidence.target:
            ends |= {rename.source, rename.target}
    for rename in evidence.renames_target:
        if rename.source in evidence.attempt:
            ends |= {rename.source, rename.target}
    return frozenset(ends)


def _now(evidence: Evidence, path: str, before: Entry | None) -> Entry | None:
    """What C has at `path`, where P has `before`."""
    change = evidence.landed.get(path)
    return change.new if change is not None else before


class ThreeWay(NamedTuple):
    """Content at a renamed path, which must be the merge of three blobs."""

    path: str
    base: str
    ours: str
    theirs: str
    merged: str


def renamed_content(evidence: Evidence) -> Iterator[ThreeWay]:
    """The merges that the ends of renames stand for; the caller does each again by itself and compares."""
    for rename in evidence.renames_target:  # the target renamed what the attempt edited
        mine = evidence.attempt.get(rename.source)
        now = _now(evidence, rename.target, rename.new)
        if mine is not None and mine.new is not None and now is not None:
            yield from _three_way(rename.target, rename.old, rename.new, mine.new, now)
    for rename in evidence.renames_attempt:  # the attempt renamed what the target edited
        theirs = evidence.target.get(rename.source)
        now = _now(evidence, rename.target, None)
        if theirs is not None and theirs.new is not None and now is not None:
            yield from _three_way(rename.target, rename.old, theirs.new, rename.new, now)


def _three_way(path: str, base: Entry, ours: Entry, theirs: Entry, merged: Entry) -> Iterator[ThreeWay]:
    if all(entry.mode in REGULAR for entry in (base, ours, theirs, merged)):
        yield ThreeWay(path, base.oid, ours.oid, theirs.oid, merged.oid)
