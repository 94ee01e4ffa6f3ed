"""`ralph-hooks hook claude EVENT`: one event of Claude Code on standard input, the answer on standard output.

Whatever goes wrong is a line in the log and exit code 0: the agent's session goes on. But for WorktreeCreate, whose
failure the client is to hear of: there is nobody else who makes the worktree. Nothing is imported before it is known
that there is something to do.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any, NoReturn

from ralph_hooks.errors import printable
from ralph_hooks.git.discover import Place, discover
from ralph_hooks.integrations.claude import gate, notes, payload
from ralph_hooks.integrations.claude.answer import Answer, context
from ralph_hooks.integrations.claude.registration import EVENTS

if TYPE_CHECKING:
    from ralph_hooks.integrations.claude.turn import Reply

# A module beside this one, and its function. Each loads what its event takes: most of those that come while a batch is
# open change nothing.
HANDLERS: Mapping[type, str] = {
    payload.SessionBegins: "begins.session_begins",
    payload.PromptGiven: "ends.prompt_given",
    payload.CallBegins: "calls.call_begins",
    payload.CallReturned: "ends.call_returned",
    payload.CallFailed: "ends.call_failed",
    payload.StepEnded: "ends.step_ended",
    payload.WorktreeWanted: "worktree.worktree_wanted",
    payload.AgentBegins: "ends.agent_begins",
    payload.AgentEnds: "ends.agent_ends",
    payload.AgentFails: "ends.agent_fails",
}
# Events after which worktrees may go: nobody is at work in them, or waits for us to end.
TIDYING = (payload.StepEnded, payload.PromptGiven, payload.SessionBegins, payload.CallBegins)
SPEAKING = (payload.StepEnded, payload.CallBegins)  # events whose silence would be taken for "all is well"
UNREGISTERED = 50.0  # seconds for an event that we did not ask for


class DeadlineError(BaseException):
    """Our time is over, and the client is about to kill us. Nobody else may take it for an error to deal with."""


def main(argv: Sequence[str]) -> int:
    name = argv[0] if argv else ""
    event = place = None
    try:
        with _deadline(EVENTS[name].deadline if name in EVENTS else UNREGISTERED):
            event = payload.read(sys.stdin.buffer.read(payload.LIMIT + 1))
            place = _place(event.where) if event else _here()
            if event and place and _is_wanted(event, place):
                _handle(event, place)
    except payload.PayloadError as error:
        _note(place or _here(), f"{name}: the event cannot be read: {error}")
    except (Exception, DeadlineError, KeyboardInterrupt) as error:
        log = _write_down(error, place or _here())
        if isinstance(event, SPEAKING):
            text = (
                f"ralph-hooks has done nothing here, because of an error of its own ({type(error).__name__}): see {log}"
            )
            _print(context(name, text))
        if isinstance(event, payload.WorktreeWanted):
            sys.stderr.write(f"ralph-hooks made no worktree: {printable(str(error))} (see {log})\n")
            return 1
    return 0


def _handle(event: payload.Event, place: Place) -> None:
    from ralph_hooks.batch import marker  # noqa: PLC0415 - with all that works on batches
    from ralph_hooks.integrations.claude.turn import LeftError  # noqa: PLC0415

    told = None
    try:
        reply = _handler(event)(event, place.top)
        told = reply.told
        _print(reply.answer)
    except LeftError as left:
        if left.loud:
            _note(place, f"a call of an executor was left as it is: {left}")
            _print(context("PreToolUse", f"ralph-hooks leaves this call as it is, in the main checkout: {left}"))
    folder = place.common_dir / "ralph"
    if isinstance(event, TIDYING) and notes.exist(folder) and (told or not marker.is_there(folder)):
        from ralph_hooks.integrations.claude.landing import tidy_up  # noqa: PLC0415 - not beside an open batch

        tidy_up(place.top, told)


def _handler(event: payload.Event) -> Callable[[Any, Path], Reply]:
    module, _, function = HANDLERS[type(event)].partition(".")
    found: Callable[[Any, Path], Reply] = getattr(import_module(f"{__package__}.{module}"), function)
    return found


def _is_wanted(event: payload.Event, place: Place) -> bool:
    """Can there be anything to do? Files and the event alone decide."""
    folder = place.common_dir / "ralph"
    match event:
        case payload.CallBegins():
            return gate.is_own_call(event) and gate.is_executor(gate.called(event), _executors(place))
        case payload.SessionBegins():
            return folder.is_dir()
        case payload.WorktreeWanted():
            return True  # nobody else makes it
        case payload.AgentBegins() | payload.AgentEnds() | payload.AgentFails():
            return notes.exist(folder) and gate.is_executor(event.where.agent_type, _executors(place))
        case _:
            return notes.exist(folder) and event.where.agent is None


def _executors(place: Place) -> tuple[str, ...]:
    from ralph_hooks.config import load  # noqa: PLC0415 - for the events that need it

    return load(place.top).claude_executors


def _place(where: payload.Where) -> Place | None:
    """The main checkout. A subagent's directory is its worktree, which may be gone, or hold another configuration."""
    project = os.environ.get("CLAUDE_PROJECT_DIR")
    main, here = (discover(Path(path)) if path else None for path in (project, where.cwd))
    if main and here and (where.agent is None or main.common_dir.resolve() != here.common_dir.resolve()):
        return here
    return main or here


def _here() -> Place | None:
    for path in (os.environ.get("CLAUDE_PROJECT_DIR"), "."):
        if path and (found := discover(Path(path))):
            return found
    return None


def _note(place: Place | None, line: str) -> None:
    from ralph_hooks.error_log import write_line  # noqa: PLC0415 - only when there is something to write

    if place:
        write_line(place.common_dir, line)


def _write_down(error: BaseException, place: Place | None) -> str:
    from ralph_hooks.error_log import write_error  # noqa: PLC0415 - only when something went wrong

    return write_error(error, place.common_dir if place else None)


def _print(answer: Answer | None) -> None:
    if answer is not None:
        sys.stdout.write((answer if isinstance(answer, str) else json.dumps(answer)) + "\n")
        sys.stdout.flush()


@contextmanager
def _deadline(seconds: float) -> Iterator[None]:
    def over(_signal: int, _frame: FrameType | None) -> NoReturn:
        raise DeadlineError(f"not done after {seconds:g} seconds")

    before = signal.signal(signal.SIGALRM, over)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
