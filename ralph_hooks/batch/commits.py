"""The commit that stands for a task: message, people and dates, from the attempt alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ralph_hooks.batch.loose import UNCOMMITTED, UNCOMMITTED_PAGES
from ralph_hooks.batch.message import Signature, compose, raw_commit, read_commit, subject_of, trailers_of
from ralph_hooks.batch.model import Batch
from ralph_hooks.batch.squash import Squash
from ralph_hooks.git.identity import Signer, write_signed
from ralph_hooks.git.objects import Objects
from ralph_hooks.records import NamedTuple
from ralph_hooks.tasklist.model import Task


class Committing(NamedTuple):
    """What all commits of a landing share.

    `who`: the user; `sign`: stores a commit with a signature, None: unsigned.
    """

    who: str
    sign: Callable[[bytes], str] | None


def committing(objects: Objects, signer: Signer, limit: float) -> Committing:
    """Commits of the user `signer`; where they are signed, each within `limit` seconds."""

    def sign(raw: bytes) -> str:
        objects.flush()
        return write_signed(objects.repository, raw, limit)

    return Committing(signer.who, sign if signer.signs else None)


def commit_task(
    objects: Objects,
    shared: Committing,
    batch: Batch,
    tasks: Mapping[int, Task],
    squash: Squash,
    tree: str,
    parent: str,
) -> str:
    """Store the commit of one task and give its id.

    No clock: the dates are the attempt's, never before the parent's.
    """
    attempt, history = squash.attempt, squash.history
    before = read_commit(objects.raw_commit(parent)).committer
    # A commit that `finish` made for the executor has the user's name: it counts only where there is no other.
    own = [text for text in history if text.subject not in {UNCOMMITTED, UNCOMMITTED_PAGES}] or list(history)
    last = own[-1] if own else None
    author = last.author if last else Signature(shared.who, before.time)
    time = last.committer.time if last and last.committer.seconds >= before.seconds else before.time
    subjects = [text.subject for text in history if text.subject != UNCOMMITTED_PAGES]
    named = [subject for subject in subjects if subject != UNCOMMITTED]
    task = tasks.get(attempt.index)
    subject = subject_of(task.commit if task else None, attempt.label, named)
    others = dict.fromkeys(text.author.who for text in own if text.author.who != author.who)
    trailers = [*trailers_of(batch, attempt.name), *(("Co-authored-by", who) for who in others)]
    message = compose(subject, subjects, trailers)
    raw = raw_commit(tree, parent, author, Signature(shared.who, time), message)
    return shared.sign(raw) if shared.sign else objects.write("commit", raw)
