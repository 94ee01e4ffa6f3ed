"""`ralph-hooks hook git NAME ARG...`: what `git-guard`, pre-commit and prek call.

Exit code 1 is a refusal (for a merge driver: a conflict), or what `--refusal STATUS` says instead, so that a launcher
can tell it from a Python that fails. A guard that cannot run refuses nothing, to nobody: the landing checks again.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from ralph_hooks.errors import printable

GUARDS = {
    "pre-commit": "pre_commit.run",
    "prepare-commit-msg": "commit_msg.prepare",
    "commit-msg": "commit_msg.run",
    "commit": "commit.run",  # these two at once, which is no hook of git's
    "pre-push": "pre_push.run",
    "reference-transaction": "reference_transaction.run",
    "post-checkout": "history.switched",
    "post-rewrite": "history.rewritten",
}
DRIVERS = {"merge-tasks": "merge_driver.merge_tasks", "merge-progress": "merge_driver.merge_progress"}
BROKEN = 2  # of a merge driver, which the launcher then replaces by git's own


def main(argv: Sequence[str]) -> int:
    words, refusal = list(argv), 1
    if words[:1] == ["--refusal"]:
        refusal, words = int(words[1]), words[2:]
    name, args = (words[0] if words else ""), words[1:]
    if name not in GUARDS | DRIVERS:
        # A launcher of a newer version may know more hooks.
        _say(f"there is no hook {name!r} of git here; the hooks are {', '.join([*GUARDS, *DRIVERS])}")
        return 0
    try:
        passed = _driver(name, args) if name in DRIVERS else _guard(name, args)
    except Exception as error:
        return _failed(name, error)
    return 0 if passed else refusal


def _guard(name: str, args: Sequence[str]) -> bool:
    verdict = _function(GUARDS[name])(args, Path.cwd())
    for note in verdict.notes:
        _say(note)
    for refusal in verdict.refusals:
        _say(f"refused: {refusal.what}; {printable(refusal.todo)}")
    return not verdict.refusals


def _driver(name: str, args: Sequence[str]) -> bool:
    clean: bool = _function(DRIVERS[name])(args, Path.cwd())
    return clean


def _function(place: str) -> Callable[[Sequence[str], Path], Any]:
    module, _, function = place.partition(".")
    found: Callable[[Sequence[str], Path], Any] = getattr(import_module(f"{__package__}.{module}"), function)
    return found


def _failed(name: str, error: Exception) -> int:
    from ralph_hooks.error_log import write_error  # noqa: PLC0415 - only when something went wrong

    where = write_error(error)
    _say(f"the guard {name} could not run and checked nothing: {error}; the details are in {where}")
    return BROKEN if name in DRIVERS else 0


def _say(text: str) -> None:
    sys.stderr.write(f"ralph-hooks: {printable(text, 2000)}\n")
