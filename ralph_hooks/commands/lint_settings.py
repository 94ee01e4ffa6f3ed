"""What is set for linting: configuration and options together, and how `--show-settings` prints it."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ralph_hooks.commands.printing import put, put_json
from ralph_hooks.config import Config, load, load_file
from ralph_hooks.errors import UsageError
from ralph_hooks.lint import discover, files, selection
from ralph_hooks.lint.model import Rule, Settings
from ralph_hooks.lint.rules import RULES
from ralph_hooks.lint.run import Options
from ralph_hooks.records import NamedTuple
from ralph_hooks.tasklist.model import Dialect

if TYPE_CHECKING:
    from ralph_hooks.lint.baseline import Baseline

STATE_RULES = ("RH4",)  # what `--state` looks for


class Place(NamedTuple):
    """Where the command runs, and what is set there."""

    cwd: Path
    top: Path
    config: Config


def place(args: Namespace) -> Place:
    cwd = Path.cwd()
    top = discover.top_of(cwd)
    return Place(cwd, top, load_file(Path(args.config)) if args.config else load(top))


def options(at: Place, args: Namespace) -> Options:
    """Raises UsageError for a rule that there is not, with the place where it is named."""
    config = at.config
    known = tuple(RULES)
    for _, words in config.per_file_ignores:
        _check(words, known, config.where("per_file_ignores"))
    dialect = args.dialect or config.dialect
    path = baseline_path(at, args)
    # What is about to be written need not be there, and must not hide anything.
    read = None if path is None or args.write_baseline else read_baseline(path, at.cwd)
    return Options(
        known=known,
        rules=_rules(config, args, known),
        settings=_settings(config),
        dialect=Dialect(dialect) if dialect else None,
        per_file_ignores=config.per_file_ignores,
        baseline=read,
    )


def baseline_path(at: Place, args: Namespace) -> Path | None:
    if args.baseline:
        return at.cwd / str(args.baseline)
    return at.top / at.config.baseline if at.config.baseline else None


def read_baseline(path: Path, cwd: Path) -> Baseline:
    from ralph_hooks.lint import baseline  # noqa: PLC0415 - few repositories have one

    shown = discover.target(str(path), cwd, cwd).shown
    source = files.read(path)
    if source.text is None or source.problem:
        raise UsageError(f"the baseline {shown} {source.problem}", "make it with --write-baseline")
    return baseline.read(shown, source.text)


def show(at: Place, options: Options, args: Namespace) -> None:
    """Every key as it holds, values written as in JSON, and the rules that would run."""
    values = {key: value for key, value in at.config._asdict().items() if key != "lines"}
    values |= {"dialect": options.dialect, "shared_files": options.settings.shared_files}
    values["per_file_ignores"] = dict(at.config.per_file_ignores)
    values["rules"] = [rule.code for rule in options.rules]
    if args.format == "json":
        put_json(values)
    else:
        import json  # noqa: PLC0415 - for this option alone

        put("\n".join(f"{key} = {json.dumps(value)}" for key, value in values.items()))


def _settings(config: Config) -> Settings:
    settings = Settings(config.max_parallel, config.max_group, required_fields=config.required_fields)
    if config.shared_files is None:
        return settings
    return settings._replace(shared_files=config.shared_files)


def _rules(config: Config, args: Namespace, known: Sequence[Rule]) -> tuple[Rule, ...]:
    """`--select` begins anew, without what the configuration says; `--ignore` takes more away."""
    selected, ignored = _words(args.select), _words(args.ignore)
    _check(selected, known, "--select")
    _check(ignored, known, "--ignore")
    _check(config.select, known, config.where("select"))
    _check(config.ignore, known, config.where("ignore"))
    if selected:
        return selection.select(known, selected, ignored)
    chosen = selection.select(known, config.select, (*config.ignore, *ignored))
    if args.state:
        state = selection.select(known, STATE_RULES, ())
        return tuple(rule for rule in chosen if rule in state)
    return chosen


def _words(given: Iterable[str] | None) -> tuple[str, ...]:
    return tuple(word.strip() for words in given or () for word in words.split(",") if word.strip())


def _check(words: Iterable[str], known: Sequence[Rule], where: str) -> None:
    for word in words:
        try:
            selection.check_word(word, known)
        except UsageError as error:
            raise UsageError(f"{where}: {error.what}", error.todo) from error
