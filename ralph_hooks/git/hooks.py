"""Which hooks git is going to run."""

from __future__ import annotations

from pathlib import Path

from ralph_hooks.git.claims import FOLDER
from ralph_hooks.git.features import installed
from ralph_hooks.git.repository import Repository


def has_hook(repository: Repository, name: str) -> bool:
    """May git run a hook `name`, in this worktree or another of the repository, that is not one of our own?

    Ours are links into our folder.
    """
    common = repository.common_dir
    told = Path(repository.git("rev-parse", "--git-path", f"hooks/{name}").text)
    # `core.hooksPath` may be one worktree's alone, so the folder that the others have is looked at too.
    places = {repository.top / told, common / "hooks" / name}
    theirs = [path for path in places if path.exists() and not path.resolve().is_relative_to(common.resolve() / FOLDER)]
    return bool(theirs) or (installed().config_hooks and _is_configured(repository))


def _is_configured(repository: Repository) -> bool:
    """From git 2.54 on the configuration may name hooks of any event."""
    return repository.git("config", "--get-regexp", r"^hook\.", accept=(0, 1)).status == 0
