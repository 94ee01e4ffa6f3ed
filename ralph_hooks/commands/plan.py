"""Show the groups of a task list in order: what runs beside what, what waits for what, which files meet."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path

from ralph_hooks.commands.session import put, put_json
from ralph_hooks.config import Config, load
from ralph_hooks.errors import RefusedError, UsageError
from ralph_hooks.git.repository import open_repository
from ralph_hooks.spec.locate import locate
from ralph_hooks.tasklist import picture
from ralph_hooks.tasklist.model import Dialect
from ralph_hooks.tasklist.parse import parse
from ralph_hooks.tasklist.plan import plan

EXAMPLE = "ralph-hooks plan specs/user-auth/tasks.md --format mermaid"


def arguments(parser: ArgumentParser) -> None:
    parser.add_argument("tasks", nargs="?", metavar="TASKS.md", help="the task list; default: the current spec's")
    parser.add_argument("--spec", metavar="DIR", help="the spec whose tasks.md is meant")
    parser.add_argument("--dialect", choices=[*Dialect], help="read the list as this dialect")
    parser.add_argument("--max-parallel", type=int, metavar="N", help="show slices of this size")
    parser.add_argument("--format", choices=("text", "json", "mermaid"), default="text", help="default: text")


def run(args: Namespace) -> int:
    path, config = _list(args)
    text = _read(path)
    dialect = args.dialect or config.dialect
    has_state = path.with_name(".ralph-state.json").exists()
    listed = parse(text, Dialect(dialect) if dialect else None, has_state=has_state)
    planned = plan(listed)
    if args.format == "json":
        put_json(picture.as_json(listed, planned))
    elif args.format == "mermaid":
        put(picture.mermaid(listed, planned))
    else:
        put(picture.text(listed, planned, max_parallel=args.max_parallel or config.max_parallel))
    return 0


def _list(args: Namespace) -> tuple[Path, Config]:
    """The list and the settings that hold for it. A list outside a repository can be planned too."""
    try:
        top = open_repository(Path.cwd()).top
    except RefusedError:
        if args.tasks is None:
            raise
        return Path(args.tasks), Config()
    if args.tasks is not None and args.spec is None:
        return Path(args.tasks), load(top)
    spec = locate(top, cwd=Path.cwd(), tasks=args.tasks, spec=args.spec)
    return top / spec.tasks, load(top)


def _read(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8", "surrogateescape")
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}", "name a task list") from error
