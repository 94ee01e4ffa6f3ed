"""Remove worktrees, branches and refs of old batches whose content is proved to be on their target.

What is not proved is listed and kept: parked, failed and aborted attempts are often the only copy of their work. On a
terminal each of them is asked for; elsewhere --drop names them.
"""

from __future__ import annotations

import math
import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Iterable, Iterator, Sized
from collections.abc import Set as AbstractSet
from datetime import UTC, datetime, timedelta
from typing import Any

from ralph_hooks import progress
from ralph_hooks.batch.collect import Item, Old, collect, old_batches, to_drop
from ralph_hooks.batch.leftovers import some
from ralph_hooks.batch.pool import drop, most, surplus
from ralph_hooks.commands.activity import shown
from ralph_hooks.commands.printing import add_format, as_json, note, put, put_json
from ralph_hooks.commands.session import changing
from ralph_hooks.errors import printable

EXAMPLE = "ralph-hooks gc --older-than 7 --dry-run"


def arguments(parser: ArgumentParser) -> None:
    older, drop = "batches that ended so long ago (default: 30)", "also this one, proved or not; can be repeated"
    parser.add_argument("--older-than", metavar="DAYS", type=_days, default=30.0, help=older)
    parser.add_argument("--drop", metavar="BATCH[/INDEX]", action="append", default=[], help=drop)
    parser.add_argument("--dry-run", action="store_true", help="say what would go, and remove nothing")
    parser.add_argument("--empty-pool", action="store_true", help="remove the worktrees kept for later batches, too")
    add_format(parser)


def run(args: Namespace) -> int:
    with changing() as work:
        spare = surplus(work, 0 if args.empty_pool else most(work))
        with shown("looking at old batches"):
            olds = old_batches(work, datetime.now(UTC) - timedelta(days=args.older_than))
        dropped = to_drop(olds, args.drop)
        if _can_ask(args):
            dropped |= frozenset(_asked(olds, dropped))
        if not args.dry_run:
            with shown("removing what is left of batches"):
                for old in progress.each("removing what is left of batches", olds):
                    collect(work, old, dropped)
            for slot in spare:
                drop(slot)
    items = [item for old in olds for item in old.items]
    kept = [item for item in items if item.kept_because(dropped) is not None]
    if as_json(args):
        put_json(_document(items, kept, dropped, dry_run=args.dry_run) | {"pool": len(spare)})
    else:
        lines = [*_lines(olds, dropped, dry_run=args.dry_run), *_pool_lines(spare, dry_run=args.dry_run)]
        put("\n".join(lines) or "there is nothing to remove")
    for item in items:
        if item.left.place and item.left.ignored and item not in kept:
            verb = "would go" if args.dry_run else "went"
            note(f"ignored files {verb} with the worktree of task {item.attempt.name}: {some(item.left.ignored)}")
    return 1 if kept else 0


def _days(text: str) -> float:
    try:
        days = float(text)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is no number") from None
    if not math.isfinite(days) or not 0 <= days <= 36500:
        raise ArgumentTypeError("must be between 0 and 36500")
    return days


def _can_ask(args: Namespace) -> bool:
    return not args.dry_run and not as_json(args) and sys.stdin.isatty() and sys.stderr.isatty()


def _asked(olds: Iterable[Old], dropped: AbstractSet[str]) -> Iterator[str]:
    for item in (item for old in olds for item in old.items):
        reason = item.kept_because(dropped)
        if reason is None or item.left.obstacle:
            continue
        sys.stderr.write(f"batch {item.batch.id}, task {printable(item.attempt.label, 80)}: {printable(reason)}\n")
        sys.stderr.write("remove the only copy that is known of this work? [y/N] ")
        sys.stderr.flush()
        if sys.stdin.readline().strip().lower() in {"y", "yes"}:
            yield item.name


def _document(items: list[Item], kept: list[Item], dropped: AbstractSet[str], *, dry_run: bool) -> dict[str, Any]:
    return {
        "removed": [{**_item(item), "proof": item.proof} for item in items if item not in kept],
        "kept": [{**_item(item), "reason": item.kept_because(dropped)} for item in kept],
        "dry_run": dry_run,
    }


def _item(item: Item) -> dict[str, Any]:
    left = item.left
    return {
        "batch": item.batch.id,
        "index": item.attempt.index,
        "id": item.attempt.id,
        "state": item.attempt.state,
        "worktree": str(left.place.top) if left.place else None,
        "branch": left.branch.name if left.branch else None,
        "refs": [update.name for update in item.refs],
        "ignored": list(left.ignored),
    }


def _pool_lines(spare: Sized, *, dry_run: bool) -> Iterator[str]:
    if len(spare):
        yield f"{'would remove' if dry_run else 'removed'} {len(spare)} of the worktrees kept for later batches"


def _lines(olds: Iterable[Old], dropped: AbstractSet[str], *, dry_run: bool) -> Iterator[str]:
    for old in olds:
        yield f"batch {old.batch.id}  {old.batch.phase} {(old.record.ended or '')[:10]}  {printable(old.batch.tasks)}"
        for item in old.items:
            reason = item.kept_because(dropped)
            verb = "kept" if reason else "would remove" if dry_run else "removed"
            yield f"  {verb}  {printable(item.attempt.label, 60)}: {printable(reason or item.proof or 'named')}"
            if reason and item.proof is None:
                yield f"        ralph-hooks gc --drop {item.name}"
