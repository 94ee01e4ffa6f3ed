"""One way to run git: argv lists, a clean environment, pinned configuration, a time limit, one kind of error."""

from __future__ import annotations

import os
import select
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path

from ralph_hooks.errors import RalphError
from ralph_hooks.records import NamedTuple

_MOMENT = 1.0  # seconds
TIME_LIMIT = 1800.0  # seconds; a landing on a slow disk takes minutes, a hung filter or hook takes for ever

# Results must not depend on what a user has configured for reading diffs or for merging by hand, and nothing that runs
# beside a landing may repack, prompt or follow submodules. Passed with -c: the user's own configuration stays as it is.
PINNED = (
    "advice.detachedHead=false",
    # A monitor tells git which files it need not look at. It is a program, and one that lies hides local edits.
    "core.fsmonitor=false",
    # Refs and packs are on the disk before a landing goes on. Loose objects are not: a sync each costs milliseconds,
    # and the journal puts all that matters into one pack.
    "core.fsync=committed,reference,-loose-object",
    "core.quotePath=false",
    "diff.algorithm=myers",
    "diff.renameLimit=7000",
    "diff.renames=true",
    "gc.auto=0",
    "log.showSignature=false",
    "maintenance.auto=false",
    "merge.conflictStyle=merge",
    "merge.directoryRenames=conflict",
    "merge.renameLimit=7000",
    "merge.renames=true",
    "merge.renormalize=false",
    "status.submoduleSummary=false",
    "submodule.recurse=false",
)

# For status and diffs: a submodule is another repository, with settings of its own that git would go by inside of it.
# Only its commit counts. An option, because `ignore` in `.gitmodules` beats the configuration.
SUBMODULES = "--ignore-submodules=dirty"

# Every git process: nothing that waits for a person, and no view of the objects but the real one. Replacements and
# grafts are local: a landing that saw through them would make commits that say something else in every other clone.
_ALWAYS = {
    "LC_ALL": "C",
    "GIT_EDITOR": ":",
    "GIT_GRAFT_FILE": os.devnull,
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
}

# Of the GIT_ variables only these say how to run git at all; every other one says which repository, index, author or
# date *somebody else's* command is about, and leaks into us from hooks and agents (`git rev-parse --local-env-vars`
# does not list the authors).
_KEPT = {"GIT_CEILING_DIRECTORIES", "GIT_CONFIG_GLOBAL", "GIT_CONFIG_NOSYSTEM", "GIT_CONFIG_SYSTEM", "GIT_EXEC_PATH"}
_KEPT_PREFIXES = ("GIT_TRACE", "GIT_SSH")


class GitError(RalphError):
    """git said no. `what` holds the command and the first line of its complaint."""

    def __init__(self, args: Sequence[str], status: int, stderr: bytes) -> None:
        lines = [line for line in os.fsdecode(stderr).splitlines() if line.strip() and not line.startswith("hint:")]
        said = next(
            (line for line in lines if line.startswith(("fatal:", "error:"))), lines[0] if lines else "no message"
        )
        super().__init__(
            f"git {' '.join(args[:2])} failed with status {status}: {said}",
            "all that git said is in ralph/errors.log in the git directory",
        )
        self.status = status
        self.stderr = os.fsdecode(stderr)


class Result(NamedTuple):
    """What a git process gave back."""

    status: int
    stdout: bytes
    stderr: bytes

    @property
    def text(self) -> str:
        """Standard output without its last line end; bytes that are no UTF-8 survive as surrogates, as in paths."""
        return os.fsdecode(self.stdout).removesuffix("\n")

    @property
    def records(self) -> list[str]:
        """Standard output of a `-z` command, split."""
        return os.fsdecode(self.stdout).split("\0")[:-1] if self.stdout else []


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment for a git process: ours without leaked repository, index, author and date."""
    return scrubbed() | _ALWAYS | dict(extra or {})


def scrubbed() -> dict[str, str]:
    """Our own environment without what somebody else's git command has left in it."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("GIT_") or name in _KEPT or name.startswith(_KEPT_PREFIXES)
    }


def run(
    cwd: Path,
    *args: str,
    stdin: bytes | None = None,
    env: Mapping[str, str] | None = None,
    config: Sequence[str] = (),
    accept: Sequence[int] = (0,),
    limit: float = TIME_LIMIT,
    discard: bool = False,
) -> Result:
    """Run `git ARGS` in `cwd`. `discard`: nobody wants to know what it writes.

    Raises GitError for a status that is not in `accept`, RalphError after `limit` seconds.
    """
    return _answer(_started(cwd, args, stdin, env, config, discard=discard), args, stdin, accept, limit)


@contextmanager
def begun(
    cwd: Path,
    *args: str,
    stdin: bytes | None = None,
    env: Mapping[str, str] | None = None,
    config: Sequence[str] = (),
    accept: Sequence[int] = (0,),
) -> Iterator[Callable[[], Result]]:
    """`git ARGS` at work beside us. What is given waits for its end, and is then as `run`.

    Of all that is at work at one time, ourselves included, one may change anything: so that a landing that is broken
    off has come as far as its order says, and can be broken off at the same place again. All else only asks.
    """
    with _started(cwd, args, stdin, env, config) as process:
        rest = process.fed(stdin)
        yield partial(_answer, process, args, rest, accept, TIME_LIMIT)


def _started(
    cwd: Path,
    args: Sequence[str],
    stdin: bytes | None = None,
    env: Mapping[str, str] | None = None,
    config: Sequence[str] = (),
    *,
    discard: bool = False,
) -> _Git:
    try:
        return _Git(
            command(args, config),
            cwd=cwd,
            stdin=subprocess.DEVNULL if stdin is None else subprocess.PIPE,
            stdout=subprocess.DEVNULL if discard else subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment(env),
            close_fds=False,  # see batch/file_lock.py
        )
    except FileNotFoundError:
        raise _missing(cwd) from None


def _answer(process: _Git, args: Sequence[str], stdin: bytes | None, accept: Sequence[int], limit: float) -> Result:
    try:
        stdout, stderr = process.said(stdin, limit)
    except subprocess.TimeoutExpired:
        raise silent(args, limit) from None
    if process.returncode not in accept:
        raise GitError(args, process.returncode, stderr)
    return Result(process.returncode, stdout or b"", stderr)


class _Git(subprocess.Popen[bytes]):
    """A git process that is waited for."""

    def fed(self, stdin: bytes | None) -> bytes | None:
        """Give it what the pipe holds, without waiting for it to read. What is left is for `said`."""
        if stdin is None or self.stdin is None:
            return None
        pipe = self.stdin.fileno()
        os.set_blocking(pipe, False)
        with suppress(BlockingIOError, BrokenPipeError):
            stdin = stdin[os.write(pipe, stdin) :]
        os.set_blocking(pipe, True)
        if stdin:
            return stdin
        self.stdin.close()
        self.stdin = None  # `communicate` would flush it
        return None

    def said(self, stdin: bytes | None, limit: float) -> tuple[bytes, bytes]:
        """Its output and complaints when it has ended. After `limit` seconds it is killed: TimeoutExpired."""
        with self:
            try:
                return self.communicate(stdin, limit)
            except KeyboardInterrupt:
                # What it has started has got the signal too, or lives on, and may be about to lock something. Whoever
                # puts things in order now is to find that: so its end is waited for, but not for long.
                self.kill()
                with suppress(subprocess.TimeoutExpired):
                    self.communicate(timeout=_MOMENT)
                raise
            except BaseException:
                self.kill()  # what it has started may live on and hold the pipes: nobody waits for those
                raise

    def wait(self, timeout: float | None = None) -> int:
        """Wait without looking again and again, as Popen does under a time limit, a millisecond and more apart.

        Most git processes of ours take two, and there are many.
        """
        if timeout is not None and self.returncode is None:
            with suppress(AttributeError, OSError):  # not Linux, an old one, or a sandbox: then Popen looks
                ended, looking = os.pidfd_open(self.pid), select.poll()
                looking.register(ended, select.POLLIN)
                looking.poll(max(timeout, 0) * 1000)
                os.close(ended)
        return super().wait(timeout)


def command(args: Sequence[str], config: Sequence[str] = ()) -> list[str]:
    """The argv of a git call, with the pinned configuration."""
    return ["git", *(part for item in (*PINNED, *config) for part in ("-c", item)), *args]


def silent(args: Sequence[str], limit: float) -> RalphError:
    """The error for a git that says nothing within `limit` seconds."""
    return RalphError(f"git {args[0]} gave no answer within {limit:g} seconds", "look for a prompt or a hung hook")


def _missing(cwd: Path) -> RalphError:
    if not cwd.is_dir():
        return RalphError(f"{cwd} is not a directory", "run the command in a git repository")
    return RalphError("git was not found", "install git 2.38 or newer and put it on PATH")
