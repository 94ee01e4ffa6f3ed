"""A scratch repository with a task list, and what every test of a batch does in it, through the real command line."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import chdir, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from conftest import IDENTITY

from ralph_hooks.cli import main

DATE = 1700000000  # of the first commit; UTC+1, as in IDENTITY
LISTS = {
    "ralph": "- [ ] {id} [P] Task {id}\n  - **Do**: what {id} says\n",
    "speckit": "- [ ] {id} [P] Task {id}\n",
    "plain": "- [ ] {id} [P] Task {id}\n",
}

Content = str | bytes


@dataclass(frozen=True, slots=True)
class Ran:
    """What one command said. `json` only where `--format json` was asked for."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        assert self.out, self
        return json.loads(self.out)

    def ids(self, outcome: str) -> list[str]:
        """The ids of a landing's tasks that are `landed`, `parked` or `failed`."""
        return [item["id"] for item in self.json[outcome]]


@dataclass(frozen=True, slots=True)
class Workshop:
    """A repository at `path` whose task list is `spec`/tasks.md. Made by `Workshop.make`."""

    path: Path
    spec: str = "specs/demo"

    @classmethod
    def make(
        cls,
        path: Path,
        tasks: str | Sequence[str] = ("1.1", "1.2", "1.3"),
        files: Mapping[str, Content] | None = None,
        *,
        spec: str = "specs/demo",
        state: Mapping[str, Any] | None = None,
        progress: str | None = "# Progress\n",
        dialect: str = "ralph",
        config: str | None = None,
        init: Sequence[str] = (),
    ) -> Workshop:
        """A repository with one commit on `main`. `tasks`: the list's text, or ids that all get a [P].

        The state file is ignored, as in real specs; `progress` None: no log. `config`: the text of `.ralph-hooks.toml`;
        `init`: options of `git init`. A spec without log and state is a mere list, as spec-kit's are.
        """
        shop = cls(path, spec)
        path.mkdir(parents=True)
        shop.git("init", "--quiet", "--initial-branch=main", *init)
        written: dict[str, Content] = {".gitignore": "*.ignored\n.ralph-state.json\n", **(files or {})}
        written[shop.page("tasks.md")] = tasks if isinstance(tasks, str) else task_list(tasks, dialect)
        if progress is not None:
            written[shop.page(".progress.md")] = progress
        if config is not None:
            written[".ralph-hooks.toml"] = config
        shop.write(written)
        shop.git("add", "--all", "--force", "--", ".")
        shop.git("commit", "--quiet", "-m", "Begin")
        if state is not None:
            shop.write({shop.page(".ralph-state.json"): json.dumps(state, indent=2, ensure_ascii=False) + "\n"})
        return shop

    def page(self, name: str) -> str:
        """The path of one of the spec's files."""
        return name if self.spec == "." else f"{self.spec}/{name}"

    def git(
        self,
        *args: str,
        at: Path | None = None,
        stdin: Content | None = None,
        env: Mapping[str, str] | None = None,
        accept: Sequence[int] = (0,),
    ) -> str:
        """Run git, in the main worktree unless `at` names another; with fixed names and dates. Gives its output."""
        done = subprocess.run(
            ["git", *args],
            cwd=at or self.path,
            input=os.fsencode(stdin) if isinstance(stdin, str) else stdin,
            stdin=subprocess.DEVNULL if stdin is None else None,
            env={**os.environ, **IDENTITY, **(env or {})},
            capture_output=True,
            check=False,
        )
        assert done.returncode in accept, f"git {args}: {done.returncode}\n{done.stdout!r}\n{done.stderr!r}"
        return os.fsdecode(done.stdout).removesuffix("\n")

    def run(self, *args: str, at: Path | None = None) -> Ran:
        """Run `ralph-hooks ARGS` in this process."""
        out, err = io.StringIO(), io.StringIO()
        with chdir(at or self.path), redirect_stdout(out), redirect_stderr(err):
            try:
                code = main(args)
            except SystemExit as leaving:  # --help
                code = int(leaving.code or 0)
        return Ran(code, out.getvalue(), err.getvalue())

    def spawn(self, *args: str, at: Path | None = None) -> subprocess.Popen[str]:
        """Run `ralph-hooks ARGS` as a process of its own; `ended` waits for it."""
        return subprocess.Popen(
            [sys.executable, "-m", "ralph_hooks", *args],
            cwd=at or self.path,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def start(self, *ids: str, **options: str) -> Ran:
        """Open a batch of these tasks, or of the next group, however large it is."""
        named = [part for name, value in options.items() for part in (f"--{name.replace('_', '-')}", value)]
        where = ("--tasks", self.page("tasks.md"), "--max-parallel", "64")
        return _done(self.run("start", *ids, *where, *named, "--format", "json"))

    def worktree(self, task: str) -> Path:
        """The worktree of a task of the open batch, by id or `@INDEX`."""
        tasks = self.run("status", "--format", "json").json["tasks"]
        return next(Path(item["worktree"]) for item in tasks if task in {item["id"], f"@{item['index']}"})

    def work(
        self,
        task: str,
        files: Mapping[str, Content | None],
        message: str | None = None,
        *,
        commit: bool = True,
        date: int = DATE,
        author: str | None = None,
    ) -> str:
        """An executor writes (None: deletes) files in its worktree and commits them. Gives its head."""
        place = self.worktree(task)
        self.write(files, at=place)
        if commit:
            self.commit(message or f"Work on {task}", at=place, date=date, author=author)
        return self.git("rev-parse", "HEAD", at=place)

    def commit(self, message: str, *, at: Path | None = None, date: int = DATE, author: str | None = None) -> str:
        """Commit all that there is in a worktree (the main one unless `at` names another). Gives the commit."""
        self.git("add", "--all", "--", ".", at=at)
        stamp = f"{date} +0100"
        people = ("--author", author) if author else ()
        env = {"GIT_AUTHOR_DATE": stamp, "GIT_COMMITTER_DATE": stamp}
        self.git("commit", "--quiet", "--allow-empty", *people, "-m", message, at=at, env=env)
        return self.git("rev-parse", "HEAD", at=at)

    def finish(self, task: str, *options: str) -> Ran:
        return _done(self.run("finish", task, *options, "--format", "json"))

    def land(self, *options: str) -> Ran:
        """Land the open batch. Whatever comes of it is the test's to judge."""
        return self.run("land", *options, "--format", "json")

    def do(self, changes: Mapping[str, Mapping[str, Content | None]]) -> Ran:
        """A whole batch: start these tasks, let each executor commit its files and end, land."""
        self.start(*changes)
        for task, files in changes.items():
            self.work(task, files)
            self.finish(task)
        return self.land()

    def write(self, files: Mapping[str, Content | None], at: Path | None = None) -> None:
        """Write these files, make their folders; None deletes, with folders that become empty, as git does."""
        for name, content in files.items():
            path = (at or self.path) / name
            if content is None:
                path.unlink()
                for folder in path.parents[: name.count("/")]:
                    if not any(folder.iterdir()):
                        folder.rmdir()
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)

    def read(self, path: str) -> str:
        """The text of a file in the main worktree."""
        return (self.path / path).read_bytes().decode("utf-8", "surrogateescape")

    def state(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.read(self.page(".ralph-state.json")))
        return found

    def tree(self, rev: str = "HEAD") -> dict[str, tuple[str, str]]:
        """Every file of a commit: path -> mode and object id."""
        records = self.git("ls-tree", "-r", "-z", rev).split("\0")[:-1]
        facts = (record.partition("\t") for record in records)
        return {path: (fact.split(" ")[0], fact.split(" ")[2]) for fact, _, path in facts}

    def show(self, rev: str, path: str) -> str:
        """The text of a file in a commit."""
        return self.git("cat-file", "blob", f"{rev}:{path}")

    def ticks(self, rev: str = "HEAD") -> list[str]:
        """The ids of the tasks that are done in a commit's list, in its order."""
        return re.findall(r"^- \[x\] (\S+)", self.show(rev, self.page("tasks.md")), re.MULTILINE)

    def refs(self, prefix: str = "refs/") -> dict[str, str]:
        """Refs below `prefix`, full name -> object id."""
        listed = self.git("for-each-ref", "--format=%(refname) %(objectname)", prefix)
        return dict(line.split(" ") for line in listed.split("\n") if line)

    def status(self, at: Path | None = None, form: str = "--porcelain") -> str:
        """`git status`: empty where everything is as committed. Refreshes no index."""
        return self.git("status", form, "--untracked-files=all", at=at, env={"GIT_OPTIONAL_LOCKS": "0"})


def task_list(ids: Sequence[str], dialect: str = "ralph") -> str:
    """A list of one group: every task has a [P]."""
    heading = "# Tasks\n\n## Phase 1\n\n"
    return heading + "".join(LISTS[dialect].format(id=task) for task in ids)


def ended(process: subprocess.Popen[str], limit: float = 120) -> Ran:
    """What a spawned command said, once it has ended."""
    out, err = process.communicate(timeout=limit)
    return Ran(process.returncode, out, err)


def _done(ran: Ran) -> Ran:
    assert ran.code == 0, ran
    return ran
