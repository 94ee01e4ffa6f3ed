"""What depends on what, and what a command costs to start: the import rules, and the modules that it must not load."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest
from workshop import Workshop

ROOT = Path(__file__).resolve().parents[1]

PROBE = """
import contextlib, io, json, sys
from ralph_hooks.cli import main
with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):
    main(sys.argv[1:])
print(json.dumps(sorted(sys.modules)))
"""


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    (tmp_path / "tasks.md").write_text("- [ ] 1.1 [P] One\n  - **Do**: it\n- [ ] 1.2 [P] Two\n  - **Do**: it\n")
    for command in ("init", "add .", "commit -m list"):
        subprocess.run(["git", *command.split()], cwd=tmp_path, check=True, capture_output=True)
    return tmp_path


def loaded(place: Path, *argv: str, stdin: bytes = b"") -> set[str]:
    asked = subprocess.run(
        [sys.executable, "-c", PROBE, *argv], cwd=place, check=True, capture_output=True, input=stdin
    )
    return set(json.loads(asked.stdout))


@pytest.mark.parametrize("argv", [("--version",), ("plan",), ("status",), ("finish", "--help")])
def test_no_command_of_every_day_loads_gitpython_or_rich(repository: Path, argv: tuple[str, ...]) -> None:
    assert not {"git", "rich"} & loaded(repository, *argv)


def test_the_version_loads_no_command(repository: Path) -> None:
    assert not {module for module in loaded(repository, "--version") if module.startswith("ralph_hooks.commands")}


def test_status_needs_no_markdown_and_plan_does(repository: Path) -> None:
    assert "markdown_it" not in loaded(repository, "status")
    assert "markdown_it" in loaded(repository, "plan")


def test_plan_needs_no_store_and_status_does(repository: Path) -> None:
    assert "sqlite3" in loaded(repository, "status")
    assert "sqlite3" not in loaded(repository, "plan")


def test_an_event_that_changes_nothing_loads_nothing_that_lands_or_starts(repository: Path) -> None:
    loaded(repository, "start")
    (repository / ".git" / "ralph" / "claude").write_text("{}")
    event = {"hook_event_name": "UserPromptSubmit", "session_id": "s", "cwd": str(repository), "prompt": "Well?"}
    modules = loaded(repository, "hook", "claude", "UserPromptSubmit", stdin=json.dumps(event).encode())
    assert "ralph_hooks.integrations.claude.ends" in modules
    late = ("batch.land", "batch.opening", "batch.pages", "git.objects", "tasklist.parse", "integrations.claude.calls")
    assert not {f"ralph_hooks.{module}" for module in late} & modules
    assert len([module for module in modules if module.startswith("ralph_hooks")]) < 40


@pytest.mark.parametrize("argv", [("lint",), ("lint", "--fix"), ("lint", "--format", "sarif"), ("rule", "RH201")])
def test_linting_needs_no_git_no_store_and_nothing_for_show(repository: Path, argv: tuple[str, ...]) -> None:
    modules = loaded(repository, *argv)
    assert "ralph_hooks.lint.rules" in modules
    assert not {"git", "sqlite3", "rich", "asyncio", "subprocess", "ralph_hooks.git", "ralph_hooks.batch"} & modules


def test_linting_the_index_needs_git_and_no_store(repository: Path) -> None:
    modules = loaded(repository, "lint", "--state")
    assert "ralph_hooks.git.process" in modules
    assert not {"git", "sqlite3", "rich", "asyncio"} & modules


# What a command loads beyond a bare Python, modules of markdown-it-py apart. A number may go up, for a reason.
BUDGETS = {
    "--version": 25,
    "lint": 155,
    "rule RH201": 107,
    "plan": 105,
    "status": 104,
    "log": 67,
    "recover": 112,
    "land": 131,
    "finish --help": 108,
    "start --help": 163,
}
BARE = "import contextlib, io, json, sys; print(json.dumps(sorted(sys.modules)))"


@pytest.mark.parametrize("command", BUDGETS)
def test_a_command_keeps_to_its_budget_of_modules(repository: Path, command: str) -> None:
    bare = json.loads(subprocess.run([sys.executable, "-c", BARE], check=True, capture_output=True).stdout)
    modules = loaded(repository, *command.split()).difference(bare)
    own = {module for module in modules if not module.startswith(("markdown_it", "mdurl"))}
    assert len(own) <= BUDGETS[command], sorted(own)


def test_a_landing_loads_nothing_that_only_rare_ones_need(tmp_path: Path) -> None:
    shop = Workshop.make(tmp_path / "repo", ("1.1", "1.2"), config="keep_worktrees = true\n")
    shop.start()
    for task in ("1.1", "1.2"):
        shop.work(task, {f"{task}.txt": "x\n"})
        shop.finish(task)
    modules = loaded(shop.path, "land")
    assert "ralph_hooks.batch.land" in modules
    late = ("git.merge_ways", "git.settling", "batch.recover", "batch.tidy", "tasklist.parse")
    assert (
        not {"tempfile", "shutil", "markdown_it", "git", "rich", *(f"ralph_hooks.{module}" for module in late)}
        & modules
    )


def test_linting_loads_nothing_that_only_other_runs_need(repository: Path) -> None:
    modules = loaded(repository, "lint", "tasks.md")
    assert not {"shutil", "difflib", "hashlib", "tempfile", "tomllib", "yaml", "sqlite3"} & modules
    assert not {"ralph_hooks.lint.fixes", "ralph_hooks.lint.baseline", "ralph_hooks.lint.suggest"} & modules
    # What is ours must not be what brings `dataclasses`, and with it `inspect`: they come with markdown-it-py.
    assert not {"dataclasses", "inspect"} & loaded(repository, "rule", "RH201")


@pytest.mark.parametrize("verb", ["start", "plan", "status"])
def test_help_needs_neither_yaml_nor_the_lock(repository: Path, verb: str) -> None:
    assert not {"yaml", "tomllib"} & loaded(repository, verb, "--help")


def test_imports_run_downwards() -> None:
    lint = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([lint, "--no-cache"], cwd=ROOT, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
    assert "0 broken" in done.stdout


def test_an_import_that_runs_upwards_is_found(tmp_path: Path) -> None:
    package = tmp_path / "ralph_hooks"
    package.mkdir()
    for source in (ROOT / "ralph_hooks").rglob("*.py"):
        target = package / source.relative_to(ROOT / "ralph_hooks")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(source.read_bytes())
    (tmp_path / "pyproject.toml").write_bytes((ROOT / "pyproject.toml").read_bytes())
    with (package / "tasklist" / "edit.py").open("a") as module:
        module.write("\nfrom ralph_hooks.spec import locate\n")
    program = (
        "import sys; sys.path.insert(0, '.'); from importlinter.cli import lint_imports_command; lint_imports_command()"
    )
    command = [sys.executable, "-c", program, "--no-cache"]
    done = subprocess.run(command, cwd=tmp_path, check=False, capture_output=True, text=True)
    assert done.returncode == 1
    assert "ralph_hooks.tasklist.edit -> ralph_hooks.spec" in done.stdout


@pytest.mark.parametrize("module", sorted((ROOT / "ralph_hooks" / "tasklist").glob("*.py")), ids=lambda path: path.stem)
def test_task_lists_open_no_file(module: Path) -> None:
    """The import rules cannot see the built-in `open`."""
    names = {node.id for node in ast.walk(ast.parse(module.read_text())) if isinstance(node, ast.Name)}
    assert not {"open", "__import__", "exec", "eval"} & names


@pytest.mark.parametrize("event", ["PreToolUse", "PostToolBatch", "SubagentStop", "UserPromptSubmit", "SessionStart"])
def test_a_hook_with_nothing_to_do_loads_next_to_nothing(repository: Path, event: str) -> None:
    call = {"tool_calls": [], "tool_name": "Agent", "tool_use_id": "t", "tool_input": {"subagent_type": "Explore"}}
    payload = {"session_id": "s", "cwd": str(repository), "hook_event_name": event, **call}
    command = [sys.executable, "-c", PROBE, "hook", "claude", event]
    asked = subprocess.run(command, cwd=repository, check=True, capture_output=True, input=json.dumps(payload).encode())
    modules = set(json.loads(asked.stdout))
    assert "ralph_hooks.integrations.claude.hook" in modules
    heavy = {"git", "markdown_it", "yaml", "rich", "sqlite3", "subprocess", "dataclasses", "traceback"}
    assert not {*heavy, "ralph_hooks.batch", "ralph_hooks.spec", "ralph_hooks.tasklist"} & modules
