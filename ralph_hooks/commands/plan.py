"""Show the groups of a task list in order: what runs beside what, what waits for what, which files meet.

Of several lists each is shown below its name. A list that cannot be planned is an error, exit code 2: it
depends on a task that is not there, or on itself.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path

from ralph_hooks.commands.printing import note, put, put_json
from ralph_hooks.config import Config, load
from ralph_hooks.errors import RefusedError, UsageError, printable
from ralph_hooks.git.repository import open_repository
from ralph_hooks.lint.files import write
from ralph_hooks.lint.model import Settings
from ralph_hooks.lint.suggest import Suggestion, apply, suggest
from ralph_hooks.spec.locate import locate
from ralph_hooks.tasklist import picture
from ralph_hooks.tasklist.model import Dialect, Plan, TaskList
from ralph_hooks.tasklist.parse import parse
from ralph_hooks.tasklist.plan import plan

EXAMPLE = "ralph-hooks plan specs/user-auth/tasks.md --format mermaid"


def arguments(parser: ArgumentParser) -> None:
    parser.add_argument("tasks", nargs="*", metavar="TASKS.md", help="the task lists; default: the current spec's")
    parser.add_argument("--spec", metavar="DIR", help="the spec whose tasks.md is meant")
    parser.add_argument("--dialect", choices=[*Dialect], help="read the list as this dialect")
    parser.add_argument("--max-parallel", type=int, metavar="N", help="show slices of this size")
    parser.add_argument("--format", choices=("text", "json", "mermaid"), default="text", help="default: text")
    parser.add_argument("--suggest", action="store_true", help="say which unmarked neighbours could be [P]")
    parser.add_argument("--apply", action="store_true", help="with --suggest: write these [P] into the list")


def run(args: Namespace) -> int:
    if args.max_parallel is not None and args.max_parallel < 1:
        raise UsageError(f"--max-parallel {args.max_parallel} runs nothing", "give 1 or more")
    paths, config = _lists(args)
    if len(paths) > 1 and args.format != "text":
        raise UsageError(f"--format {args.format} shows one task list, not {len(paths)}", "name one, or use text")
    if args.apply and not args.suggest:
        raise UsageError("--apply writes what --suggest finds", "give both")
    if args.suggest and args.format == "mermaid":
        raise UsageError("--format mermaid shows no suggestions", "use text or json")
    plans = [_planned(path, args, config) for path in paths]
    for path, (listed, planned) in zip(paths, plans, strict=True):
        if len(paths) > 1:
            put(f"── {printable(str(path))}")
        found = suggest(listed, _settings(args, config)) if args.suggest else None
        _show(args, config, listed, planned, found)
        if args.apply and found:
            write(path, apply(listed, found), listed.text)
            note(f"{path}: {sum(len(one.marks) for one in found)} tasks marked [P]")
    return 0


def _show(
    args: Namespace, config: Config, listed: TaskList, planned: Plan, found: tuple[Suggestion, ...] | None
) -> None:
    if args.format == "json":
        put_json(picture.as_json(listed, planned) | ({} if found is None else {"suggestions": _as_json(found)}))
    elif args.format == "mermaid":
        put(picture.mermaid(listed, planned).removesuffix("\n"))
    else:
        shown = picture.text(listed, planned, max_parallel=args.max_parallel or config.max_parallel)
        put(shown.removesuffix("\n"))
        if found is not None:
            put("\n".join(_lines(listed, found)))


def _settings(args: Namespace, config: Config) -> Settings:
    found = Settings(args.max_parallel or config.max_parallel, config.max_group)
    return found if config.shared_files is None else found._replace(shared_files=config.shared_files)


def _as_json(found: tuple[Suggestion, ...]) -> list[dict[str, object]]:
    return [{"tasks": [*one.tasks], "marks": [*one.marks], "saves": one.saves} for one in found]


def _lines(listed: TaskList, found: tuple[Suggestion, ...]) -> list[str]:
    if not found:
        return ["suggestion: none; no unmarked neighbours are seen to be independent"]
    lines = []
    for one in found:
        marks = [listed.tasks[index].name for index in one.marks]
        others = [listed.tasks[index].name for index in one.tasks if index not in one.marks]
        beside = f" beside {_listed(others)}" if others else ""
        steps = "1 step" if one.saves == 1 else f"{one.saves} steps"
        lines.append(f"suggestion: {_listed(marks)} could be [P]{beside}, which saves {steps}")
    return [printable(line) for line in lines]


def _listed(names: list[str]) -> str:
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


def _lists(args: Namespace) -> tuple[list[Path], Config]:
    """The lists and the settings that hold for them. Lists outside a repository can be planned too."""
    named = [Path(path) for path in args.tasks]
    try:
        top = open_repository(Path.cwd()).top
    except RefusedError:
        if not named:
            raise
        return named, Config()
    if named and args.spec is None:
        return named, load(top)
    spec = locate(top, cwd=Path.cwd(), tasks=args.tasks[0] if named else None, spec=args.spec)
    return [top / spec.tasks], load(top)


def _planned(path: Path, args: Namespace, config: Config) -> tuple[TaskList, Plan]:
    """Raises UsageError, with the path in front, where the list cannot be planned."""
    dialect = args.dialect or config.dialect
    has_state = path.with_name(".ralph-state.json").exists()
    listed = parse(_read(path), Dialect(dialect) if dialect else None, has_state=has_state)
    try:
        return listed, plan(listed)
    except UsageError as error:
        # A hook that was given several lists shows this line and nothing else.
        raise UsageError(f"{path}: {error.what}" if args.tasks else error.what, error.todo) from error


def _read(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8", "surrogateescape")
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}", "name a task list") from error
