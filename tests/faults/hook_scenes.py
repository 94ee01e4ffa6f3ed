"""The hooks of Claude Code that are swept: an event whose hook is killed, and what the client does after it.

A hook that was killed has said nothing, and the client goes on: the next event's hook is the one that recovers.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from hook_moments import (
    abandoned,
    all_ended,
    at_work,
    called,
    fresh,
    in_background,
    joinable,
    known,
    pooled,
    unlocked,
)
from hook_steps import (
    Step,
    ask,
    begins,
    die,
    failed,
    in_main,
    prompt,
    returned,
    spoil,
    start,
    step_ended,
    stop,
    wants_worktree,
)
from injecting import Broken, Fault, run
from pretend_client import Answer, Session
from workshop import Ran, Workshop
from worlds import World, world

_SCRATCH = re.compile(r"ralph/(new-.*|lent-.*|.*\.new|ralph\.db-journal)$")
_RECORDS = ("refs/ralph/batch/", "refs/ralph/log/")
_PLACE = "/.claude/worktrees/"


def _nothing(_: Workshop) -> None:
    """The hook never ran."""


def _kept(found: World) -> World:
    """Without how far records and executors' indices have come when nobody wants them any more, and without scratch
    files, which the next one of their kind writes anew or removes.
    """
    said = {ref: "" if ref.startswith(_RECORDS) else value for ref, value in found["refs"].items()}
    kept = {name: text for name, text in found["git"].items() if not _SCRATCH.match(name)}
    status = {place: text for place, text in found["status"].items() if _PLACE not in place}
    return {**found, "refs": said, "git": kept, "status": status}


def _said(found: World) -> World:
    """Without what an executor had in its worktree: that is kept, and differs with where it was broken off."""
    return {"batches": re.sub(r"\b[0-9a-f]{40}\b", "ID", json.dumps(found["batches"]))}


class HookScene(NamedTuple):
    """In what `prepare` makes, the hook that `event` fires is killed; `then` is what the client does afterwards.

    `made`: so many calls the session has made before.
    """

    prepare: Callable[[Path], Workshop]
    event: Step
    then: tuple[Step, ...]
    made: int = 2
    session: str = "sid-1"
    akin: bool = False  # to another scene, or to a command: every N-th point will do
    spoilt: Step | None = None  # what may come of it as well
    telling: Callable[[World], World] = _kept  # what of a world tells how it has ended

    @property
    def others(self) -> Sequence[Callable[[Workshop], object]]:
        """It may be as if there had been no hook: what it was to do is done by a later one."""
        spoilt = self.spoilt
        return (_nothing, *([lambda shop: spoilt(Session(shop, self.session))] if spoilt else ()))

    def run(self, shop: Workshop, fault: Fault) -> Broken:
        return self._broken(shop, self.event, fault)

    def recover(self, shop: Workshop, fault: Fault) -> Broken:
        return self._broken(shop, self.then[0], fault)

    def end(self, shop: Workshop) -> list[Ran]:
        session = Session(shop, self.session, made=self.made)
        return [Ran(0, str(step(session)), session.log) for step in self.then]

    def seen(self, shop: Workshop) -> World:
        return self.telling(world(shop))

    def _broken(self, shop: Workshop, step: Step, fault: Fault) -> Broken:
        session = Breaking(shop, self.session, made=self.made)
        session.fault = fault
        step(session)
        return session.broken


class Breaking(Session):
    """A session whose hook runs as a process of its own, which `fault` happens to. It has one event."""

    fault = Fault()
    broken: Broken

    def raw(self, event: str, text: bytes) -> Answer:
        shop, where = self.shop, Path(json.loads(text)["cwd"])
        command = ("hook", "claude", event)
        self.broken = run(*command, cwd=where, below=shop.path, fault=self.fault, stdin=text, env=self.env)
        return {}


_ENDS: tuple[Step, ...] = (stop(2), returned(2), step_ended)
_FIRST, _SECOND = ask("1.1"), ask("1.2")

HOOKS = {
    "PreToolUse that opens": HookScene(fresh, _FIRST, (_FIRST,), made=0),
    "PreToolUse that opens, not isolated": HookScene(known, _FIRST, (in_main("1.1"), step_ended), made=0, akin=True),
    "PreToolUse that joins": HookScene(joinable, _SECOND, (_SECOND,), made=1),
    "WorktreeCreate": HookScene(pooled, wants_worktree, (failed(2), stop(1), returned(1), step_ended)),
    "SubagentStart": HookScene(
        called, start(2), (start(2), stop(1), returned(1), *_ENDS), spoilt=spoil(2), telling=_said
    ),
    "SubagentStop": HookScene(at_work, stop(1), (returned(1), *_ENDS)),
    "StopFailure": HookScene(at_work, die(1), (failed(1), *_ENDS)),
    "PostToolUse": HookScene(unlocked, returned(1), _ENDS, telling=_said),
    "PostToolUseFailure": HookScene(unlocked, failed(1), _ENDS, telling=_said),
    "PostToolBatch": HookScene(all_ended, step_ended, (step_ended,), akin=True),
    "SubagentStop that lands": HookScene(in_background, stop(2), (prompt(2),), akin=True),
    "UserPromptSubmit": HookScene(in_background, prompt(2), (prompt(2),), akin=True),
    "SessionStart": HookScene(abandoned, begins, (begins,), session="sid-2", akin=True),
}
