"""Installing and uninstalling: look, plan, make the edits."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path

from ralph_hooks.config import load
from ralph_hooks.git.repository import Repository, worktree_at
from ralph_hooks.git.worktrees import worktrees
from ralph_hooks.integrations.install.carry_out import Change, alone, carry_out, changes
from ralph_hooks.integrations.install.claude_settings import PATH
from ralph_hooks.integrations.install.facts import Found, gather, main_worktree
from ralph_hooks.integrations.install.managers import managing
from ralph_hooks.integrations.install.model import Facts, Plan
from ralph_hooks.integrations.install.plan import plan
from ralph_hooks.integrations.install.program import candidates, choose
from ralph_hooks.integrations.install.wish import LAUNCHERS, claude_launchers, wish
from ralph_hooks.records import NamedTuple


class Installed(NamedTuple):
    """What an installation has changed, or would. `top`: the worktree that paths are shown from."""

    top: Path
    manager: str
    how: str
    program: Path
    hooks: tuple[str, ...]
    claude: bool
    changes: tuple[Change, ...]
    notes: tuple[str, ...]


class Uninstalled(NamedTuple):
    """What taking an installation out has changed, or would."""

    top: Path
    changes: tuple[Change, ...]
    notes: tuple[str, ...]


def install(repository: Repository, *, claude: bool, dry_run: bool) -> Installed:
    """Wire everything in. What an earlier installation had of Claude Code's hooks stays, asked for again or not.

    Raises RefusedError and UsageError before anything is changed.
    """
    program, warning = choose(tuple(candidates()), _passing(repository))
    folder = repository.common_dir / "ralph"
    with nullcontext() if dry_run else alone(folder):
        found = gather(repository, LAUNCHERS)
        with_claude = claude or found.manifest.claude
        planned, hooks = _planned(found.facts, program.path, claude=with_claude)
        steps = changes(found, planned.edits)
        if not dry_run:
            carry_out(found, planned.edits, program=str(program.path), claude=with_claude)
    tracked = _tracked_settings(repository, found.facts.top) if with_claude else None
    notes = (*planned.notes, *(note for note in (warning, tracked) if note))
    return Installed(found.facts.top, planned.manager, planned.how, program.path, hooks, with_claude, steps, notes)


def uninstall(repository: Repository, *, dry_run: bool) -> Uninstalled:
    """Take everything out that `install` has put in. What others have edited since keeps their edits."""
    folder = repository.common_dir / "ralph"
    if not folder.is_dir():
        return Uninstalled(main_worktree(repository), (), ())
    with nullcontext() if dry_run else alone(folder):
        found = gather(repository, LAUNCHERS)
        steps = changes(found, ())
        if not dry_run and found.manifest.edits:
            carry_out(found, ())
    return Uninstalled(found.facts.top, steps, tuple(_left(found)))


class Standing(NamedTuple):
    """The installation that there is. `program`: what its hooks call; `changes`: what `install` would mend."""

    manager: str
    how: str
    installed: bool
    program: str | None
    claude: bool
    changes: tuple[Change, ...]


def standing(repository: Repository) -> Standing:
    """Look at the installation that there is, and change nothing."""
    found = gather(repository, LAUNCHERS)
    record = found.manifest
    manager = managing(found.facts).NAME
    if not record.edits or record.program is None:
        return Standing(manager, "", installed=False, program=None, claude=False, changes=())
    planned, _ = _planned(found.facts, Path(record.program), claude=record.claude)
    steps = changes(found, planned.edits)
    return Standing(manager, planned.how, installed=True, program=record.program, claude=record.claude, changes=steps)


def _planned(facts: Facts, program: Path, *, claude: bool) -> tuple[Plan, tuple[str, ...]]:
    pool = claude and load(facts.top).claude_pool
    wanted = wish(facts.folder, program, claude_launchers() if claude else None, pool=pool)
    return plan(facts, wanted), tuple(hook.name for hook in wanted.hooks)


def _passing(repository: Repository) -> tuple[Path, ...]:
    stays = main_worktree(repository)
    return tuple(worktree.path for worktree in worktrees(repository) if worktree.path != stays)


def _tracked_settings(repository: Repository, top: Path) -> str | None:
    if not worktree_at(repository, top).git("ls-files", "--", PATH).text:
        return None
    return f"{PATH} is tracked by git, and its commands hold paths of this machine: git rm --cached {PATH}"


def _left(found: Found) -> list[str]:
    """Files that others have edited, so that they do not go back to what they were."""
    edits = {edit.path: edit for edit in found.manifest.edits}
    return [
        f"{path} was edited after the installation: the edits stay"
        for path, file in found.without.items()
        if path in edits and file is not None and file != edits[path].before and file != found.now.get(path)
    ]
