"""Worktrees that an orchestrator makes: what is done to a fresh one, what is left alone, what cannot be used."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from orchestrator import Orchestrator
from workshop import Workshop

from ralph_hooks.batch.adopt import BROKEN_OFF
from ralph_hooks.batch.model import State
from ralph_hooks.batch.workplace import BusyError
from ralph_hooks.errors import RefusedError
from ralph_hooks.git.process import GitError

CONFIG = 'copy = [".env"]\nlink = ["modules"]\nsetup = "echo $RALPH_WORKTREE >made.txt; test ! -e broken"\n'


@pytest.fixture
def shop(tmp_path: Path) -> Workshop:
    """A target that is one commit further than where the orchestrator takes its worktrees from."""
    shop = Workshop.make(tmp_path / "repo", files={"a.txt": "a\n"}, config=CONFIG)
    shop.write({".git/info/exclude": "/.claude/\n/.env\n/modules\n"})
    shop.write({"a.txt": "newer\n"})
    shop.commit("Newer")
    shop.write({".env": "KEY=1\n", "modules/one": "1\n", shop.page("notes.md"): "untracked\n"})
    return shop


@pytest.fixture
def client(shop: Workshop) -> Orchestrator:
    client = Orchestrator(shop)
    client.join("1.1")
    client.spawn("1.1", "HEAD~1")
    return client


def head(shop: Workshop, path: Path) -> str:
    return shop.git("rev-parse", "HEAD", at=path)


@pytest.mark.compat("worktrees")
def test_a_fresh_worktree_gets_base_and_equipment(shop: Workshop, client: Orchestrator) -> None:
    path = client.folder("1.1")
    adopted = client.adopt("1.1")
    assert (adopted.worktree, adopted.branch, adopted.complaint) == (str(path), "worktree-agent-1.1", None)
    assert head(shop, path) == client.batch().base == shop.git("rev-parse", "main")
    assert (path / ".env").read_text() == "KEY=1\n"
    assert (path / "modules").is_symlink()
    assert (path / "made.txt").read_text() == f"{path}\n"
    assert (path / shop.page("notes.md")).read_text() == "untracked\n"
    assert client.assign("1.1").made == adopted.made
    shop.write({"b.txt": "b\n"}, at=path)
    client.end("1.1")
    assert shop.land().code == 0
    assert set(shop.git("show", "--format=", "--name-only").split("\n")) == {
        "b.txt", shop.page("tasks.md"), shop.page(".progress.md"),
    }  # fmt: skip


def test_the_second_time_nothing_is_touched(shop: Workshop, client: Orchestrator) -> None:
    first, path = client.adopt("1.1"), client.folder("1.1")
    shop.write({"a.txt": "mine\n", "made.txt": "mine\n"}, at=path)
    shop.commit("Work", at=path)
    shop.write({"a.txt": "more\n"}, at=path)
    after = (head(shop, path), shop.status(at=path), (path / "made.txt").read_text())
    assert client.adopt("1.1") == first
    assert (head(shop, path), shop.status(at=path), (path / "made.txt").read_text()) == after


def test_a_reset_that_is_killed_leaves_no_lock(shop: Workshop, client: Orchestrator) -> None:
    """The executor has to commit there, whatever becomes of its attempt."""
    shop.git("config", "filter.deadly.smudge", "kill -9 $PPID")
    shop.write({".git/info/attributes": "a.txt filter=deadly\n"})
    with pytest.raises(GitError):
        client.adopt("1.1")
    assert not list((shop.path / ".git").rglob("index.lock"))
    assert client.adopt("1.1").complaint == BROKEN_OFF


def test_the_reset_waits_for_whoever_puts_locks_in_order(tmp_path: Path) -> None:
    shop = Workshop.make(tmp_path / "repo", config="lock_timeout = 0.1\n")
    shop.commit("Newer")
    client = Orchestrator(shop)
    client.join("1.1")
    client.spawn("1.1", "HEAD~1")
    with client.locked(), pytest.raises(BusyError):
        client.adopt("1.1")


def test_links_of_whoever_made_it_are_no_work(shop: Workshop, client: Orchestrator) -> None:
    path = client.folder("1.1")
    (path / "dependencies").symlink_to(shop.path)
    adopted = client.adopt("1.1")
    assert (adopted.complaint, head(shop, path)) == (None, client.batch().base)
    assert "dependencies" in adopted.made


# Too late: the executor has been at work. What it has done is never reset away.


def committed(shop: Workshop, path: Path) -> None:
    shop.write({"a.txt": "mine\n"}, at=path)
    shop.commit("Work", at=path)


def edited(shop: Workshop, path: Path) -> None:
    shop.write({"a.txt": "mine\n"}, at=path)


def added(shop: Workshop, path: Path) -> None:
    shop.write({"new.txt": "mine\n"}, at=path)


def detached(shop: Workshop, path: Path) -> None:
    shop.git("switch", "--quiet", "--detach", at=path)
    committed(shop, path)


def relinked(shop: Workshop, path: Path) -> None:
    (path / "a.txt").unlink()
    (path / "a.txt").symlink_to("elsewhere")


def merging(shop: Workshop, path: Path) -> None:
    shop.git("merge", "--quiet", "--no-commit", "--no-ff", "main", at=path)
    shop.git("checkout", "--quiet", "HEAD", "--", ".", at=path)


@pytest.mark.parametrize(
    "work", [committed, edited, added, detached, relinked, merging], ids=lambda work: work.__name__
)
def test_work_on_another_base_is_kept_and_fails(
    shop: Workshop, client: Orchestrator, work: Callable[[Workshop, Path], None]
) -> None:
    path = client.folder("1.1")
    work(shop, path)
    before = head(shop, path), shop.status(at=path)
    adopted = client.adopt("1.1")
    assert adopted.complaint == f"it was worked on before it could be put on the base {client.batch().base[:12]}"
    assert (head(shop, path), shop.status(at=path)) == before
    client.assign("1.1")
    ended = client.end("1.1", message="TASK_COMPLETE")
    assert (ended.state, ended.message) == (State.FAILED, adopted.complaint)
    landed = shop.land()
    assert landed.json["failed"][0]["reason"] == adopted.complaint
    kept = shop.git("rev-parse", landed.json["failed"][0]["ref"])
    assert shop.git("log", "--format=%T", "-1", kept)


@pytest.mark.parametrize("work", [committed, edited, added], ids=lambda work: work.__name__)
def test_work_on_the_base_lands_although_nobody_adopted_in_time(
    shop: Workshop, client: Orchestrator, work: Callable[[Workshop, Path], None]
) -> None:
    client.join("1.2")
    path = client.spawn("1.2", "main")
    shop.write({shop.page("notes.md"): "untracked\n", ".env": "KEY=1\n"}, at=path)  # or its row was lost
    work(shop, path)
    assert client.adopt("1.2").complaint is None
    client.assign("1.2")
    client.end("1.2")
    client.end("1.1", State.FAILED)
    landed = shop.land()
    assert landed.ids("landed") == ["1.2"]
    assert shop.page("notes.md") not in shop.tree()
    assert ".env" not in shop.tree()


# What cannot be used.


def test_a_failed_setup_fails_the_attempt(shop: Workshop, client: Orchestrator) -> None:
    (client.folder("1.1") / "broken").symlink_to("a.txt")
    adopted = client.adopt("1.1")
    assert adopted.complaint is not None
    assert adopted.complaint.startswith("setup exited with 1")
    client.assign("1.1")
    assert client.batch().attempts[0].state is State.RUNNING, "its executor is at work, whatever comes of it"
    assert client.end("1.1").message == adopted.complaint


def main_worktree(shop: Workshop, client: Orchestrator) -> Path:
    return shop.path


def of_another_repository(shop: Workshop, client: Orchestrator) -> Path:
    path = shop.path.with_name("linked")
    Workshop.make(shop.path.with_name("other")).git("worktree", "add", "--quiet", str(path))
    return path


def no_repository(shop: Workshop, client: Orchestrator) -> Path:
    return shop.path.parent


def no_folder(shop: Workshop, client: Orchestrator) -> Path:
    return shop.path / "nowhere"


def one_on_the_target(shop: Workshop, client: Orchestrator) -> Path:
    shop.git("switch", "--quiet", "--detach")
    path = shop.path.with_name("target")
    shop.git("worktree", "add", "--quiet", str(path), "main")
    return path


@pytest.mark.parametrize(
    "place",
    [main_worktree, of_another_repository, no_repository, no_folder, one_on_the_target],
    ids=lambda place: place.__name__,
)
def test_what_is_no_worktree_of_an_executors_is_left_alone(
    shop: Workshop, client: Orchestrator, place: Callable[[Workshop, Orchestrator], Path]
) -> None:
    path = place(shop, client)
    shop.write({"a.txt": "somebody's\n"})
    before = shop.refs(), shop.status()
    adopted = client.adopt("1.1", path)
    assert adopted.complaint == f"{path} is no worktree of its own"
    assert (adopted.worktree, adopted.branch) == ("", "")
    client.assign("1.1")
    assert client.end("1.1").state is State.FAILED
    assert shop.read("a.txt") == "somebody's\n"
    assert shop.status() == before[1]
    assert {ref: oid for ref, oid in shop.refs().items() if not ref.startswith("refs/ralph/")} == {
        ref: oid for ref, oid in before[0].items() if not ref.startswith("refs/ralph/")
    }


def test_the_main_worktree_beside_a_batch_in_a_linked_one(shop: Workshop) -> None:
    linked = shop.path.with_name("linked")
    shop.git("worktree", "add", "--quiet", "-b", "feature", str(linked))
    client = Orchestrator(Workshop(linked))
    client.join("1.1")
    assert client.adopt("1.1", shop.path).worktree == ""


def test_a_row_outlives_its_worktree(shop: Workshop, client: Orchestrator) -> None:
    adopted = client.adopt("1.1")
    shop.git("worktree", "remove", "-f", "-f", adopted.worktree)
    assert client.adopt("1.1") == adopted


def test_one_executor_per_call_and_one_call_per_executor(client: Orchestrator) -> None:
    client.join("1.2")
    client.spawn("1.2", "main")
    with pytest.raises(RefusedError, match="no worktree was adopted"):
        client.assign("1.1")
    client.adopt("1.1")
    client.adopt("1.2")
    tied = client.assign("1.1")
    assert client.assign("1.1") == tied
    with pytest.raises(RefusedError, match=r"task 1\.1 is agent-1\.1's already"):
        client.assign("1.1", "agent-1.2")
    with pytest.raises(RefusedError, match=r"task 1\.1 is agent-1\.1's already"):
        client.assign("1.2", "agent-1.1")
    with pytest.raises(RefusedError, match=r"has no call call-1\.3"):
        client.assign("1.3", "agent-1.2")


def test_an_agent_of_an_earlier_batch(shop: Workshop, client: Orchestrator) -> None:
    client.adopt("1.1")
    client.assign("1.1")
    client.end("1.1", State.FAILED)
    shop.land()
    client.join("1.2")
    with pytest.raises(RefusedError, match="no worktree was adopted"):
        client.assign("1.2", "agent-1.1")
