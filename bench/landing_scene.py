"""The repository that `landing.py` lands in: a batch whose attempts have all ended, made anew or put back in place."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from scratch import WHEN, command, git

SPEC = "specs/demo"
FOLDERS, SUBFOLDERS = 40, 5
COMMITS, EDITS = 3, 2  # per branch, and edited files per commit; each commit adds one more


@dataclass(frozen=True, slots=True)
class Scene:
    """A repository with an open batch whose attempts have all ended, and what is needed to come back to that."""

    top: Path
    worktrees: tuple[Path, ...]  # of the executors; none where there are branches alone
    one: Path | None  # a further worktree, detached, for whoever does all branches in one
    branches: tuple[str, ...]
    refs: Mapping[str, str]
    store: Path  # a copy of our folder in the git directory
    objects: frozenset[Path]  # files of git's objects


def prepare(folder: Path, size: int, branches: int, *, worktrees: bool) -> Scene:
    """A repository of `size` files with a batch of `branches` attempts that have all ended."""
    top = folder / "repository"
    top.mkdir()
    git(top, "init", "--quiet", "--initial-branch=main")
    ids = [f"1.{number}" for number in range(1, branches + 1)]
    git(top, "fast-import", "--quiet", stdin="".join(_base(size, ids)))
    git(top, "reset", "--quiet", "--hard")
    standing = _start(top, branches, full=worktrees)
    names = tuple(git(worktree, "symbolic-ref", "HEAD") for worktree in standing)
    if not worktrees:
        for worktree in standing:
            git(top, "worktree", "remove", "--force", "--force", str(worktree))
    steps = (part for number, name in enumerate(names) for part in _steps(name, number, size, branches))
    git(top, "fast-import", "--quiet", stdin="".join(steps))
    for worktree in standing if worktrees else ():
        git(worktree, "reset", "--quiet", "--hard")
    for task in ids:
        command(top, "finish", task)
    one = folder / "one" if worktrees else None
    if one:
        git(top, "worktree", "add", "--quiet", "--detach", str(one), "main")
    shutil.copytree(_store(top), folder / "store")
    short = tuple(name.removeprefix("refs/heads/") for name in names)
    return Scene(top, standing if worktrees else (), one, short, _refs(top), folder / "store", _objects(top))


def restore(scene: Scene) -> None:
    """Back to what `prepare` made. In place: to copy twenty worktrees of 20,000 files would take far longer."""
    top = scene.top
    if scene.one:
        git(scene.one, "checkout", "--quiet", "--force", "--detach", scene.refs["refs/heads/main"])
    now = _refs(top)
    gone = [f"delete {ref}" for ref in now if ref not in scene.refs]
    back = [f"update {ref} {oid}" for ref, oid in scene.refs.items() if now.get(ref) != oid]
    git(top, "update-ref", "--stdin", stdin="\n".join([*gone, *back, ""]))
    for worktree in (top, *scene.worktrees):
        git(worktree, "reset", "--quiet", "--hard")
        git(worktree, "status", "--porcelain")  # refreshes the index
    shutil.rmtree(_store(top))
    shutil.copytree(scene.store, _store(top))
    for path in _objects(top) - scene.objects:  # or nobody would have to write what another has written before
        path.unlink()


def _start(top: Path, branches: int, *, full: bool) -> tuple[Path, ...]:
    """The executors' worktrees. Where they are to go again they are sparse: 200 of 100,000 files take hours."""
    if not full:
        git(top, "sparse-checkout", "set", "--cone", SPEC)
    command(top, "start", "--max-parallel", str(branches), "--tasks", f"{SPEC}/tasks.md")
    if not full:
        git(top, "sparse-checkout", "disable")
    found = (top / ".ralph" / "worktrees").glob("*/*")
    return tuple(sorted(found, key=lambda path: int(path.name.rpartition(".")[2])))


def _base(size: int, ids: list[str]) -> Iterator[str]:
    """The first commit, as a stream: 20,000 files take a second."""
    yield f"commit refs/heads/main\ncommitter Ada <ada@example.org> {WHEN}\ndata 5\nBegin\n"
    for number in range(size):
        yield _file(_name(number), _text(number))
    yield _file(f"{SPEC}/tasks.md", "# Tasks\n\n" + "".join(f"- [ ] {task} [P] Task\n  - **Do**: it\n" for task in ids))
    yield _file(f"{SPEC}/.progress.md", "# Progress\n")
    yield _file(".ralph-hooks.toml", "keep_worktrees = true\n")  # nobody else removes any


def _steps(branch: str, number: int, size: int, branches: int) -> Iterator[str]:
    """Three commits on files that no other branch touches, spread over the folders."""
    for commit in range(COMMITS):
        said = f"Step {commit} of branch {number}"
        yield f"commit {branch}\ncommitter Eve <eve@example.org> {WHEN}\ndata {len(said)}\n{said}\n"
        yield "" if commit else "from refs/heads/main^0\n"
        for edit in range(EDITS):
            which = (number + branches * (commit * EDITS + edit)) % size
            yield _file(_name(which), _text(which).replace("# line 7", f"# changed by branch {number}, line 7"))
        yield _file(f"package{(7 * number + commit) % FOLDERS:02}/new_{number}_{commit}.py", _text(number))


def _file(path: str, text: str) -> str:
    return f"M 100644 inline {path}\ndata {len(text.encode())}\n{text}\n"


def _name(number: int) -> str:
    return f"package{number % FOLDERS:02}/part{number // FOLDERS % SUBFOLDERS}/module{number:05}.py"


def _text(number: int) -> str:
    return "".join(
        f"value_{line} = compute({number}, {line})  # line {line} of module {number}\n" for line in range(25)
    )


# Running things.


def _refs(top: Path) -> dict[str, str]:
    listed = git(top, "for-each-ref", "--format=%(refname) %(objectname)")
    return dict(line.split(" ") for line in listed.split("\n"))


def _store(top: Path) -> Path:
    return top / ".git" / "ralph"


def _objects(top: Path) -> frozenset[Path]:
    return frozenset(path for path in (top / ".git" / "objects").rglob("*") if path.is_file())
