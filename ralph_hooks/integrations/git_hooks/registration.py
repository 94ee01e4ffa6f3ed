"""What is to be wired into a repository, as data: hooks, the launcher that stands for all of them, merge drivers."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from importlib.resources import files

from ralph_hooks.records import NamedTuple

LAUNCHER = "git-guard"  # the file's name, and the mark by which a hook is known as ours
INSTALLED = f"ralph/{LAUNCHER}"  # where it is put, below the git common dir
PROGRAM = "ralph-hooks"  # what the launcher runs unless it is told otherwise


class Hook(NamedTuple):
    """One of git's hooks. `stdin`: git writes to it, so whoever runs several hooks must hand it to each."""

    name: str
    does: str
    stdin: bool = False


HOOKS = (
    Hook("pre-commit", "keeps an executor's commit to its own branch and files"),
    Hook("prepare-commit-msg", "fills in the task's commit message"),
    Hook("commit-msg", "checks an executor's message and adds the trailers of its task"),
    Hook("pre-push", "keeps executors' branches and the target of an open batch from being pushed", stdin=True),
    Hook("reference-transaction", "keeps executors from moving the target of an open batch", stdin=True),
    Hook("post-checkout", "notes that an executor switched its branch"),
    Hook("post-rewrite", "notes that an executor rebased its branch", stdin=True),
)


class MergeDriver(NamedTuple):
    """A merge driver: `merge.KEY.name` and `merge.KEY.driver`, and the patterns of the files that it merges."""

    key: str
    name: str
    verb: str
    patterns: tuple[str, ...]

    def command(self, launcher: str) -> str:
        """The value of `merge.KEY.driver`. `launcher` is the absolute path of the installed launcher."""
        return f"{shlex.quote(launcher).replace('%', '%%')} {self.verb} %O %A %B %P %L"

    @property
    def attributes(self) -> tuple[str, ...]:
        """The lines for `info/attributes`."""
        return tuple(f"{pattern} merge={self.key}" for pattern in self.patterns)


MERGE_DRIVERS = (
    MergeDriver("ralph-tasks", "ralph-hooks: task lists, by task", "merge-tasks", ("tasks.md",)),
    MergeDriver("ralph-progress", "ralph-hooks: progress logs, both sides", "merge-progress", (".progress.md",)),
)


def launcher(command: Sequence[str] = (PROGRAM,)) -> str:
    """The text of the launcher, an executable file, that runs `command` where Python has to be asked.

    Called `git-guard`, its first argument is the hook's name; under (or linked as) a hook's name it is that hook.
    """
    text = files(__package__).joinpath(LAUNCHER).read_text(encoding="utf-8")
    return text.replace(f"\n    {PROGRAM} hook git", f"\n    {shlex.join(command)} hook git", 1)
