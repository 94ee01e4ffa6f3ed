"""Check git, configuration, hooks, locks, worktrees, refs and batches, and say how to mend what is wrong.

--fix does what is safe: nothing that could lose anything.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Mapping
from pathlib import Path

from ralph_hooks.commands.printing import add_format, as_json, note, put, put_json
from ralph_hooks.doctor.checks import CHECKS
from ralph_hooks.doctor.facts import gather
from ralph_hooks.doctor.mend import mend
from ralph_hooks.doctor.model import Problem, Report
from ralph_hooks.errors import printable
from ralph_hooks.git.repository import Repository, open_repository

EXAMPLE = "ralph-hooks doctor --fix"


def arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--fix", action="store_true", help="mend what can be mended safely")
    add_format(parser)


def run(args: Namespace) -> int:
    repository = open_repository(Path.cwd())
    reports = _checked(repository)
    fixed: list[Problem] = []
    if args.fix:
        for problem, failure in mend(repository, _problems(reports)):
            if failure is None:
                fixed.append(problem)
            else:
                note(f"could not mend that {problem.what}: {failure}")
        reports = _checked(repository)
    if as_json(args):
        put_json(
            {
                "checks": [
                    {"name": name, "facts": list(report.facts), "problems": [_document(p) for p in report.problems]}
                    for name, report in reports.items()
                ],
                "fixed": [_document(problem) for problem in fixed],
            }
        )
    else:
        put("\n".join([*_lines(reports), *(f"mended: {printable(problem.what)}" for problem in fixed)]))
    return 1 if any(True for _ in _problems(reports)) else 0


def _checked(repository: Repository) -> dict[str, Report]:
    facts = gather(repository)
    return {name: check(facts) for name, check in CHECKS.items()}


def _problems(reports: Mapping[str, Report]) -> Iterator[Problem]:
    return (problem for report in reports.values() for problem in report.problems)


def _document(problem: Problem) -> dict[str, str | bool]:
    return {"what": problem.what, "mend": problem.mend, "fixable": problem.fix is not None}


def _lines(reports: Mapping[str, Report]) -> Iterator[str]:
    for name, report in reports.items():
        first, *more = report.facts or ("",)
        yield f"{'!' if report.problems else '·'} {name:13} {printable(first)}".rstrip()
        yield from (f"{'':15} {printable(fact)}" for fact in more)
        for problem in report.problems:
            yield f"{'':15} {printable(problem.what)}"
            yield f"{'':15} → {printable(problem.mend)}"
