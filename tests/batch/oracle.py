"""What a landing must come to, by other means: `git merge --squash` in a fresh clone, and conservation from trees."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from executors import Landed
from workshop import Workshop

from ralph_hooks.git.process import PINNED

Entry = tuple[str, str]  # mode, object id
Tree = dict[str, Entry]
Changes = dict[str, tuple[Entry | None, Entry | None]]

OWN = ("tasks.md", ".progress.md", ".progress-task-*.md", ".ralph-state.json")
CONFIG = [part for item in PINNED for part in ("-c", item)]
CONFLICT = "no clean merge"


@dataclass(frozen=True, slots=True)
class Expected:
    """What must become of one task: does it land, why not, and the files after it."""

    task: str
    lands: bool
    why: str
    files: Tree


def is_own(path: str) -> bool:
    """Is it one of the spec's own files?"""
    folder, _, name = path.rpartition("/")
    return folder == "specs/demo" and any(fnmatchcase(name, pattern) for pattern in OWN)


def files(shop: Workshop, rev: str) -> Tree:
    """A commit's files, without the spec's own."""
    return {path: entry for path, entry in shop.tree(rev).items() if not is_own(path)}


def squash_one_by_one(done: Landed, path: Path) -> Iterator[Expected]:
    """One careful person: a fresh clone at the target's tip, then `git merge --squash` of each head in task order.

    Where it conflicts, or what comes out is not the attempt's change, it goes back to the commit before. An attempt
    that took the target's newer commits in and undid some of that is not landed, however cleanly it merges.
    """
    done.shop.git("clone", "--quiet", "--shared", "--no-checkout", str(done.shop.path), str(path))
    clone = Workshop(path)
    clone.git("checkout", "--quiet", "--detach", done.before)
    for task, head in done.finished:
        before = clone.git("rev-parse", "HEAD")
        base = clone.git("merge-base", done.before, head)  # the recorded one, or a newer target that was taken in
        wrong = list(_undone(clone, done.base, base, head)) or list(_squashed(clone, task, base, head, before))
        if wrong:
            clone.git("reset", "--quiet", "--hard", before)
            clone.git("clean", "--quiet", "-ffdx")
        yield Expected(task, not wrong, "; ".join(wrong), files(clone, "HEAD"))


def _squashed(clone: Workshop, task: str, base: str, head: str, before: str) -> Iterator[str]:
    """Merge, commit, and say what is wrong with that."""
    command = ["git", *CONFIG, "merge", "--squash", _without_own(clone, head, base)]
    merged = subprocess.run(command, cwd=clone.path, capture_output=True, check=False)
    if merged.returncode:  # not its words: git may print CONFLICT about a folder in the way of a file that goes anyway
        yield repr(merged.stdout + merged.stderr)
    else:
        clone.git("commit", "--quiet", "--allow-empty", "--no-verify", "-m", task)
        yield from not_conserved(clone, base, head, before, "HEAD")


def _undone(clone: Workshop, recorded: str, base: str, head: str) -> Iterator[str]:
    """Paths that came with a newer target and stand again as they were, unless they were moved on from there."""
    came, mine = _changes(clone, recorded, base), _changes(clone, base, head)
    moved = {source for source, _ in _renames(clone, base, head)}
    for path in came.keys() & mine.keys() - moved:
        if mine[path][1] == came[path][0]:
            yield f"{path!r} was taken back"


def _without_own(clone: Workshop, head: str, base: str) -> str:
    """A commit on top of `head` in which the spec's own files are as in `base`: nobody squashes those."""
    env = {"GIT_INDEX_FILE": str(clone.path.with_name("oracle-index")), "GIT_LITERAL_PATHSPECS": "1"}
    clone.git("read-tree", head, env=env)
    gone = [f"0 {'0' * 40}\t{path}\0" for path in clone.tree(head) if is_own(path)]
    back = [f"{mode} {oid}\t{path}\0" for path, (mode, oid) in clone.tree(base).items() if is_own(path)]
    clone.git("update-index", "-z", "--index-info", env=env, stdin="".join([*gone, *back]))
    return clone.git("commit-tree", "-p", head, "-m", "side", clone.git("write-tree", env=env))


def not_conserved(shop: Workshop, base: str, head: str, before: str, after: str) -> Iterator[str]:
    """Why the step from `before` to `after` is not the change from `base` to `head`: the rules, from whole trees."""
    mine, theirs, step = (_changes(shop, *pair) for pair in ((base, head), (base, before), (before, after)))
    merged = dict(_merged_renames(shop, base, head, before, mine, theirs))
    now = files(shop, after)
    for path, (_, new) in step.items():
        if path not in mine and path not in merged:
            yield f"{path!r} changed, but not by the attempt"
        if new is None and not (path in mine and mine[path][1] is None):
            yield f"{path!r} deleted, but not by the attempt"
    for path, (_, new) in mine.items():
        if path not in theirs and path not in merged and now.get(path) != new:
            yield f"{path!r} is not as the attempt has it"
    for path, expected in merged.items():
        if expected is not None and path in now and now[path][1] != expected:
            yield f"{path!r} is not the merge of both sides of a rename"


def _changes(shop: Workshop, old: str, new: str) -> Changes:
    one, other = files(shop, old), files(shop, new)
    return {path: (one.get(path), other.get(path)) for path in {*one, *other} if one.get(path) != other.get(path)}


def _merged_renames(
    shop: Workshop, base: str, head: str, before: str, mine: Changes, theirs: Changes
) -> Iterator[tuple[str, str | None]]:
    """Both ends of each rename that meets a change of the other side; for the new end the blob that it must be.

    None where that cannot be said: not three regular files, or a merge driver has the word.
    """
    at_base, at_head, at_before = (files(shop, rev) for rev in (base, head, before))
    for source, target in _renames(shop, base, head):
        if source in theirs:
            yield source, None
            yield target, _merge_file(shop, at_base[source], at_before.get(source), at_head[target])
    for source, target in _renames(shop, base, before):
        if source in mine:
            yield source, None
            yield target, _merge_file(shop, at_base[source], at_before[target], at_head.get(source))


def _renames(shop: Workshop, old: str, new: str) -> Iterator[tuple[str, str]]:
    said = shop.git(*CONFIG, "diff-tree", "-r", "-z", "-M", "--diff-filter=R", "--name-status", old, new)
    words = said.split("\0")[:-1]
    yield from zip(words[1::3], words[2::3], strict=True)


def _merge_file(shop: Workshop, base: Entry, ours: Entry | None, theirs: Entry | None) -> str | None:
    if ours is None or theirs is None or not all(mode.startswith("100") for mode, _ in (base, ours, theirs)):
        return None
    if base[1] in {ours[1], theirs[1]}:  # one side left it alone: no merge, so binary files and drivers do not matter
        return theirs[1] if base[1] == ours[1] else ours[1]
    if shop.git("cat-file", "blob", "HEAD:.gitattributes"):
        return None
    names = []
    for name, (_, oid) in (("ours", ours), ("base", base), ("theirs", theirs)):
        names.append(shop.path.with_name(f"merge-{name}"))
        with names[-1].open("wb") as file:
            subprocess.run(["git", "cat-file", "blob", oid], cwd=shop.path, stdout=file, check=True)
    command = ["git", *CONFIG, "merge-file", "-p", "-q", *names]
    merged = subprocess.run(command, cwd=shop.path, stdout=subprocess.PIPE, check=False)
    return shop.git("hash-object", "--stdin", stdin=merged.stdout) if merged.returncode == 0 else CONFLICT
