"""From what was checked to what is printed."""

from __future__ import annotations

import os
from argparse import Namespace
from collections.abc import Sequence
from typing import TextIO

from ralph_hooks.commands.lint_settings import Place
from ralph_hooks.commands.printing import json_text
from ralph_hooks.lint import run
from ralph_hooks.lint.model import Severity
from ralph_hooks.lint.report.model import Report
from ralph_hooks.lint.run import Checked, Options


def report(place: Place, args: Namespace, options: Options, checked: Sequence[Checked]) -> Report:
    findings = [finding for one in checked for finding in one.findings] + run.stale(checked, options)
    return Report(
        tuple(findings),
        tuple(one.listed.target.shown for one in checked),
        {one.listed.target.shown: one.places for one in checked if one.findings},
        options.rules,
        sum(one.fixed for one in checked),
        Severity(args.fail_on or place.config.fail_on),
        place.config.rule_url,
    )


def put(made: Report, args: Namespace, stream: TextIO) -> None:
    """Print in the format that was asked for, whatever bytes a path has, and whatever the stream can encode."""
    shown = _statistics(made, args) if args.statistics else _shown(made, args, stream)
    if shown:
        encoding = stream.encoding or "utf-8"
        stream.write(shown.encode(encoding, "replace").decode(encoding) + "\n")


def _shown(made: Report, args: Namespace, stream: TextIO) -> str:
    # Each format is imported where it is asked for: a hook prints text.
    if args.format == "json":
        from ralph_hooks.lint.report.document import document  # noqa: PLC0415

        return json_text(document(made))
    if args.format == "github":
        from ralph_hooks.lint.report.github import github  # noqa: PLC0415

        return github(made)
    if args.format == "sarif":
        from ralph_hooks.lint.report.sarif import sarif  # noqa: PLC0415

        return json_text(sarif(made))
    if args.format == "junit":
        from ralph_hooks.lint.report.junit import junit  # noqa: PLC0415

        return junit(made)
    from ralph_hooks.lint.report.text import text  # noqa: PLC0415

    terminal = stream.isatty() and os.environ.get("TERM") != "dumb" and not os.environ.get("NO_COLOR")
    return text(made, colour=terminal, links=terminal)


def _statistics(made: Report, args: Namespace) -> str:
    from ralph_hooks.lint.report.document import statistics, table  # noqa: PLC0415
    from ralph_hooks.lint.report.text import summary  # noqa: PLC0415

    if args.format == "json":
        return json_text(statistics(made))
    return "\n".join(filter(None, [table(made), summary(made)]))
