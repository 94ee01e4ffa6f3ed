"""The message of an executor's commit: the task's own words, nobody else's, with the trailers that name the task."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ralph_hooks.batch.message import subject_of
from ralph_hooks.integrations.git_hooks.checks.verdict import Refusal, Verdict
from ralph_hooks.records import NamedTuple

_TRAILER = re.compile(r"(?P<key>Ralph-(?:Spec|Task|Batch)):[ \t]*(?P<value>.*)")
_CUT = re.compile(r"^.{0,3} ?-{8,} >8 -{8,}\n.*", re.MULTILINE | re.DOTALL)  # `commit --verbose`: the diff is below
_MELDED = ("fixup! ", "squash! ", "amend! ")  # become part of another commit, whose message they must not spoil
_GIVEN = ("Merge ", "Revert ", "Reapply ")  # git's own words


class Facts(NamedTuple):
    """A message without comments. `wanted` is the task's Commit field; `others`: those of the other tasks, by name."""

    text: str
    wanted: str | None
    others: tuple[tuple[str, str], ...]
    trailers: tuple[tuple[str, str], ...]
    strict: bool = False


def above_cut(text: str) -> str:
    """The message without the diff that `commit --verbose` puts below it."""
    return _CUT.sub("", text)


def check(facts: Facts) -> Verdict:
    return Verdict((*_contradictions(facts), *_subject(facts)), tuple(_notes(facts)))


def missing_trailers(facts: Facts) -> tuple[tuple[str, str], ...]:
    """The trailers that the message lacks. One that is empty gets none: with them it would no longer be empty."""
    if not facts.text.strip() or facts.text.startswith((*_MELDED, "Merge ")):
        return ()
    there = set(_trailers(facts.text))
    return tuple(trailer for trailer in facts.trailers if trailer not in there)


def filled(text: str, wanted: str | None) -> str:
    """A message that is still to be written, begun with the task's own. `text` is git's comment."""
    return f"{subject_of(wanted, '', ())}\n{text}" if wanted else text


def _contradictions(facts: Facts) -> Iterator[Refusal]:
    wanted = dict(facts.trailers)
    for key, value in _trailers(facts.text):
        if wanted.get(key, value) != value:
            yield Refusal(f"the message says {key}: {value}, and this is {wanted[key]}", f"leave {key} out")


def _subject(facts: Facts) -> Iterator[Refusal]:
    said = _first(facts.text)
    if _matches(facts):
        return
    owner = next((name for name, message in facts.others if said == subject_of(message, "", ())), None)
    if owner is not None:
        yield Refusal(f"that is the message of task {owner}", _use(facts) or "say what this task does")
    elif facts.strict:
        yield Refusal(f"the message is not the one of the task: {said}", _use(facts))


def _notes(facts: Facts) -> Iterator[str]:
    if not _matches(facts) and not facts.strict:
        yield f"the task's own message is: {subject_of(facts.wanted, '', ())}; the landing takes that"


def _matches(facts: Facts) -> bool:
    """Does the message say what the task wants? One that is melded or given by git says nothing of its own."""
    said = _first(facts.text)
    free = not said or said.startswith((*_MELDED, *_GIVEN))
    return free or facts.wanted is None or said in {_first(facts.wanted), subject_of(facts.wanted, "", ())}


def _use(facts: Facts) -> str:
    return f"use the one of the task: {subject_of(facts.wanted, '', ())}" if facts.wanted else ""


def _first(text: str) -> str:
    return subject_of(text.strip().partition("\n")[0] or None, "", ()) if text.strip() else ""


def _trailers(text: str) -> list[tuple[str, str]]:
    found = (_TRAILER.fullmatch(line.strip()) for line in text.splitlines())
    return [(match["key"], match["value"].strip()) for match in found if match]
