"""Say that an executor has ended. Its head is pinned; work that it did not commit is committed for it.

With --failed the work is only kept under a ref, and the task comes back in a later batch; with --external too it rests
for a while before, longer each time.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from ralph_hooks.batch.ending import end
from ralph_hooks.batch.model import Attempt, Batch, State
from ralph_hooks.commands.printing import add_format, as_json, note, put, put_json
from ralph_hooks.commands.session import changing
from ralph_hooks.errors import UsageError
from ralph_hooks.git.objects import open_objects

EXAMPLE = "ralph-hooks finish 1.2"


def arguments(parser: ArgumentParser) -> None:
    parser.add_argument("id", metavar="ID", help="the task: its id, or @INDEX")
    parser.add_argument("--failed", action="store_true", help="the executor did not do the task")
    parser.add_argument("--external", action="store_true", help="with --failed: for a cause outside of the task")
    parser.add_argument("--message", metavar="TEXT", help="what it said, or why it failed")
    add_format(parser)


def run(args: Namespace) -> int:
    if args.external and not args.failed:
        raise UsageError("--external says why a task has failed", "add --failed")
    state = State.FAILED if args.failed else State.DONE
    with changing() as work:
        batch = work.store.open_batch()
        if batch is None:
            raise UsageError("no batch is open", "`ralph-hooks start` opens one")
        attempt = find_attempt(batch, args.id)
        with open_objects(work.repository) as objects:
            ended = end(work, objects, batch, attempt, state, args.message, external=args.external)
        descends = ended.head is None or work.repository.contains(ended.head, batch.base)
        open_ones = [other.name for other in batch.with_attempt(ended).in_state(State.RUNNING)]
    task = {"index": ended.index, "id": ended.id, "state": ended.state}
    if as_json(args):
        put_json({"task": task, "commit": ended.head})
    else:
        put(f"task {ended.name} {ended.state}" + (f" at {ended.head[:12]}" if ended.head else ""))
    if not descends:
        note(f"the branch of task {ended.name} does not descend from the batch's base: the landing will park it")
    note(f"still running: {', '.join(open_ones)}" if open_ones else "every executor has ended: `ralph-hooks land`")
    return 1 if ended.state is not state or not descends else 0


def find_attempt(batch: Batch, name: str) -> Attempt:
    """The attempt at the task `name`: its id, `@INDEX` or `#INDEX`, or a bare number that is no id."""
    matches = [attempt for attempt in batch.attempts if attempt.id == name]
    number = name.removeprefix("@").removeprefix("#")
    if not matches and number.isascii() and number.isdigit():
        matches = [attempt for attempt in batch.attempts if attempt.index == int(number)]
    if len(matches) == 1:
        return matches[0]
    known = ", ".join(f"{attempt.name} (@{attempt.index})" for attempt in batch.attempts)
    if matches:
        raise UsageError(f"several tasks of batch {batch.id} have the id {name}", f"name one by its index: {known}")
    raise UsageError(f"task {name} is not in the open batch {batch.id}", f"name one of {known}")
