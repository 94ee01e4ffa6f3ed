"""What an executor of a batch is told: a preamble, then the prompt that the coordinator wrote. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ralph_hooks.errors import printable
from ralph_hooks.records import NamedTuple
from ralph_hooks.spec import verdict

_MARK = re.compile(r"\[ralph-hooks batch (?P<batch>[0-9a-f]+) call (?P<call>[^\s\]]+)\]")
# Of a word or a path: what stands before or after the checkout's path where that is only a part of a longer one.
_BEFORE, _AFTER = r"(?<![\w.~/-])", r"(?![\w.~-])"


class Assignment(NamedTuple):
    """What the preamble tells. Paths are relative to the worktree."""

    batch: str
    call: str
    task: str  # id and title
    list: str
    progress: str | None  # where to write progress
    earlier: str | None = None  # why the last attempt came to nothing
    earlier_ref: str | None = None


def marked(text: str) -> str | None:
    """The call whose mark stands in a prompt, or in the transcript that begins with it."""
    found = _MARK.search(text)
    return found["call"] if found else None


def rewritten(prompt: str, tops: tuple[str, ...], assignment: Assignment) -> str:
    """The whole prompt. `tops`: the main checkout's path, in every spelling that is known."""
    return "\n".join([*_preamble(assignment), "", "---", "", relative(prompt, tops)])


def relative(text: str, tops: tuple[str, ...]) -> str:
    """`text` with paths in the main checkout made relative: they are meant for the executor's own copy."""
    for top in sorted(tops, key=len, reverse=True):
        if top.strip("/"):
            path = re.escape(top.rstrip("/"))
            text = re.sub(rf"{_BEFORE}{path}/+(?=[\w.~-])", "", text)
            text = re.sub(rf"{_BEFORE}{path}/*{_AFTER}", ".", text)
    return text


def _preamble(given: Assignment) -> Iterator[str]:
    yield f"[ralph-hooks batch {given.batch} call {given.call}]"
    yield f"Your task: {printable(given.task)}. Other executors do other tasks at the same time."
    yield "What follows here holds where the instructions below say otherwise:"
    yield "- You are in a git worktree of your own; its top is the current directory. Read, write and run everything"
    yield "  in it, by relative paths. Leave every other directory alone, the main checkout above all."
    yield "- Commit your work here, with plain `git add` and `git commit`: no flock, no subshell, no `git -C`, no push."
    yield f"- Do not edit {printable(given.list)} or .ralph-state.json: the task is ticked for you when it lands."
    if given.progress:
        yield f"- Write progress and learnings to {printable(given.progress)} alone; it need not be committed."
    yield "- Leave nothing uncommitted that belongs to the task. Then end as you are told below."
    if given.earlier is not None:
        yield f"- The task was tried before and did not land: {_quoted(given.earlier)}"
        if given.earlier_ref:
            yield f"  That work is at {given.earlier_ref}: `git log -p HEAD..{given.earlier_ref}` shows it, and"
            yield "  you may take from it what is good. See to it that the same does not happen again."


def _quoted(reason: str) -> str:
    """A reason can quote what an executor said. What it says must not be taken for this one's own end."""
    return verdict.hush(printable(reason), full=False)
