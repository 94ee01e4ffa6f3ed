"""What recovery finds and what it does: the rows of the table in docs/landing.md."""

from __future__ import annotations

import json
import signal
from pathlib import Path

import pytest
from killing import Killing
from workshop import Workshop

STATE = {"phase": "execution", "taskIndex": 0, "totalTasks": 3, "taskIteration": 2, "awaitingApproval": False}


@pytest.fixture
def shop(tmp_path: Path) -> Workshop:
    shop = Workshop.make(tmp_path / "repo", files={"a.txt": "a\n", "b.txt": "b\n"}, state=STATE)
    shop.start("1.1", "1.2")
    shop.work("1.1", {"a.txt": "landed\n", "new.txt": "new\n"})
    shop.work("1.2", {"b.txt": None})
    shop.finish("1.1")
    shop.finish("1.2")
    return shop


def kill(shop: Workshop, tmp_path: Path, at: str, when: str = "before") -> None:
    assert Killing(shop, tmp_path).run("land", at=at, when=when) == -signal.SIGKILL


def journal(shop: Workshop) -> dict[str, str]:
    return shop.refs("refs/ralph/landing/")


def ref_lock(shop: Workshop) -> Path:
    """The file that git locks to move the target: the ref's own, or the one of all refs."""
    tables = shop.path / ".git/reftable/tables.list"
    return tables.with_suffix(".list.lock") if tables.exists() else shop.path / ".git/refs/heads/main.lock"


def test_no_journal_means_nothing_moved(shop: Workshop, tmp_path: Path) -> None:
    kill(shop, tmp_path, "pack-objects")
    assert journal(shop) == {}
    assert shop.run("recover", "--format", "json").json == {"recovered": []}
    assert shop.land().ids("landed") == ["1.1", "1.2"]


@pytest.mark.compat("recovery")
def test_killed_before_the_files_move(shop: Workshop, tmp_path: Path) -> None:
    kill(shop, tmp_path, "read-tree")
    assert shop.ticks() == []
    batch = next(iter(journal(shop))).rpartition("/")[2]
    ran = shop.run("recover", "--format", "json")
    assert ran.json == {"recovered": [{"batch": batch, "action": "the land was finished"}]}
    assert shop.ticks() == ["1.1", "1.2"]
    assert shop.status() == ""


@pytest.mark.compat("recovery")
def test_killed_after_the_files_moved(shop: Workshop, tmp_path: Path) -> None:
    kill(shop, tmp_path, "read-tree", "after")
    assert shop.ticks() == []
    assert shop.read("a.txt") == "landed\n"
    assert shop.run("recover").code == 0
    assert shop.ticks() == ["1.1", "1.2"]
    assert shop.status() == ""


def test_every_command_recovers_first(shop: Workshop, tmp_path: Path) -> None:
    kill(shop, tmp_path, "read-tree", "after")
    ran = shop.run("status", "--format", "json")
    assert ran.json["batch"] is None
    assert "recovered batch" in ran.err
    assert shop.ticks() == ["1.1", "1.2"]


def test_the_verdict_of_a_recovered_landing_is_told_once(shop: Workshop, tmp_path: Path) -> None:
    kill(shop, tmp_path, "read-tree", "after")
    told = shop.land()
    assert (told.code, told.json["signal"]) == (0, "BATCH_COMPLETE")
    assert shop.land().json["batch"] is None
    assert shop.state()["taskIndex"] == 2


def test_files_that_somebody_edited_after_the_crash_are_kept(shop: Workshop, tmp_path: Path) -> None:
    kill(shop, tmp_path, "read-tree", "after")
    shop.write({"a.txt": "mine\n"})
    ran = shop.run("recover")
    assert ran.code == 2
    assert "a.txt was edited after" in ran.err
    assert shop.read("a.txt") == "mine\n"
    assert not (shop.path / "new.txt").exists(), "what is ours was taken back"
    assert shop.ticks() == []
    assert journal(shop) == {}
    shop.git("checkout", "--", "a.txt")
    assert shop.land().ids("landed") == ["1.1", "1.2"]


def test_the_beginning_of_what_git_was_writing_is_no_edit(shop: Workshop, tmp_path: Path) -> None:
    kill(shop, tmp_path, "read-tree", "after")
    shop.write({"a.txt": "lan"})
    assert shop.run("recover").code == 0
    assert shop.read("a.txt") == "landed\n"


def test_the_target_has_gone_elsewhere(shop: Workshop, tmp_path: Path) -> None:
    kill(shop, tmp_path, "read-tree")
    shop.git("update-ref", "refs/heads/main", shop.git("commit-tree", "HEAD^{tree}", "-p", "HEAD", "-m", "Else"))
    ran = shop.run("recover", "--format", "json")
    assert "given up" in ran.json["recovered"][0]["action"]
    assert shop.land().ids("landed") == ["1.1", "1.2"]
    assert shop.git("log", "--reverse", "--format=%s").split("\n")[:2] == ["Begin", "Else"]


def test_commits_on_top_of_a_landing_that_was_not_settled(shop: Workshop, tmp_path: Path) -> None:
    kill(shop, tmp_path, "read-tree", "after")
    planned = json.loads(shop.git("cat-file", "blob", f"{next(iter(journal(shop).values()))}:move.json"))
    (shop.path / ".git/index.lock").unlink()  # as git advises
    shop.git("reset", "--quiet", "--hard", planned["new"])  # as if the refs had moved, and nothing after that
    shop.write({"more.txt": "more\n"})
    shop.git("add", "more.txt")
    shop.git("commit", "--quiet", "-m", "More")
    assert shop.run("recover").code == 0
    assert shop.git("log", "-1", "--format=%s") == "More"
    assert shop.refs("refs/ralph/landed/") == {f"refs/ralph/landed/{planned['key']}": planned["new"]}
    assert shop.state()["taskIndex"] == 2
    assert shop.status() == ""


def test_an_undo_that_never_happened_is_not_taken_for_one(shop: Workshop, tmp_path: Path) -> None:
    shop.land()
    assert Killing(shop, tmp_path).run("undo", at="read-tree") == -signal.SIGKILL
    (shop.path / ".git/index.lock").unlink()  # as git advises
    shop.write({"more.txt": "more\n"})
    shop.commit("More")
    refs, state = shop.refs("refs/ralph/landed/"), shop.state()
    ran = shop.run("recover", "--format", "json")
    assert "given up" in ran.json["recovered"][0]["action"]
    assert (shop.refs("refs/ralph/landed/"), shop.state()) == (refs, state)
    assert shop.run("log", "--format", "json").json["batches"][0]["phase"] == "landed"
    assert shop.ticks() == ["1.1", "1.2"]


def test_a_journal_alone_is_put_in_order_by_every_command(shop: Workshop) -> None:
    """With no claim beside it: whoever was killed had git at work on nothing."""
    batch = shop.land().json["batch"]
    shop.git("update-ref", f"refs/ralph/landing/{batch}", f"refs/ralph/log/{batch}")
    assert shop.run("status").code == 0
    assert journal(shop) == {}


@pytest.mark.parametrize("whose", ["its own", "another landing's"])
def test_a_journal_that_was_filed_and_not_yet_taken_away(shop: Workshop, whose: str) -> None:
    batch = shop.land().json["batch"]
    filed = f"refs/ralph/log/{batch}"
    other = shop.git("commit-tree", f"{filed}^{{tree}}", "-p", f"{filed}^1", "-p", f"{filed}^2", "-m", "The same again")
    shop.git("update-ref", f"refs/ralph/landing/{batch}", filed if whose == "its own" else other)
    assert shop.run("recover").code == 0
    assert journal(shop) == {}
    assert shop.ticks() == ["1.1", "1.2"]


def test_a_verdict_is_not_written_once_the_hold_is_gone(shop: Workshop, tmp_path: Path) -> None:
    kill(shop, tmp_path, "read-tree", "after")
    moved_on = STATE | {"taskIndex": 9}
    shop.write({shop.page(".ralph-state.json"): json.dumps(moved_on)})
    assert shop.run("recover").code == 0
    assert shop.state() == moved_on


def test_a_state_file_that_could_not_be_written_is_written_by_the_next_command(shop: Workshop) -> None:
    obstacle = shop.path / shop.page(".ralph-state.json.ralph")
    obstacle.mkdir()
    landed = shop.land()
    assert (landed.code, landed.ids("landed")) == (1, ["1.1", "1.2"])
    assert "cannot be written" in landed.json["warnings"][0]
    assert shop.state()["awaitingApproval"]
    assert "is not through yet: .ralph-state.json cannot be written" in shop.run("status").err
    undo = shop.run("undo")
    assert (undo.code, shop.ticks()) == (2, ["1.1", "1.2"])
    assert "is not through yet; see what `ralph-hooks recover` says" in undo.err
    obstacle.rmdir()
    assert shop.run("status").code == 0
    assert (shop.state()["awaitingApproval"], shop.state()["taskIndex"]) == (False, 2)
    assert journal(shop) == {}
    assert shop.run("undo").code == 0


def test_a_list_that_could_not_be_ticked_on_disk_is_ticked_by_the_next_command(tmp_path: Path) -> None:
    shop = Workshop.make(tmp_path / "repo", files={".gitignore": "specs/\n"})
    shop.git("rm", "--quiet", "-r", "--cached", "specs")
    shop.git("commit", "--quiet", "-m", "Ignore the specs")
    obstacle = shop.path / shop.page("tasks.md.ralph")
    obstacle.mkdir()
    ran = shop.run("tick", "1.1")
    assert ran.code == 2
    assert "could not be written: Is a directory; mend that; the next command ticks it" in ran.err
    obstacle.rmdir()
    assert shop.run("status").code == 0
    assert "[x] 1.1" in shop.read(shop.page("tasks.md"))


def test_a_batch_whose_hold_cannot_be_lifted_is_still_open(shop: Workshop) -> None:
    obstacle = shop.path / shop.page(".ralph-state.json.ralph")
    obstacle.mkdir()
    ran = shop.run("abort")
    assert ran.code == 2
    assert "cannot be written" in ran.err
    assert shop.run("status", "--format", "json").json["batch"]
    obstacle.rmdir()
    assert shop.run("abort").code == 0
    assert shop.state() == STATE


def test_a_foreign_index_lock_stays(shop: Workshop) -> None:
    shop.write({".git/index.lock": ""})
    ran = shop.land()
    assert ran.code == 2
    assert "index.lock" in ran.err
    assert (shop.path / ".git/index.lock").exists()
    assert journal(shop) == {}
    (shop.path / ".git/index.lock").unlink()
    assert shop.land().code == 0


@pytest.mark.compat("recovery")
def test_a_foreign_ref_lock_stays(shop: Workshop) -> None:
    lock = ref_lock(shop)
    lock.write_text("")
    ran = shop.land()
    assert ran.code == 2
    assert lock.exists()
    assert shop.status() == ""
    lock.unlink()
    assert shop.land().code == 0


@pytest.mark.compat("recovery")
def test_our_own_ref_locks_go(shop: Workshop, tmp_path: Path) -> None:
    kill(shop, tmp_path, "read-tree")
    planned = json.loads(shop.git("cat-file", "blob", f"{next(iter(journal(shop).values()))}:move.json"))
    ref_lock(shop).write_text(planned["new"] + "\n")
    (shop.path / ".git/HEAD.lock").write_text("")
    assert shop.run("recover").code == 0
    assert shop.ticks() == ["1.1", "1.2"]
    assert list((shop.path / ".git").rglob("*.lock")) == []


def test_what_a_claim_names_is_put_in_order_by_every_command(shop: Workshop) -> None:
    lock = ref_lock(shop)
    shop.write({".git/ralph/claims/refs": json.dumps({"locks": {str(lock): "new"}})})
    lock.write_text("new")
    assert shop.run("status").code == 0
    assert not lock.exists()


def test_the_store_is_rebuilt_while_a_batch_is_open(shop: Workshop) -> None:
    (shop.path / ".git/ralph/ralph.db").unlink()
    status = shop.run("status", "--format", "json").json
    assert [(task["id"], task["state"]) for task in status["tasks"]] == [("1.1", "done"), ("1.2", "done")]
    assert shop.land().ids("landed") == ["1.1", "1.2"]


@pytest.mark.compat("recovery")
def test_the_store_is_rebuilt_after_landings(shop: Workshop) -> None:
    shop.land()
    before = shop.run("log", "--format", "json").json["batches"]
    (shop.path / ".git/ralph/ralph.db").unlink()
    after = shop.run("log", "--format", "json").json["batches"]
    assert [batch["landed"] for batch in after] == [batch["landed"] for batch in before]
    assert shop.land().json["batch"] is None, "a verdict of long ago is not told again"
    assert shop.run("undo").code == 0
    assert shop.ticks() == []


def test_an_undo_is_known_to_a_rebuilt_store(shop: Workshop) -> None:
    shop.land()
    shop.run("undo")
    (shop.path / ".git/ralph/ralph.db").unlink()
    assert shop.run("undo").code == 2
    assert shop.run("log", "--format", "json").json["batches"][0]["phase"] == "undone"


def test_a_batch_that_was_started_again_after_the_store_was_lost_has_another_id(shop: Workshop) -> None:
    first = shop.run("abort", "--format", "json").json["batch"]
    (shop.path / ".git/ralph/ralph.db").unlink()
    assert shop.start("1.1").json["batch"] != first


@pytest.mark.parametrize("begun", [False, True])
def test_a_disk_without_links(tmp_path: Path, begun: bool) -> None:
    """git writes a file with the text of each, and takes it for the link."""
    shop = Workshop.make(tmp_path / "repo", files={"a.txt": "a\n"})
    shop.git("config", "core.symlinks", "false")
    shop.start("1.1")
    (shop.worktree("1.1") / "link").symlink_to("a.txt")
    shop.work("1.1", {})
    shop.finish("1.1")
    kill(shop, tmp_path, "read-tree", "after")
    if begun:
        shop.write({"link": "a."})
    assert shop.run("recover").code == 0
    assert (shop.tree()["link"][0], shop.read("link"), shop.status()) == ("120000", "a.txt", "")


@pytest.mark.compat("recovery")
def test_a_sparse_checkout_stays_sparse(tmp_path: Path) -> None:
    shop = Workshop.make(tmp_path / "repo", files={"in/a": "a\n", "out/b": "b\n"})
    shop.git("sparse-checkout", "set", "in", "specs")
    shop.start("1.1")
    place = shop.worktree("1.1")
    shop.git("sparse-checkout", "disable", at=place)
    shop.work("1.1", {"in/a": "A\n", "out/b": "B\n", "out/new": "new\n"})
    shop.finish("1.1")
    assert Killing(shop, tmp_path).run("land", at="read-tree", when="after") == -signal.SIGKILL
    assert shop.run("recover").code == 0
    assert shop.read("in/a") == "A\n"
    assert not (shop.path / "out").exists()
    assert shop.show("HEAD", "out/b") == "B"
    assert shop.status() == ""
