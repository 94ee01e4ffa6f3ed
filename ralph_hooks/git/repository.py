"""Which repository and worktree a directory belongs to, and whether work may be done there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from ralph_hooks.errors import RefusedError
from ralph_hooks.git import process
from ralph_hooks.git.process import GitError, Result

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
    """One worktree of a repository. `git_dir` is the worktree's own, `common_dir` is shared by all worktrees."""

    top: Path
    git_dir: Path
    common_dir: Path
    hash_name: str  # sha1 or sha256

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
    ) -> Result:
        """Run git in this worktree, as `process.run` does."""
        return process.run(self.top, *args, stdin=stdin, env=env, config=config, accept=accept, limit=limit)

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
    """The worktree at `top`: the one that is known already, or looked at anew."""
    return known if top == known.top else open_repository(top)


def open_repository(cwd: Path) -> Repository:
    """The repository and worktree that `cwd` lies in. Raises RefusedError when there is none to work in."""
    asked = process.run(
        cwd,
        "rev-parse",
        "--is-bare-repository",
        "--show-object-format",
        "--path-format=absolute",
        "--git-dir",
        "--git-common-dir",
        "--show-toplevel",  # last: it fails in a bare repository, after the others have answered
        accept=(0, 128),
    )
    answers = asked.text.split("\n")
    if asked.status == 0 and len(answers) == 5:
        _, hash_name, git_dir, common_dir, top = answers
        return Repository(Path(top), Path(git_dir), Path(common_dir), hash_name)
    if answers[0] == "true":
        raise RefusedError(f"{cwd} is a bare repository", "run the command in a worktree of it")
    if "dubious ownership" in asked.stderr.decode(errors="replace"):
        raise GitError(("rev-parse",), asked.status, asked.stderr)
    raise RefusedError(
        f"{cwd} is not in the worktree of a git repository", "run the command in one, or `git init` first"
    )
