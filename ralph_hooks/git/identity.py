"""Who commits, and whether the commits are to be signed: from the user's own configuration."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

from ralph_hooks.errors import RefusedError
from ralph_hooks.git.process import GitError, Result, command, environment
from ralph_hooks.git.repository import Repository
from ralph_hooks.records import NamedTuple

_WHO = ("var", "GIT_COMMITTER_IDENT")
_PERSON = re.compile(r"(.*?) ?<([^>]*)>", re.DOTALL)


def committer(repository: Repository) -> str:
    """`Name <mail>` of the user. Raises RefusedError when git does not know who that is."""
    return _name(partial(repository.git, *_WHO))


class Signer(NamedTuple):
    """`who`: as `committer`; `signs`: does the configuration ask for signed commits?"""

    who: str
    signs: bool


@contextmanager
def asking_signer(repository: Repository) -> Iterator[Callable[[], Signer]]:
    """Ask git who commits and how, while we do something else. What is given waits for the answers."""
    with (
        repository.ask(*_WHO) as who,
        repository.ask("config", "--type=bool", "--get", "commit.gpgSign", accept=(0, 1)) as signs,
    ):
        yield lambda: Signer(_name(who), signs().text == "true")


def _name(ask: Callable[[], Result]) -> str:
    try:
        return ask().text.rsplit(" ", 2)[0]
    except GitError as error:
        raise RefusedError(
            "git does not know who commits here", "run `git config user.name NAME` and `git config user.email MAIL`"
        ) from error


def write_signed(repository: Repository, raw: bytes, limit: float) -> str:
    """Store a commit object with the user's signature and give its id. `raw` is the object without one.

    Raises RefusedError when signing fails, or asks for something and gets no answer within `limit` seconds.
    """
    head, _, message = raw.partition(b"\n\n")
    lines = [line.partition(b" ")[::2] for line in head.split(b"\n")]
    tree = next(value for key, value in lines if key == b"tree").decode()
    parents = [part for key, value in lines if key == b"parent" for part in ("-p", value.decode())]
    people = {
        f"GIT_{role.upper()}_{part}": text
        for key, value in lines
        if (role := key.decode()) in {"author", "committer"}
        for part, text in _parts(value.decode()).items()
    }
    arguments = command(("commit-tree", "-S", *parents, "-F", "-", tree))
    todo = "mend `git config --get-regexp gpg` and the agent, or `git config commit.gpgSign false`"
    try:
        # A group of its own: a passphrase prompt that hangs is a grandchild, and must end with git.
        process = subprocess.Popen(
            arguments,
            cwd=repository.top,
            env=environment(repository.pins | people),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        with process:
            try:
                output, complaint = process.communicate(message, timeout=limit)
            except subprocess.TimeoutExpired:
                _end_group(process)
                raise RefusedError(f"signing gave no answer within {limit:g} seconds", todo) from None
    except OSError as error:
        raise RefusedError(f"commits could not be signed: {error}", todo) from error
    if process.returncode != 0:
        raise RefusedError(GitError(("commit-tree", "-S"), process.returncode, complaint).what, todo)
    return output.decode().strip()


def _end_group(process: subprocess.Popen[bytes]) -> None:
    import os  # noqa: PLC0415 - only where a signature hangs
    import signal  # noqa: PLC0415

    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


def _parts(line: str) -> dict[str, str]:
    who, seconds, zone = line.rsplit(" ", 2)
    found = _PERSON.fullmatch(who)
    name, mail = found.groups() if found else (who, "")
    return {"NAME": name, "EMAIL": mail, "DATE": f"@{seconds} {zone}"}
