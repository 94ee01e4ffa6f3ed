"""pre-commit, prepare-commit-msg and commit-msg, by real commits in real worktrees."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from guarded import LIST, git, guard, passed, refused
from workshop import Ran, Workshop

TRAILERS = "Ralph-Spec: demo\nRalph-Task: 1.1\nRalph-Batch: {batch}"


@pytest.fixture
def shop(tmp_path: Path) -> Workshop:
    """A batch of the tasks 1.1 and 1.2, in a place with blanks, quotes and letters that are not ASCII."""
    shop = guard(Workshop.make(tmp_path / "a b 'ü", LIST, {"one.py": "", "two.py": ""}, state={"phase": "execution"}))
    shop.start("1.1", "1.2")
    return shop


@pytest.fixture
def place(shop: Workshop) -> Iterator[Path]:
    return shop.worktree("1.1")


def commit(shop: Workshop, place: Path, files: dict[str, str], message: str = "feat(one): add one") -> str:
    shop.write(dict(files), at=place)
    shop.git("add", "--all", "--force", "--", *files, at=place)
    done = git(place, "commit", "-m", message)
    return done.stderr if done.returncode else ""


@pytest.mark.compat("hooks")
def test_an_executor_commits_its_files_and_the_message_gets_its_trailers(shop: Workshop, place: Path) -> None:
    assert (
        commit(shop, place, dict.fromkeys(("one.py", "deep/er/one.py", "specs/demo/.progress-task-0.md"), "- x")) == ""
    )
    batch = shop.run("status", "--format", "json").json["batch"]
    assert shop.git("log", "-1", "--format=%B", at=place) == f"feat(one): add one\n\n{TRAILERS.format(batch=batch)}\n"
    shop.finish("1.1")
    shop.run("finish", "1.2", "--failed")
    assert shop.land().ids("landed") == ["1.1"]
    assert shop.git("log", "-1", "--format=%B") == f"feat(one): add one\n\n{TRAILERS.format(batch=batch)}\n"


def test_a_file_of_another_task_is_refused_by_its_name(shop: Workshop, place: Path) -> None:
    said = commit(shop, place, {"one.py": "1\n", "two.py": "1\n"})
    what = "ralph-hooks: refused: two.py belongs to task 1.2 of the same batch; leave it to that task: "
    assert f"{what}git restore --staged -- two.py\n" in said
    passed(place, "restore", "--staged", "--", "two.py")
    passed(place, "commit", "-m", "feat(one): add one")


def test_a_file_that_the_task_does_not_declare_is_reported_or_refused(shop: Workshop, place: Path) -> None:
    shop.write({"loose é.py": "1\n"}, at=place)
    shop.git("add", ".", at=place)
    assert "ralph-hooks: task 1.1 does not declare loose é.py\n" in passed(place, "commit", "-m", "feat(one): add one")
    shop.write({".ralph-hooks.toml": 'scope = "strict"\n'})
    said = commit(shop, place, {"loose é.py": "2\n"})
    assert "refused: loose é.py is not among the files of task 1.1; git restore --staged -- 'loose é.py'\n" in said
    # What an executor writes into its own copy of the settings changes nothing.
    assert commit(shop, place, {".ralph-hooks.toml": 'scope = "report"\n'}) != ""


def test_the_state_file_and_locks_are_refused(shop: Workshop, place: Path) -> None:
    for path in ("specs/demo/.ralph-state.json", "specs/demo/.tasks.lock", "specs/other/.ralph-state.json"):
        assert f"refused: {path} is the orchestrator's, no executor's to commit" in commit(shop, place, {path: "{}"})
        shop.git("reset", "-q", "--hard", at=place)


def test_its_own_tick_passes_and_other_lines_do_not(shop: Workshop, place: Path) -> None:
    own = LIST.replace("[ ] 1.1", "[x] 1.1")
    assert commit(shop, place, {"specs/demo/tasks.md": own}) == ""
    said = commit(shop, place, {"specs/demo/tasks.md": own.replace("[ ] 1.2", "[x] 1.2")})
    assert "refused: lines of 1.2 in specs/demo/tasks.md are not task 1.1's to change; git restore --staged" in said
    commit(shop, place, {"specs/demo/tasks.md": own.replace("[P] One", "[P] [VERIFY] One")})
    shop.git("reset", "-q", "--hard", "HEAD~1", at=place)
    shop.write({".ralph-hooks.toml": 'fail_on = "warning"\n'})
    said = commit(shop, place, {"specs/demo/tasks.md": own.replace("[P] One", "[P] [VERIFY] One")})
    assert "refused: specs/demo/tasks.md:3: RH101 parallel-checkpoint" in said
    prose = own.replace("# Tasks", "# My tasks")
    shop.write({"specs/demo/tasks.md": prose}, at=place)
    said = passed(place, "commit", "-a", "-m", "feat(one): add one")
    assert "what you changed in specs/demo/tasks.md beside your task is not going to land" in said


def test_only_its_own_branch(shop: Workshop, place: Path) -> None:
    own = shop.git("branch", "--show-current", at=place)
    shop.git("switch", "-q", "-c", "--upload-pack=x;$(touch pwned)", at=place, accept=(0, 128))
    shop.git("switch", "-q", "-c", "$(touch-pwned);'é", at=place)
    said = commit(shop, place, {"one.py": "1\n"})
    assert (
        f"refused: this worktree is for the branch {own}, and $(touch-pwned);'é is checked out; git switch {own}"
        in said
    )
    shop.git("switch", "-q", "--detach", at=place)
    assert "and no branch is checked out" in refused(place, "commit", "-m", "feat(one): add one")
    shop.git("switch", "-q", own, at=place)
    passed(place, "commit", "-m", "feat(one): add one")
    assert not list(shop.path.parent.rglob("pwned"))


def test_what_people_commit_is_left_alone(shop: Workshop, tmp_path: Path) -> None:
    """In the main worktree, in a linked one of their own, and while no batch is open."""
    assert commit(shop, shop.path, {"two.py": "2\n", "specs/demo/tasks.md": LIST + "\n"}, "Mine") == ""
    assert shop.git("log", "-1", "--format=%B") == "Mine\n"
    shop.git("worktree", "add", "-q", str(tmp_path / "mine"), "-b", "mine")
    assert commit(shop, tmp_path / "mine", {"two.py": "3\n", "specs/demo/.ralph-state.json": "{}"}, "Mine") == ""
    place = shop.worktree("1.1")
    shop.run("abort")
    assert commit(shop, place, {"two.py": "4\n", "specs/demo/.ralph-state.json": "{}"}, "Late") == ""
    assert shop.git("log", "-1", "--format=%B", at=place) == "Late\n"


@pytest.mark.compat("hooks")
def test_a_merge_of_the_target_is_no_work_of_the_executor(shop: Workshop, place: Path) -> None:
    """Only what is as on neither side is looked at, also where a conflict was resolved."""
    assert commit(shop, place, {"one.py": "1\n"}) == ""
    shop.write({"one.py": "2\n", "two.py": "2\n"})
    shop.commit("Both")
    refused(place, "merge", "main")
    shop.write({"one.py": "1\n2\n"}, at=place)
    passed(place, "commit", "-a", "-m", "Merge main, by hand")
    shop.write({"three.py": "3\n"})
    shop.commit("More")
    passed(place, "merge", "--no-edit", "main")
    assert shop.git("log", "-1", "--format=%B", at=place).startswith("Merge branch 'main'")
    assert "Ralph-Task" not in shop.git("log", "-1", "--format=%B", at=place)


def test_a_rebase_with_a_conflict_goes_on(shop: Workshop, place: Path) -> None:
    assert commit(shop, place, {"one.py": "1\n"}) == ""
    shop.write({"one.py": "2\n"})
    shop.commit("Other")
    refused(place, "rebase", "main")
    shop.write({"one.py": "1\n2\n"}, at=place)
    shop.git("add", "one.py", at=place)
    shop.write({".ralph-hooks.toml": 'commit_message = "strict"\n'})
    passed(place, "commit", "-m", "What the rebase makes of it")
    passed(place, "rebase", "--continue")
    assert shop.git("log", "-1", "--format=%B", at=place) == "What the rebase makes of it\n"


def test_another_message_is_reported_or_refused(shop: Workshop, place: Path) -> None:
    passed(place, "commit", "--allow-empty", "-m", "feat(one): add one")
    said = passed(place, "commit", "--allow-empty", "-m", "wip")
    assert "the task's own message is: feat(one): add one; the landing takes that" in said
    shop.write({".ralph-hooks.toml": 'commit_message = "strict"\n'})
    said = refused(place, "commit", "--allow-empty", "-m", "wip")
    assert "refused: the message is not the one of the task: wip; use the one of the task: feat(one): add one" in said
    for melded in ("--fixup=HEAD~1", "--squash=HEAD~1"):
        passed(place, "-c", "core.editor=true", "commit", "--allow-empty", melded)
    assert "Ralph-Task" not in shop.git("log", "-2", "--format=%B", at=place)


def test_the_message_of_another_task_is_refused(shop: Workshop, place: Path) -> None:
    said = refused(place, "commit", "--allow-empty", "-m", "feat(two): add two")
    assert "refused: that is the message of task 1.2; use the one of the task: feat(one): add one" in said
    said = refused(place, "commit", "--allow-empty", "-m", "feat(one): add one\n\nRalph-Task: 1.2")
    assert "refused: the message says Ralph-Task: 1.2, and this is 1.1; leave Ralph-Task out" in said


def test_an_amended_commit_keeps_one_set_of_trailers(shop: Workshop, place: Path) -> None:
    passed(place, "commit", "--allow-empty", "-m", "feat(one): add one\n\nWith a body.\n\nSigned-off-by: Ada <a@b>")
    passed(place, "-c", "core.editor=true", "commit", "--amend", "--allow-empty")
    message = shop.git("log", "-1", "--format=%B", at=place)
    assert message.count("Ralph-Task") == message.count("Signed-off-by") == 1


def test_an_empty_message_is_filled_in(shop: Workshop, place: Path) -> None:
    shop.write({"one.py": "1\n"}, at=place)
    for first, last in ((), ()), ((), ("--verbose", "--all")), (("-c", "core.commentChar=;"), ()):
        passed(place, "-c", "core.editor=true", *first, "commit", "--allow-empty", *last)
        assert shop.git("log", "-1", "--format=%s", at=place) == "feat(one): add one"
    # An editor that leaves nothing: no commit, as ever.
    assert "empty commit message" in refused(place, "-c", "core.editor=: >", "commit", "--allow-empty")


def test_leaked_variables_of_another_repository(
    shop: Workshop, place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever runs a hook here may itself have been run by a hook of another repository."""
    other = Workshop.make(tmp_path / "other")
    shop.write({"two.py": "1\n"}, at=place)
    shop.git("add", "two.py", at=place)
    monkeypatch.setenv("GIT_INDEX_FILE", str(other.path / ".git" / "index"))
    monkeypatch.setenv("GIT_AUTHOR_NAME", "Eve")
    monkeypatch.setenv("GIT_PREFIX", "specs/")
    ran = shop.run("hook", "git", "pre-commit", at=place / "specs")
    assert (ran.code, "two.py belongs to task 1.2" in ran.err) == (1, True), ran
    # With GIT_DIR it is the other repository that git is at work in, and that one has no batch.
    monkeypatch.setenv("GIT_DIR", str(other.path / ".git"))
    assert shop.run("hook", "git", "pre-commit", at=place) == Ran(0, "", "")
    monkeypatch.setenv("GIT_DIR", shop.git("rev-parse", "--git-dir", at=place, env={"GIT_DIR": f"{place}/.git"}))
    assert shop.run("hook", "git", "pre-commit", at=place).code == 1


def test_from_a_subfolder_with_a_part_of_the_changes(shop: Workshop, place: Path) -> None:
    shop.write({"deep/er/a.py": "1\n", "two.py": "2\n"}, at=place)
    shop.git("add", ".", at=place)
    assert "two.py belongs to task 1.2" in refused(place / "deep", "commit", "-m", "feat(one): add one")
    passed(place / "deep", "commit", "-m", "feat(one): add one", "er/a.py")
    assert shop.git("show", "--name-only", "--format=", at=place) == "deep/er/a.py"


def test_a_guard_that_breaks_lets_people_and_executors_commit(shop: Workshop, place: Path) -> None:
    shop.write({".ralph-hooks.toml": "scope = 1\n"})
    said = passed(place, "commit", "--allow-empty", "-m", "x")
    assert "the guard commit could not run and checked nothing: .ralph-hooks.toml:1: scope cannot be 1" in said
    assert shop.run("hook", "git", "pre-commit", at=place).code == 0
    for command in (["/nowhere/python"], ["python3", "-I", "-S", "-m", "ralph_hooks"], ["sh", "-c", "kill -9 $$"]):
        guard(shop, command)
        said = passed(place, "commit", "--allow-empty", "-m", "x")
        assert "ralph-hooks: the guard commit could not run (status " in said
        assert passed(shop.path, "commit", "--allow-empty", "-m", "x") == ""
    assert "the guard commit could not run" in (shop.path / ".git/ralph/errors.log").read_text()


def test_an_ended_landing_says_what_executors_did(shop: Workshop, place: Path) -> None:
    """A switched branch and a rebase are noted, and nothing else of a worktree's life."""
    own = shop.git("branch", "--show-current", at=place)
    passed(place, "commit", "--allow-empty", "-m", "feat(one): add one")
    passed(place, "commit", "--allow-empty", "--amend", "-m", "feat(one): add one")
    shop.write({"three.py": "3\n"})
    shop.commit("More")
    passed(place, "rebase", "main")
    passed(place, "switch", "-c", "aside")
    passed(place, "switch", own)
    passed(place, "checkout", "HEAD", "--", "one.py")
    seen = ["rebased its branch (1 commit)", "switched its worktree to aside"]
    assert [task["noticed"] for task in shop.run("status", "--format", "json").json["tasks"]] == [seen, []]
    assert f"           it {seen[1]}\n" in shop.run("status").out
    shop.finish("1.1")
    shop.finish("1.2")
    warnings = shop.land().json["warnings"]
    assert warnings == [f"task 1.1 {what}" for what in seen]


def test_an_ignored_list_is_read_from_the_copy(tmp_path: Path) -> None:
    shop = guard(Workshop.make(tmp_path / "r", LIST, {"one.py": ""}))
    shop.git("rm", "-q", "--cached", "specs/demo/tasks.md")
    shop.write({".gitignore": "tasks.md\n.ralph-state.json\n"})
    shop.commit("Ignore the list")
    shop.start("1.1", "1.2")
    assert "two.py belongs to task 1.2" in commit(shop, shop.worktree("1.1"), {"two.py": "1\n"})


def test_a_worktree_whose_task_is_not_known_yet(shop: Workshop, tmp_path: Path) -> None:
    """An orchestrator's own worktree belongs to a batch before it belongs to a task."""
    from ralph_hooks.batch.model import Adopted  # noqa: PLC0415
    from ralph_hooks.batch.workplace import open_workplace  # noqa: PLC0415

    place = tmp_path / "agent"
    shop.git("worktree", "add", "-q", str(place), "-b", "worktree-agent-1")
    with open_workplace(shop.path) as work:
        batch = work.store.open_batch()
        assert batch
        work.store.put_adopted(Adopted("agent-1", batch.id, str(place), "worktree-agent-1"))
    assert commit(shop, place, {"one.py": "1\n", "two.py": "2\n"}, "any") == ""
    assert commit(shop, place, {"specs/demo/tasks.md": LIST.replace("[ ] 1.2", "[x] 1.2")}, "any") == ""
    said = commit(shop, place, {"specs/demo/tasks.md": LIST.replace("[ ]", "[x]")}, "any")
    assert "lines of 1.1, 1.3 in specs/demo/tasks.md are not this executor's to change" in said
    shop.git("reset", "-q", "--hard", at=place)
    assert "no executor's to commit" in commit(shop, place, {"specs/demo/.ralph-state.json": json.dumps({})}, "any")
    shop.git("switch", "-q", "-c", "other", at=place)
    assert "this worktree is for the branch worktree-agent-1" in refused(place, "commit", "-m", "any")
