"""The model calls an executor: its task joins the batch, and it gets a worktree of its own once there is a place."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from ralph_hooks.batch import names
from ralph_hooks.batch.admission import admit
from ralph_hooks.batch.breaker import breaker_of, places
from ralph_hooks.batch.choice import earlier_attempts
from ralph_hooks.batch.ground import Wanted
from ralph_hooks.batch.join import Joined, join
from ralph_hooks.batch.model import Batch, State
from ralph_hooks.batch.pages import decode, spec_of
from ralph_hooks.batch.workplace import Workplace, open_workplace
from ralph_hooks.errors import RefusedError, UsageError
from ralph_hooks.git.worktrees import exclude
from ralph_hooks.integrations.claude import decide, notes, owner, verdict
from ralph_hooks.integrations.claude.answer import deny, isolate
from ralph_hooks.integrations.claude.begins import is_abandoned
from ralph_hooks.integrations.claude.landing import land_abandoned, land_batch, main_worktree_dirt
from ralph_hooks.integrations.claude.match import Listed, match
from ralph_hooks.integrations.claude.payload import CallBegins
from ralph_hooks.integrations.claude.prompt import Assignment, rewritten
from ralph_hooks.integrations.claude.spacing import keep_apart
from ralph_hooks.integrations.claude.turn import LeftError, Reply, changing, untold
from ralph_hooks.records import NamedTuple
from ralph_hooks.spec import handler, state
from ralph_hooks.spec.locate import Spec, locate, temporary_name
from ralph_hooks.spec.numbering import number
from ralph_hooks.spec.settings import current_spec
from ralph_hooks.tasklist.model import Dialect, Task
from ralph_hooks.tasklist.parse import parse
from ralph_hooks.tasklist.plan import plan

WAIT = (
    3000.0  # seconds that a call waits for a place; then it goes on, because alone it would work in the main checkout
)
PAUSE = 0.5  # between two looks


class _Ready(NamedTuple):
    """A call that has joined a batch: what its executor is to get, and what is to be told beside."""

    joined: Joined
    input: Mapping[str, object]
    places: int
    said: str | None
    told: str | None


def call_begins(event: CallBegins, place: Path) -> Reply:
    """Raises LeftError."""
    until = time.monotonic() + WAIT
    _active_spec(place)  # before there is a store: a repository without a spec gets none
    try:
        with changing(place) as work:
            ready = _enter(work, event)
        with open_workplace(place) as work:
            _wait(work, ready, until)
            keep_apart(work, ready.joined.batch.id)
    except RefusedError as error:
        return Reply(deny(f"ralph-hooks: {error}"))
    return Reply(isolate(ready.input, ready.said), ready.told)


def _enter(work: Workplace, event: CallBegins) -> _Ready:
    _settle_open_batch(work, event)
    task = _task(work, event)
    wanted = Wanted(cwd=work.repository.top, names=(task,))
    exclude(work.repository, names.AGENTS)
    dirty = () if work.store.open_batch() else main_worktree_dirt(work, work.repository.top)
    before = notes.read(work.folder) if work.store.open_batch() else notes.Notes(dirty)
    notes.write(work.folder, before._replace(called=False))  # first: without it nobody would hear of the batch
    joined = join(work, wanted, call=event.call, session=event.where.session, owner=owner.current())
    last = untold(work, event.where)
    return _Ready(
        joined,
        _input(work, event, joined),
        places(breaker_of(work.config, work.store.records(), datetime.now(UTC)), work.config.max_parallel),
        verdict.told(last.batch, last.landing) if last and last.landing else None,
        last.batch.id if last else None,
    )


def _settle_open_batch(work: Workplace, event: CallBegins) -> None:
    """Make way where an open batch is over. Raises LeftError beside somebody else's, RefusedError where it is stuck."""
    batch = work.store.open_batch()
    if batch is None:
        return
    refusal = None
    if batch.session != event.where.session:
        if not is_abandoned(batch, event.where):
            raise LeftError(
                f"batch {batch.id} is open, of {'another session' if batch.session else 'the command line'}"
            )
        refusal = land_abandoned(work, batch, event.where)
    elif not batch.in_state(State.RUNNING) and notes.read(work.folder).called:
        refusal = land_batch(work, batch)
    if refusal:
        raise RefusedError(refusal.removeprefix("ralph-hooks "), "then make this call again")


def _active_spec(top: Path) -> tuple[Spec, state.Document | None]:
    """The spec that is being executed, and its state. Raises LeftError."""
    active: str | None = ""
    try:
        active = current_spec(top)
        spec = locate(top, cwd=top)
        document = state.read(top / spec.state) if spec.state else None
    except (UsageError, state.StateError) as error:
        raise LeftError(str(error), loud=active is not None) from error
    if document is not None and document.get("phase", "execution") != "execution":
        raise LeftError(f"{spec.directory} is not being executed", loud=False)
    return spec, document


def _task(work: Workplace, event: CallBegins) -> str:
    """The name of the task that the call is for. Raises LeftError."""
    top = work.repository.top
    spec, document = _active_spec(top)
    try:
        text = decode((top / spec.tasks).read_bytes())
        listed = parse(
            text, Dialect(work.config.dialect) if work.config.dialect else None, has_state=document is not None
        )
        planned = plan(listed)
    except (UsageError, OSError) as error:
        raise LeftError(str(error)) from error
    generation, _ = handler.detect(top, Path.home(), work.config.stop_handler)
    numbers = {task.index: number(text, task.line, generation) for task in listed.tasks}
    prompt, description = (str(event.input.get(key, "")) for key in ("prompt", "description"))
    found = match(prompt, description, Listed(listed, spec.directory, str(top), numbers))
    if found.task is None:
        raise LeftError(found.doubt)
    tried = earlier_attempts(work.store.records(), listed, spec.tasks)
    alone = decide.why_alone(found.task, listed, planned, tried)
    if alone:
        raise LeftError(alone, loud=False)
    return _name(found.task, listed.tasks)


def _name(task: Task, tasks: tuple[Task, ...]) -> str:
    """Its id, by which it is found in a list that has changed as well; its index where others have the same id."""
    same = [other for other in tasks if task.id is not None and task.id in {other.id, *other.aliases}]
    return task.id if task.id is not None and len(same) == 1 else f"@{task.index}"


def _input(work: Workplace, event: CallBegins, joined: Joined) -> Mapping[str, object]:
    batch, attempt = joined.batch, joined.attempt
    spec = spec_of(batch)
    assignment = Assignment(
        batch=batch.id,
        call=event.call,
        task=attempt.label,
        list=batch.tasks,
        progress=spec.beside(temporary_name(attempt.number)) if spec.progress else None,
        earlier=joined.earlier.reason if joined.earlier else None,
        earlier_ref=joined.earlier.ref if joined.earlier else None,
    )
    prompt = rewritten(str(event.input.get("prompt", "")), _spellings(batch, event), assignment)
    return decide.isolated(event.input, prompt, background=work.config.claude_background)


def _spellings(batch: Batch, event: CallBegins) -> tuple[str, ...]:
    """The main checkout's path as git gives it, and as the client does, which follows no links."""
    known = {batch.top, event.where.cwd, os.environ.get("CLAUDE_PROJECT_DIR", batch.top)}
    return tuple(path for path in known if os.path.realpath(path) == os.path.realpath(batch.top))


def _wait(work: Workplace, ready: _Ready, until: float) -> None:
    """Until the task may be tried again and there is a place for its executor. Raises RefusedError if it is over."""
    batch, call, earliest = ready.joined.batch, ready.joined.attempt.call or "", ready.joined.not_before
    if earliest is not None:
        time.sleep(max(0.0, min((earliest - datetime.now(UTC)).total_seconds(), until - time.monotonic())))
    while not admit(work, batch.id, call, ready.places):
        if time.monotonic() >= until:
            admit(work, batch.id, call, len(batch.attempts) + 1_000)
            return
        time.sleep(PAUSE)
