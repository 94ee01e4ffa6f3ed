"""The message of a landed commit. Pure text; commits are read as `git cat-file commit` gives them."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from pathlib import PurePosixPath

from ralph_hooks.batch.model import Batch
from ralph_hooks.records import NamedTuple

SUBJECT_LIMIT = 200  # characters; the rest goes into the body
LISTED_SUBJECTS = 50


class Signature(NamedTuple):
    """An author or committer line: `who` is `Name <mail>`, `time` is `SECONDS ZONE`."""

    who: str
    time: str

    @property
    def seconds(self) -> int:
        return int(self.time.split(" ")[0])


class CommitText(NamedTuple):
    """What a commit says: its people and its message."""

    author: Signature
    committer: Signature
    message: str

    @property
    def subject(self) -> str:
        return self.message.strip().split("\n", 1)[0]


def read_commit(raw: bytes) -> CommitText:
    """Parse a raw commit object. A message in another encoding comes out as Unicode."""
    head, _, body = raw.partition(b"\n\n")
    headers = dict(reversed([line.split(b" ", 1) for line in head.split(b"\n") if b" " in line[:60]]))
    encoding = headers.get(b"encoding", b"utf-8").decode("ascii", "replace")

    def text(data: bytes) -> str:
        try:
            return data.decode(encoding, "replace")
        except LookupError:  # an encoding that nobody knows
            return data.decode("utf-8", "replace")

    return CommitText(_signature(text(headers[b"author"])), _signature(text(headers[b"committer"])), text(body))


def _signature(line: str) -> Signature:
    who, seconds, zone = line.rsplit(" ", 2)
    return Signature(who, f"{seconds} {zone}")


def subject_of(commit_field: str | None, task: str, subjects: Sequence[str]) -> str:
    """The first line: the Commit field; else the subject of the only commit; else `ID Title`."""
    chosen = commit_field or (subjects[0] if len(subjects) == 1 else task)
    return _one_line(chosen) or _one_line(task) or "task"


def compose(subject: str, subjects: Sequence[str], trailers: Sequence[tuple[str, str]]) -> str:
    """The whole message: subject, what the subject had no room for, the squashed subjects, trailers."""
    first, rest = _cut(subject)
    parts = [first]
    if rest:
        parts.append(rest)
    squashed = [_one_line(line) for line in subjects]
    if squashed and squashed != [subject]:
        listed = [f"* {_cut(line)[0]}" for line in squashed[:LISTED_SUBJECTS]]
        more = len(squashed) - len(listed)
        parts.append("\n".join(listed + ([f"* … and {more} more"] if more else [])))
    parts.append("\n".join(f"{key}: {_one_line(value)}" for key, value in trailers))
    return "\n\n".join(parts) + "\n"


def raw_commit(tree: str, parent: str, author: Signature, committer: Signature, message: str) -> bytes:
    """A commit object, ready to be stored."""
    people = f"author {author.who} {author.time}\ncommitter {committer.who} {committer.time}"
    return f"tree {tree}\nparent {parent}\n{people}\n\n{message}".encode(errors="replace")


def _cut(line: str) -> tuple[str, str]:
    if len(line) <= SUBJECT_LIMIT:
        return line, ""
    return line[: SUBJECT_LIMIT - 1] + "…", "…" + line[SUBJECT_LIMIT - 1 :]


def _one_line(text: str) -> str:
    """On one line, without control characters: field and subject come from files that anybody may have written."""
    spaced = " ".join(text.split())
    return "".join(char for char in spaced if unicodedata.category(char) not in {"Cc", "Cs"})


def trailers_of(batch: Batch, task: str) -> list[tuple[str, str]]:
    """The trailers that tie a commit to its task."""
    spec = PurePosixPath(batch.tasks).parent.name or batch.tasks
    return [("Ralph-Spec", spec), ("Ralph-Task", task), ("Ralph-Batch", batch.id)]
