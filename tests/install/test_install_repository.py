"""Installing and uninstalling, where git itself, a hooks path or git's configuration has the hooks."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from debian_git import unpacked
from repositories import LOG, STAND_IN, Place, make_place, snapshot
from workshop import Workshop

from ralph_hooks.git.features import installed
from ralph_hooks.integrations.install import files

ODD = 'ein ré\'po "$x" %s'
THEIRS = '#!/bin/sh\necho "theirs $0 $*" >>"$(git rev-parse --git-common-dir)/theirs"\n'


in_folder = pytest.mark.usefixtures("_in_folder")


@pytest.fixture
def _in_folder() -> None:
    if installed().config_hooks:
        pytest.skip("this git has our hooks in its configuration")


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """In a folder whose name has what scripts trip over."""
    return make_place(tmp_path / ODD)


def theirs(place: Place) -> list[str]:
    """What the hooks of the user's have written."""
    path = place.git_dir / "theirs"
    lines = path.read_text().splitlines() if path.exists() else []
    path.unlink(missing_ok=True)
    return lines


# A hooks folder.


@pytest.mark.compat("installing")
def test_ours_run_in_every_worktree_and_uninstalling_leaves_no_trace(place: Place) -> None:
    before = snapshot(place)
    place.install("--claude")
    for worktree in (place.top, place.linked):
        place.commit(worktree)
        assert place.ran() == ["pre-commit", "prepare-commit-msg", "commit-msg"], worktree
    place.uninstall()
    assert snapshot(place) == before
    assert not (place.git_dir / "ralph").exists()
    place.commit()


def test_hooks_that_are_there_run_after_ours_as_if_nothing_stood_before_them(place: Place) -> None:
    place.hook("commit-msg", THEIRS)
    place.hook("post-checkout", THEIRS.replace("sh", "bash", 1), 0o700)
    before = snapshot(place)
    place.install()
    place.commit()
    assert place.ran() == ["pre-commit", "prepare-commit-msg", "commit-msg"]
    assert theirs(place) == ["theirs .git/hooks/commit-msg .git/COMMIT_EDITMSG"]
    place.shop.git("checkout", "--quiet", "-b", "other")
    assert theirs(place)[0].startswith("theirs .git/hooks/post-checkout ")
    place.shop.git("checkout", "--quiet", "main")
    theirs(place)
    place.uninstall()
    place.shop.git("branch", "-d", "other")
    assert snapshot(place) == before


def test_a_hook_that_fails_still_does_and_so_does_ours(place: Place) -> None:
    place.hook("commit-msg", "#!/bin/sh\nexit 3\n")
    place.install()
    place.commit(code=1)
    assert place.ran() == ["pre-commit", "prepare-commit-msg", "commit-msg"]
    place.hook("commit-msg.before-ralph", THEIRS)
    (place.git_dir / "refuse").touch()
    place.commit(code=1)
    assert theirs(place) == []


def test_a_hook_in_another_language_a_link_and_one_that_is_off(place: Place) -> None:
    (place.top / "scripts").mkdir()
    place.hook("real", THEIRS, folder="scripts")
    place.hook("pre-commit", f"#!{sys.executable}\nraise SystemExit(0)\n")
    (place.git_dir / "hooks" / "commit-msg").symlink_to("../../scripts/real")
    place.hook("prepare-commit-msg", "#!/bin/sh\nexit 1\n", 0o644)
    before = snapshot(place)
    place.install()
    place.commit()
    assert theirs(place) == ["theirs .git/hooks/commit-msg .git/COMMIT_EDITMSG"]
    place.uninstall()
    assert snapshot(place) == before


@pytest.mark.compat("installing")
def test_what_git_writes_to_a_hook_goes_to_both(place: Place, tmp_path: Path) -> None:
    place.hook("pre-push", f'#!/bin/sh\ncat >"{tmp_path}/pushed"\n')
    place.install()
    place.shop.git("init", "--quiet", "--bare", str(tmp_path / "remote"))
    place.shop.git("push", "--quiet", str(tmp_path / "remote"), "main")
    said = (tmp_path / "pushed").read_text()
    assert said.startswith("refs/heads/main ")
    assert (place.git_dir / LOG).read_text() == f"pre-push|{tmp_path}/remote {tmp_path}/remote|{said}"


def test_the_hooks_still_run_when_the_launcher_is_gone(place: Place) -> None:
    place.hook("commit-msg", THEIRS)
    place.install()
    (place.git_dir / "ralph" / "git-guard").unlink()
    place.commit()
    assert theirs(place) == ["theirs .git/hooks/commit-msg .git/COMMIT_EDITMSG"]


# Twice, dry, and killed.


@pytest.mark.compat("installing")
def test_a_second_installation_changes_nothing(place: Place) -> None:
    place.hook("commit-msg", THEIRS)
    place.shop.run("install", "--claude")
    once = snapshot(place)
    again = place.shop.run("install", "--format", "json")
    assert again.json["changed"] == []
    assert again.json["claude"] is True  # what was asked for once stays
    assert snapshot(place) == once


def test_a_dry_run_shows_a_diff_and_changes_nothing(place: Place) -> None:
    place.hook("commit-msg", THEIRS)
    before = snapshot(place)
    dry = place.shop.run("install", "--claude", "--dry-run")
    assert dry.code == 0
    for line in (
        "+++ b/.git/config\n",
        '+\tpath = "ralph/config"\n',
        "new file mode 100755\n",
        "+++ b/.claude/settings.local.json\n",
        "+++ b/.git/ralph/config\n",
    ):
        assert line in dry.out
    assert snapshot(place) == before
    assert not (place.git_dir / "ralph").exists()
    place.install("--claude")
    whole = snapshot(place)
    assert "--- a/.git/config\n" in place.shop.run("uninstall", "--dry-run").out
    assert snapshot(place) == whole


def killed(place: Place, at: int, *command: str) -> bool:
    """Run a command in a child that dies before it touches a file for the `at`-th time; False: it came to its end."""
    child = os.fork()
    if child == 0:
        count = 0

        def counting(act: object) -> object:
            def acting(*args: object) -> object:
                nonlocal count
                count += 1
                if count == at:
                    os._exit(9)
                return act(*args)  # type: ignore[operator]

            return acting

        for name in ("prepare", "commit", "remove"):
            setattr(files, name, counting(getattr(files, name)))
        os._exit(0 if place.shop.run(*command).code == 0 else 1)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert status in {0, 9}
    return status == 9


def _sweep(place: Place, steps: range) -> None:
    place.hook("commit-msg", THEIRS)
    before = snapshot(place)
    place.shop.run("install", "--claude")
    after = snapshot(place)
    for at in steps:
        place.shop.run("uninstall")
        assert snapshot(place) == before, at
        for command, put_right, so in (
            (["install", "--claude"], ["install", "--claude"], after),
            (["uninstall"], ["uninstall"], before),
            (["install", "--claude"], ["uninstall"], before),
        ):
            killed(place, at, *command)
            ran = place.shop.run(*put_right)
            assert ran.code == 0, (at, ran)
            assert snapshot(place) == so, (at, command)


@pytest.mark.compat("installing")
def test_killed_in_the_middle_it_is_put_right(place: Place) -> None:
    _sweep(place, range(4, 45, 13))


@pytest.mark.slow
def test_killed_anywhere_it_is_put_right(place: Place) -> None:
    _sweep(place, range(1, 48))


# Edited since.


def test_what_others_have_edited_since_keeps_the_edits(place: Place) -> None:
    settings = {"permissions": {"allow": ["Bash(ls)"]}}
    place.shop.write({".claude/settings.local.json": json.dumps(settings)})
    place.install("--claude")
    place.shop.git("config", "alias.l", "log")
    with (place.git_dir / "info" / "exclude").open("a") as file:
        file.write("mine\n")
    path = place.top / ".claude" / "settings.local.json"
    installed = json.loads(path.read_text())
    installed["hooks"]["PreToolUse"].append({"matcher": "Bash", "hooks": [{"type": "command", "command": "theirs"}]})
    path.write_text(json.dumps(installed))
    ran = place.uninstall()
    assert place.shop.git("config", "alias.l") == "log"
    assert "ralph" not in (place.git_dir / "config").read_text()
    assert (place.git_dir / "info" / "exclude").read_text().endswith("mine\n")
    assert ".ralph" not in (place.git_dir / "info" / "exclude").read_text()
    left = {"matcher": "Bash", "hooks": [{"type": "command", "command": "theirs"}]}
    assert json.loads(path.read_text()) == {**settings, "hooks": {"PreToolUse": [left]}}
    assert len(ran.json["notes"]) == 3


def test_what_others_add_behind_ours_is_no_reason_to_write_again(place: Place) -> None:
    place.install("--claude")
    place.shop.git("config", "alias.l", "log")
    with (place.git_dir / "info" / "attributes").open("a") as file:
        file.write("*.x binary\n")
    path = place.top / ".claude" / "settings.local.json"
    installed = json.loads(path.read_text())
    installed["hooks"]["PreToolUse"].append({"hooks": [{"type": "command", "command": "theirs"}]})
    path.write_text(json.dumps(installed, indent=2) + "\n")
    assert [Path(item["path"]).name for item in place.install().json["changed"]] == ["git-guard"]  # the stand-in
    installed["hooks"]["PreToolUse"][0]["hooks"][0]["timeout"] = 1
    path.write_text(json.dumps(installed, indent=2) + "\n")
    assert path.name in [Path(item["path"]).name for item in place.install().json["changed"]]


@in_folder
def test_a_hook_that_was_replaced_or_edited_meanwhile_stays(place: Place) -> None:
    place.hook("commit-msg", THEIRS)
    place.install()
    place.hook("commit-msg.before-ralph", THEIRS + "# edited\n")
    (place.git_dir / "hooks" / "pre-commit").unlink()
    mine = place.hook("pre-commit", "#!/bin/sh\n# mine\n")
    place.uninstall()
    assert mine.read_text() == "#!/bin/sh\n# mine\n"
    assert (place.git_dir / "hooks" / "commit-msg").read_text() == THEIRS + "# edited\n"
    assert not list((place.git_dir / "hooks").glob("*ralph*"))


def test_settings_that_git_tracks_are_named(place: Place) -> None:
    place.shop.write({".claude/settings.local.json": "{}\n"})
    place.shop.commit("Settings")
    assert "git rm --cached .claude/settings.local.json" in place.install("--claude").json["notes"][-1]


@in_folder
def test_a_repository_can_be_moved_with_its_installation(place: Place) -> None:
    place.hook("commit-msg", THEIRS)
    before = snapshot(place)
    place.install("--claude")
    moved = Place(Workshop(place.top.rename(place.top.with_name("moved"))), place.linked)
    moved.commit()
    assert moved.ran() == ["pre-commit", "prepare-commit-msg", "commit-msg"]
    assert theirs(moved) == ["theirs .git/hooks/commit-msg .git/COMMIT_EDITMSG"]
    moved.uninstall()
    assert snapshot(moved) == before


def test_settings_that_are_no_json_are_refused_before_anything_is_changed(place: Place) -> None:
    place.shop.write({".claude/settings.local.json": '{"hooks": '})
    before = snapshot(place)
    ran = place.shop.run("install", "--claude")
    assert ran.code == 2
    assert ".claude/settings.local.json is not JSON" in ran.err
    assert snapshot(place) == before


def test_while_git_changes_its_configuration_nothing_is_changed(place: Place) -> None:
    (place.git_dir / "config.lock").touch()
    before = snapshot(place)
    ran = place.shop.run("install")
    assert ran.code == 2
    assert "config.lock is there" in ran.err
    assert snapshot(place) == before


# A hooks path.


@pytest.mark.parametrize("how", ["relative", "absolute", "global", "worktree"])
def test_a_hooks_path_goes_on_to_be_followed(place: Place, how: str) -> None:
    folder = place.top / "my hooks"
    for name in ("commit-msg", "post-commit"):
        place.hook(name, THEIRS, folder="my hooks")
    if how == "worktree":
        place.shop.git("config", "extensions.worktreeConfig", "true")
    place.shop.git("config", *([] if how in {"relative", "absolute"} else [f"--{how}"]), "core.hooksPath",
                   "my hooks" if how == "relative" else str(folder))  # fmt: skip
    before = snapshot(place)
    ran = place.install()
    assert ran.json["manager"] == "core.hooksPath"
    place.commit()
    assert place.ran() == ["pre-commit", "prepare-commit-msg", "commit-msg"]
    found = theirs(place)
    assert ["/my hooks/" in f"/{line.removeprefix('theirs ')}" for line in found] == [True, True]
    place.hook("pre-commit", "#!/bin/sh\nexit 1\n", folder="my hooks")  # added later, and still followed
    place.commit(code=1)
    (folder / "pre-commit").unlink()
    place.commit(at=place.linked)
    assert "pre-commit" in place.ran()
    theirs(place)
    place.uninstall()
    assert snapshot(place) == before


def test_a_hooks_path_that_is_set_again_does_not_put_ours_out(place: Place) -> None:
    place.shop.git("config", "core.hooksPath", ".husky/_")
    assert place.install().json["manager"] == "husky"
    place.shop.git("config", "core.hooksPath", ".husky/_")  # what husky does at every `npm install`
    place.commit()
    assert place.ran()
    place.uninstall()
    assert place.shop.git("config", "--get-all", "core.hooksPath") == ".husky/_"


@in_folder
def test_a_hooks_folder_that_is_a_link_is_not_written_into(place: Place) -> None:
    shutil.rmtree(place.git_dir / "hooks")
    place.hook("commit-msg", THEIRS, folder="tracked hooks")
    (place.git_dir / "hooks").symlink_to("../tracked hooks")
    before = snapshot(place)
    place.install()
    assert [path.name for path in (place.top / "tracked hooks").iterdir()] == ["commit-msg"]
    place.commit()
    assert place.ran() == ["pre-commit", "prepare-commit-msg", "commit-msg"]
    assert theirs(place) == [f"theirs {place.git_dir}/hooks/commit-msg .git/COMMIT_EDITMSG"]
    place.uninstall()
    assert snapshot(place) == before


# Worktrees and folders.


def test_from_a_linked_worktree_or_a_folder_it_is_installed_for_the_whole_repository(place: Place) -> None:
    before = snapshot(place)
    place.install("--claude", at=place.linked)
    here = snapshot(place)
    assert (place.top / ".claude" / "settings.local.json").exists()
    assert not (place.linked / ".claude").exists()
    place.commit()
    assert place.ran()
    place.uninstall()
    place.install("--claude", at=place.top / "specs")
    assert snapshot(place) == here
    place.uninstall()
    assert snapshot(place) == before


def test_a_program_in_a_worktree_that_goes_is_refused(place: Place) -> None:
    tools = place.linked / "venv" / "bin"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tools.parent], check=True)
    (tools / "ralph-hooks").write_text(f"#!{tools}/python\n")
    (tools / "ralph-hooks").chmod(0o755)
    command = [tools / "python", "-m", "ralph_hooks", "install"]
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "PATH": f"{tools}:/usr/bin:/bin"}
    before = snapshot(place)
    done = subprocess.run(command, cwd=place.top, check=False, capture_output=True, text=True, env=env)
    assert done.returncode == 2
    assert "is in a linked worktree" in done.stderr
    assert snapshot(place) == before


# git's configuration.


@pytest.mark.slow
def test_with_a_git_that_has_hooks_in_its_configuration_no_hook_is_touched(place: Place) -> None:
    env = {**os.environ, "PATH": f"{unpacked('sid')}{os.pathsep}{os.environ['PATH']}"}

    def run(*argv: str, at: Path = place.top) -> str:
        return subprocess.run(argv, cwd=at, check=True, capture_output=True, text=True, env=env).stdout

    place.hook("commit-msg", THEIRS)
    before = snapshot(place)
    ran = json.loads(run(sys.executable, "-m", "ralph_hooks", "install", "--format", "json"))
    assert ran["how"].startswith("hooks in git's configuration")
    (place.git_dir / "ralph" / "git-guard").write_text(STAND_IN)
    hooks = {path: value for path, value in snapshot(place).items() if "/hooks/" in path}
    assert hooks == {path: value for path, value in before.items() if "/hooks/" in path}
    for worktree in (place.top, place.linked):
        run("git", "commit", "--quiet", "--allow-empty", "-m", "x", at=worktree)
        assert place.ran() == ["pre-commit", "prepare-commit-msg", "commit-msg"]
        assert len(theirs(place)) == 1
    (place.git_dir / "ralph" / "git-guard").unlink()
    run("git", "commit", "--quiet", "--allow-empty", "-m", "x")
    run(sys.executable, "-m", "ralph_hooks", "uninstall")
    assert snapshot(place) == before
