"""Check task lists: what will break a run, what contradicts itself, what a reader will not expect.

Without PATH every tasks.md of the repository is checked. Exit code 1 for findings of at least the severity that
`fail_on` names, which is error unless it is set.
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections import Counter

from ralph_hooks import progress
from ralph_hooks.commands import lint_report, lint_settings
from ralph_hooks.commands.activity import shown
from ralph_hooks.commands.lint_settings import Place
from ralph_hooks.commands.printing import note, put
from ralph_hooks.errors import UsageError
from ralph_hooks.lint import discover, files
from ralph_hooks.lint import run as runs
from ralph_hooks.lint.model import Severity, Surroundings
from ralph_hooks.lint.run import Checked, Listed, Options
from ralph_hooks.tasklist.model import Dialect

EXAMPLE = "ralph-hooks lint specs/user-auth/tasks.md --fix"
STDIN = "-"
FORMATS = ("text", "json", "github", "sarif", "junit")


def arguments(parser: ArgumentParser) -> None:
    add = parser.add_argument
    add("paths", nargs="*", metavar="PATH", help="lists, or folders to look for them; `-`: standard input")
    add("--format", choices=FORMATS, default="text", help="how to print findings (default: text)")
    add("--fix", action="store_true", help="apply the fixes that are certain")
    add("--unsafe-fixes", action="store_true", help="with --fix or --diff: also those that are only likely")
    add("--diff", action="store_true", help="show what --fix would change, and change nothing")
    add("--select", action="append", metavar="RULES", help="run these: codes, beginnings of codes, names, ALL")
    add("--ignore", action="append", metavar="RULES", help="do not run these")
    add("--fail-on", choices=[one.value for one in Severity], help="exit with 1 from this severity on (default: error)")
    add("--exit-zero", action="store_true", help="exit with 0 whatever is found")
    add("--config", metavar="FILE", help="settings from this file, and no other")
    add("--dialect", choices=[one.value for one in Dialect], help="read the lists as this dialect")
    add("--stdin-filename", metavar="NAME", help="the path that standard input is to be taken for")
    add("--baseline", metavar="FILE", help="do not report the findings that this file knows")
    add("--write-baseline", action="store_true", help="write all findings into the baseline")
    add("--statistics", action="store_true", help="count the findings of each rule")
    add("--state", action="store_true", help="check what is staged: the state file, and what it says about its list")
    add("--show-settings", action="store_true", help="print every setting, and the rules that would run")


def run(args: Namespace) -> int:
    _check_usage(args)
    place = lint_settings.place(args)
    options = lint_settings.options(place, args)
    if args.show_settings:
        lint_settings.show(place, options, args)
        return 0
    checked = _checked(_listed(place, args), options, args)
    if args.diff:
        return _diff(checked, args)
    if args.write_baseline:
        return _write_baseline(place, args, checked)
    if args.fix:
        _write(checked, args)
    report = lint_report.report(place, args, options, checked)
    # The fixed text of standard input takes standard output: the report must not stand in it.
    lint_report.put(report, args, sys.stderr if args.fix and args.paths == [STDIN] else sys.stdout)
    return int(not args.exit_zero and any(report.fails(finding) for finding in report.findings))


def _checked(listed: list[Listed], options: Options, args: Namespace) -> list[Checked]:
    with shown("reading the rules"):
        each = progress.each("checking lists", listed)
        if args.fix or args.diff:
            return [runs.fix(one, options, unsafe=args.unsafe_fixes) for one in each]
        return [runs.check(one, options) for one in each]


def _check_usage(args: Namespace) -> None:
    stdin = STDIN in args.paths
    if stdin and len(args.paths) > 1:
        raise UsageError("standard input is linted alone", "give `-` or paths")
    if args.stdin_filename and not stdin:
        raise UsageError("--stdin-filename without standard input", "add `-`")
    if args.unsafe_fixes and not (args.fix or args.diff):
        raise UsageError("--unsafe-fixes alone fixes nothing", "add --fix, or --diff to see what it would do")
    writing = [name for name in ("diff", "fix", "write_baseline") if getattr(args, name)]
    if len(writing) > 1:
        shown = " and ".join(f"--{name.replace('_', '-')}" for name in writing)
        raise UsageError(f"{shown} exclude each other", "give one of them")
    if args.state and (args.fix or args.diff or args.paths or args.write_baseline):
        raise UsageError("--state only looks, at everything that is staged", "give it without paths and without fixes")
    if (args.diff or args.statistics) and args.format not in {"text", *(("json",) if args.statistics else ())}:
        raise UsageError(f"--format {args.format} has no such form", "print it as text")


def _listed(place: Place, args: Namespace) -> list[Listed]:
    if args.state:
        from ralph_hooks.commands.staged import staged  # noqa: PLC0415 - the one kind of linting that needs git

        return staged(place.cwd, place.config.exclude)
    if args.paths == [STDIN]:
        return _stdin(place, args.stdin_filename or discover.LIST)
    targets = discover.targets(args.paths, place.cwd, place.top, place.config.exclude)
    return [Listed(target, files.read(target.path), runs.surroundings(target)) for target in targets]


def _stdin(place: Place, name: str) -> list[Listed]:
    target = discover.target(name, place.cwd, place.top)
    source = files.decode(sys.stdin.buffer.read(files.LIMIT + 1))
    excluded = discover.excluded(target, place.config.exclude)
    return [] if excluded else [Listed(target, source, Surroundings(target.shown, runs.state_beside(target.path)))]


def _diff(checked: list[Checked], args: Namespace) -> int:
    from ralph_hooks.lint import fixes  # noqa: PLC0415 - few runs show a diff

    changed = [one for one in checked if one.text is not None and one.text != one.listed.source.text]
    for one in changed:
        shown = fixes.diff(one.listed.target.shown, one.listed.source.text or "", one.text or "")
        sys.stdout.write(shown.encode("utf-8", "replace").decode())
    note(f"{sum(one.fixed for one in changed)} fixes in {len(changed)} of {len(checked)} lists")
    return int(bool(changed) and not args.exit_zero)


def _write(checked: list[Checked], args: Namespace) -> None:
    for one in checked:
        old, new = one.listed.source.text, one.text
        if args.paths == [STDIN]:
            sys.stdout.flush()
            sys.stdout.buffer.write(files.encode(new or ""))
            sys.stdout.buffer.flush()
        elif old is not None and new is not None and new != old:
            files.write(one.listed.target.path, new, old)


def _write_baseline(place: Place, args: Namespace, checked: list[Checked]) -> int:
    """What this run did not look at stays as it is in the file."""
    from ralph_hooks.lint import baseline  # noqa: PLC0415 - once in the life of a repository

    path = lint_settings.baseline_path(place, args) or place.top / baseline.NAME
    looked = {one.listed.target.relative for one in checked}
    known = lint_settings.read_baseline(path, place.cwd).counts if path.exists() else {}
    counts = Counter({key: count for key, count in known.items() if key[0] not in looked})
    counts.update(key for one in checked for key in one.keys)
    files.write(path, baseline.write(counts))
    put(f"{sum(counts.values())} findings are known in {discover.target(str(path), place.cwd, place.top).shown}")
    return 0
