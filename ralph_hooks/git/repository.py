"""Which repository and worktree a directory belongs to, and whether work may be done there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from ralph_hooks.errors import RefusedError
from ralph_hooks.git import process
from ralph_hooks.git.conversation import Conversation
from ralph_hooks.git.discover import Place, is_forged
from ralph_hooks.git.process import GitError, Result
from ralph_hooks.records import NamedTuple

HEADS = "refs/heads/"

# A file in the worktree's git directory and the command that is under way while it is there.
_IN_PROGRESS = {
    "rebase-merge": "rebase",
    "rebase-apply": "rebase",
    "MERGE_HEAD": "merge",
    "CHERRY_PICK_HEAD": "cherry-pick",
    "REVERT_HEAD": "revert",
    "BISECT_LOG": "bisect",
}
_PICKS = ("CHERRY_PICK_HEAD", "REVERT_HEAD")  # these are refs


class Repository(NamedTuple):
    """One worktree of a repository. `git_dir` is the worktree's own, `common_dir` is shared by all worktrees.

    `confined`: nothing that stands in it is believed, see `confined.py`.
    """

    top: Path
    git_dir: Path
    common_dir: Path
    hash_name: str  # sha1 or sha256
    confined: bool = False

    @property
    def zero(self) -> str:
        """The object id that means "no object"."""
        return "0" * (64 if self.hash_name == "sha256" else 40)

    def git(
        self,
        *args: str,
        stdin: bytes | None = None,
        env: Mapping[str, str] | None = None,
        config: Sequence[str] = (),
        accept: Sequence[int] = (0,),
        limit: float = process.TIME_LIMIT,
        discard: bool = False,
    ) -> Result:
        """Run git in this worktree, as `process.run` does."""
        return process.run(
            self.top,
            *args,
            stdin=stdin,
            env=self.pins | dict(env or {}),
            config=(*self.settings, *config),
            accept=accept,
            limit=limit,
            discard=discard,
        )

    def ask(
        self, *args: str, stdin: bytes | None = None, env: Mapping[str, str] | None = None, accept: Sequence[int] = (0,)
    ) -> AbstractContextManager[Callable[[], Result]]:
        """Run git in this worktree while we do something else, as `process.begun` does."""
        pins = self.pins | dict(env or {})
        return process.begun(self.top, *args, stdin=stdin, env=pins, config=self.settings, accept=accept)

    def talk(self, *args: str) -> Conversation:
        """Run git in this worktree, one request at a time."""
        return Conversation(self.top, *args, env=self.pins, config=self.settings)

    @property
    def pins(self) -> dict[str, str]:
        """What git is told in the environment, so that it does not go by the `.git` of a confined worktree."""
        if not self.confined:
            return {}
        where = {"GIT_DIR": self.git_dir, "GIT_COMMON_DIR": self.common_dir, "GIT_WORK_TREE": self.top}
        return {name: str(path) for name, path in where.items()}

    @property
    def settings(self) -> tuple[str, ...]:
        """What is set for git processes here: no hooks in a confined worktree."""
        return ("core.hooksPath=/dev/null",) if self.confined else ()

    def head(self) -> str:
        """The commit that is checked out. Raises RefusedError on an unborn branch."""
        found = self.commit("HEAD")
        if found is None:
            raise RefusedError(f"{self.top} has no commit yet", "make the first commit, then start again")
        return found

    def branch(self) -> str | None:
        """Full name of the branch that is checked out; None when HEAD is detached."""
        found = self.git("symbolic-ref", "--quiet", "HEAD", accept=(0, 1))
        return found.text if found.status == 0 else None

    def commit(self, name: str) -> str | None:
        """The id of the commit that `name` stands for, or None."""
        found = self.git(
            "rev-parse", "--quiet", "--verify", "--end-of-options", f"{name}^{{commit}}", accept=(0, 1, 128)
        )
        return found.text if found.status == 0 else None

    def contains(self, descendant: str, ancestor: str) -> bool:
        """Is `ancestor` in the history of `descendant`? A missing commit is in no history."""
        return self.git("merge-base", "--is-ancestor", ancestor, descendant, accept=(0, 1, 128)).status == 0

    def in_progress(self) -> str | None:
        """The command (`rebase`, `merge`, …) that somebody has begun in this worktree and not ended."""
        there = (name for file, name in _IN_PROGRESS.items() if (self.git_dir / file).exists())
        return next(there, None) or next(self._picks(), None)

    def _picks(self) -> Iterator[str]:
        """Those that refs tell of: with a reftable, files do not."""
        if (self.git_dir / "reftable").is_dir():
            asked = "".join(f"{ref}\n" for ref in _PICKS).encode()
            answers = self.git("cat-file", "--batch-check", stdin=asked).text.split("\n")
            for ref, answer in zip(_PICKS, answers, strict=True):
                if not answer.endswith(" missing"):
                    yield _IN_PROGRESS[ref]


def worktree_at(known: Repository, top: Path) -> Repository:
    """The worktree at `top` of a known repository. Raises RefusedError where another repository stands there by now."""
    if top == known.top:
        return known
    found = open_repository(top)
    if found.common_dir.resolve() != known.common_dir.resolve():
        raise RefusedError(f"{top} belongs to another repository", f"see what has become of {top / '.git'}")
    return found


def open_repository(cwd: Path) -> Repository:
    """The repository and worktree that `cwd` lies in. Raises RefusedError when there is none to work in."""
    with opening_repository(cwd) as found:
        return found()


@contextmanager
def opening_repository(cwd: Path) -> Iterator[Callable[[], Repository]]:
    """Ask for what `open_repository` gives, while we do something else. What is given waits for the answer."""
    with process.begun(
        cwd,
        "rev-parse",
        "--is-bare-repository",
        "--show-object-format",
        "--path-format=absolute",
        "--git-dir",
        "--git-common-dir",
        "--show-toplevel",  # last: it fails in a bare repository, after the others have answered
        accept=(0, 128),
    ) as asked:
        yield lambda: _repository(cwd, asked())


def _repository(cwd: Path, asked: Result) -> Repository:
    answers = asked.text.split("\n")
    if asked.status == 0 and len(answers) == 5:
        _, hash_name, git_dir, common_dir, top = answers
        found = Repository(Path(top), Path(git_dir), Path(common_dir), hash_name)
        _refuse_forged(found)
        return found
    if answers[0] == "true":
        raise RefusedError(f"{cwd} is a bare repository", "run the command in a worktree of it")
    if "dubious ownership" in asked.stderr.decode(errors="replace"):
        raise GitError(("rev-parse",), asked.status, asked.stderr)
    raise RefusedError(
        f"{cwd} is not in the worktree of a git repository", "run the command in one, or `git init` first"
    )


def _refuse_forged(found: Repository) -> None:
    """Raise RefusedError in a worktree whose `.git` was replaced: what its settings run is not the user's wish."""
    if is_forged(Place(found.top, found.git_dir, found.common_dir)):
        raise RefusedError(
            f"the .git of {found.top} does not lead to the repository that made this worktree",
            f"look at what is there; `git worktree repair {found.top}` in the main worktree puts it back",
        )
