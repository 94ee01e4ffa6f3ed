"""An orchestrator that makes its own worktrees, as Claude Code does: each locked while its agent lives.

As a program it does one thing in the current directory, to be killed over it: `orchestrator.py join 1.1`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from workshop import Content, Ran, Workshop

from ralph_hooks.batch import adopt as adoption
from ralph_hooks.batch.admission import admit
from ralph_hooks.batch.ending import end
from ralph_hooks.batch.ground import Wanted
from ralph_hooks.batch.join import Joined, join
from ralph_hooks.batch.model import Adopted, Attempt, Batch, State
from ralph_hooks.batch.recover import recover
from ralph_hooks.batch.unfinished import needs_recovery
from ralph_hooks.batch.workplace import Workplace, exclusive, open_workplace
from ralph_hooks.git.objects import open_objects

SESSION = "session-1"


@dataclass(frozen=True, slots=True)
class Orchestrator:
    """One session of it, in the repository of `shop`."""

    shop: Workshop
    session: str = SESSION

    def join(self, task: str, call: str | None = None, owner: str | None = None, *, spec: str | None = None) -> Joined:
        with self.locked() as work:
            wanted = Wanted(self.shop.path, tasks=spec or self.shop.page("tasks.md"), names=(task,))
            return join(work, wanted, call=call or f"call-{task}", session=self.session, owner=owner)

    def admit(self, task: str, places: int) -> bool:
        with self.at_work() as work:
            return admit(work, self.batch().id, f"call-{task}", places)

    def spawn(self, task: str, base: str = "HEAD") -> Path:
        """The worktree that the orchestrator makes for the agent of a task, from whatever commit it likes."""
        path = self.folder(task)
        branch = f"worktree-agent-{task}"
        self.shop.git("worktree", "add", "--quiet", "--no-track", "-B", branch, str(path), base)
        self.shop.git("worktree", "lock", "--reason", f"claude agent agent-{task} (pid 1 start 1)", str(path))
        return path

    def adopt(self, task: str, path: Path | None = None) -> Adopted:
        with self.at_work() as work:
            return adoption.adopt(work, self.batch(), f"agent-{task}", path or self.folder(task))

    def assign(self, task: str, agent: str | None = None) -> Attempt:
        with self.locked() as work:
            return adoption.assign(work, self.batch(), call=f"call-{task}", agent=agent or f"agent-{task}")

    def begin(self, task: str, base: str = "HEAD") -> Path:
        """From the call to the first line of work."""
        self.join(task)
        path = self.spawn(task, base)
        self.adopt(task)
        self.assign(task)
        return path

    def end(
        self, task: str, state: State = State.DONE, message: str | None = None, *, external: bool = False
    ) -> Attempt:
        with self.locked() as work, open_objects(work.repository) as objects:
            batch = self.batch()
            attempt = next(attempt for attempt in batch.attempts if attempt.id == task)
            return end(work, objects, batch, attempt, state, message, external=external)

    def leave(self, task: str) -> None:
        """The agent is gone: its worktree is unlocked; where nothing has changed in it, it goes, and its branch."""
        path = self.folder(task)
        self.shop.git("worktree", "unlock", str(path))
        own = self.shop.git("rev-list", "main..HEAD", at=path)
        if not own and not self.shop.status(at=path):
            self.shop.git("worktree", "remove", str(path))
            self.shop.git("branch", "--quiet", "-D", f"worktree-agent-{task}")

    def do(self, changes: Mapping[str, Mapping[str, Content | None]]) -> Ran:
        """A whole batch, all at once, the last one first to end; landed."""
        for task in changes:
            self.begin(task)
        for task, files in reversed(changes.items()):
            self.shop.write(files, at=self.folder(task))
            self.shop.commit(f"Work on {task}", at=self.folder(task))
            self.end(task)
            self.leave(task)
        return self.shop.land()

    def folder(self, task: str) -> Path:
        return self.shop.path / ".claude" / "worktrees" / f"agent-{task}"

    def batch(self) -> Batch:
        with self.at_work() as work:
            batch = work.store.open_batch()
            assert batch is not None
            return batch

    @contextmanager
    def at_work(self) -> Iterator[Workplace]:
        with open_workplace(self.shop.path) as work:
            yield work

    @contextmanager
    def locked(self) -> Iterator[Workplace]:
        with self.at_work() as work, exclusive(work):
            if needs_recovery(work):
                recover(work)
            yield work


PROGRAM = (str(Path(__file__)),)


def _main(deed: str, task: str) -> None:
    getattr(Orchestrator(Workshop(Path.cwd())), deed)(task)


if __name__ == "__main__":
    _main(*sys.argv[1:])
