"""One list with all that is set: its rules, what is found, what a baseline knows already, and the fixes.

What a plain run does not need is imported where it is needed: a hook pays for start-up at every commit.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ralph_hooks.lint import selection
from ralph_hooks.lint.discover import Target
from ralph_hooks.lint.engine import lint, order
from ralph_hooks.lint.files import Source
from ralph_hooks.lint.model import Finding, Rule, Settings, Surroundings
from ralph_hooks.lint.places import Places
from ralph_hooks.lint.rules.rh401_state_committed import STATE
from ralph_hooks.records import NamedTuple
from ralph_hooks.tasklist.model import Dialect

if TYPE_CHECKING:
    from ralph_hooks.lint.baseline import Baseline, Key

UNREADABLE = "RH902"  # the rule that finds files which are no text; it cannot be switched off
Findings = tuple[Finding, ...]


class Options(NamedTuple):
    """What holds for all lists of a run. `known`: every rule there is, `rules`: those that are to run."""

    known: tuple[Rule, ...]
    rules: tuple[Rule, ...]
    settings: Settings
    dialect: Dialect | None = None
    per_file_ignores: Sequence[tuple[str, Sequence[str]]] = ()
    baseline: Baseline | None = None


class Listed(NamedTuple):
    """One list: where it is, what it says, what lies beside it."""

    target: Target
    source: Source
    surroundings: Surroundings


class Checked(NamedTuple):
    """What was found. `text`: what it was found in, after `fixed` fixes; `all`: with what the baseline knows."""

    listed: Listed
    text: str | None
    findings: Findings
    all: Findings
    fixed: int = 0

    @property
    def places(self) -> Places:
        return Places.of(self.text or "")

    @property
    def keys(self) -> list[Key]:
        """What a baseline knows the findings by."""
        return [key for key, _ in _keyed(self.listed, self.text or "", self.all)]


def surroundings(target: Target) -> Surroundings:
    """The state file beside a list on disk. One that cannot be read is none: it is the coordinator's to mend."""
    return Surroundings(target.shown, state_beside(target.path))


def state_beside(path: Path) -> Mapping[str, Any] | None:
    beside = path.with_name(STATE)
    if not os.path.lexists(beside):
        return None
    from ralph_hooks.spec.state_file import StateError, read  # noqa: PLC0415 - see above

    try:
        return read(beside)
    except StateError:
        return None


def check(listed: Listed, options: Options) -> Checked:
    """Lint one list."""
    text = listed.source.text
    found = () if text is None else _found(text, listed, options)
    return _checked(listed, text, found, options)


def fix(listed: Listed, options: Options, *, unsafe: bool) -> Checked:
    """Lint and fix one list. What the baseline knows is left as it is; nothing is written."""
    text = listed.source.text
    if text is None:
        return check(listed, options)

    from ralph_hooks.lint import fixes  # noqa: PLC0415 - see above

    def new(text: str) -> Findings:
        return _new(listed, text, _found(text, listed, options), options)

    done = fixes.fix(text, new, unsafe=unsafe)
    return _checked(listed, done.text, _found(done.text, listed, options), options)._replace(fixed=done.fixes)


def stale(checked: Sequence[Checked], options: Options) -> list[Finding]:
    """What the baseline counts and is no longer there, as findings of the rule on comments that hide nothing."""
    meta = next((rule for rule in options.rules if rule.code == "RH901"), None)
    if options.baseline is None or meta is None:
        return []
    paths = frozenset(one.listed.target.relative for one in checked)
    keys = [key for one in checked for key in one.keys]
    return sorted(options.baseline.stale(keys, paths, options.rules, meta), key=order)


def _checked(listed: Listed, text: str | None, found: Findings, options: Options) -> Checked:
    new = _new(listed, text or "", found, options)
    findings = sorted([*new, *_unreadable(listed, options.known)], key=order)
    return Checked(listed, text, tuple(findings), found)


def _found(text: str, listed: Listed, options: Options) -> Findings:
    rules = selection.for_file(options.rules, listed.target.relative, options.per_file_ignores)
    return lint(text, listed.surroundings, options.settings, options.dialect, rules, options.known)


def _keyed(listed: Listed, text: str, findings: Findings) -> list[tuple[Key, Finding]]:
    from ralph_hooks.lint import baseline  # noqa: PLC0415 - see above

    places = Places.of(text)
    path = listed.target.relative
    return [(baseline.key(path, finding, places.text(finding.line)), finding) for finding in findings]


def _new(listed: Listed, text: str, findings: Findings, options: Options) -> Findings:
    return options.baseline.new(_keyed(listed, text, findings)) if options.baseline else findings


def _unreadable(listed: Listed, known: Sequence[Rule]) -> list[Finding]:
    source, path = listed.source, listed.target.shown
    if source.problem is None:
        return []
    rule = next(rule for rule in known if rule.code == UNREADABLE)
    places = Places.of(source.text or "")
    line, column = places.place(source.offset)
    message = f"{path} {source.problem}"
    return [Finding(path, line, column, line, column + 1, rule.code, rule.name, rule.severity, message)]
