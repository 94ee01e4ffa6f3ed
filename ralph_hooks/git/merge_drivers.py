"""The merge drivers of the configuration, wrapped so that they keep off what git itself reads and says.

git lets a driver have its own input and output. What one prints, which is common and harmless in a `git merge`, would
stand in the middle of the answer of `merge-tree`, and one that reads would wait for what we send to git.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from shlex import quote

from ralph_hooks.git.repository import Repository
from ralph_hooks.patterns import pattern
from ralph_hooks.records import NamedTuple

_FILES = pattern(r"%([OAB%])")  # the three versions, of which git gives the names


class Driver(NamedTuple):
    """`key` is the setting, `merge.NAME.driver`; `command` what the user wrote for a shell."""

    key: str
    command: str


def drivers(repository: Repository) -> tuple[Driver, ...]:
    """Every merge driver that is configured."""
    listed = repository.git("config", "-z", "--get-regexp", r"^merge\..*\.driver$", accept=(0, 1)).records
    settings = (item.partition("\n") for item in listed)
    return tuple(Driver(key, command) for key, given, command in settings if given)


def settings(found: Iterable[Driver]) -> Mapping[str, str]:
    """The environment that gives git these drivers, wrapped. Names may hold what `-c` cannot say."""
    env: dict[str, str] = {}
    for number, driver in enumerate(found):
        # The line end: a command may end in a comment.
        wrapped = f"{{ {driver.command}\n}} </dev/null >&2"
        env |= {f"GIT_CONFIG_KEY_{number}": driver.key, f"GIT_CONFIG_VALUE_{number}": wrapped}
    return env | {"GIT_CONFIG_COUNT": str(len(env) // 2)}


def moved(driver: Driver, top: Path, folder: Path) -> Driver:
    """The driver for a git that is run in `folder`: it starts in the worktree at `top`, as in any merge."""
    absolute = _FILES.sub(lambda file: file[0] if file[1] == "%" else f"{_plain(folder)}/{file[0]}", driver.command)
    return driver._replace(command=f"cd {quote(_plain(top))} || exit\n{absolute}")


def _plain(path: Path) -> str:
    return str(path).replace("%", "%%")
