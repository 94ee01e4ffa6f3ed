"""What the documents say is so: examples are run, and whatever lists things is compared with the things."""

from __future__ import annotations

import dataclasses
import json
import os
import re
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import command_tables
import pytest
from consoles import Example, consoles, fences, fits, run

from ralph_hooks.batch import names
from ralph_hooks.cli import VERBS
from ralph_hooks.config import Config
from ralph_hooks.config_schema import SCHEMA
from ralph_hooks.demo.executor import main as execute
from ralph_hooks.demo.scratch import Scratch, open_scratch

ROOT = Path(__file__).resolve().parents[1]
README = ROOT / "README.md"
DOCS = sorted((ROOT / "docs").glob("*.md"))
BIN = Path(sys.executable).parent


def section(document: Path, heading: str) -> str:
    """What stands below a heading, up to the next one of its level or above."""
    level = len(heading) - len(heading.lstrip("#"))
    _, found, rest = document.read_text(encoding="utf-8").partition(f"\n{heading}\n")
    assert found, f"{document.name} has no {heading}"
    return re.split(rf"^#{{1,{level}}} ", rest, maxsplit=1, flags=re.MULTILINE)[0]


def rows(text: str) -> list[list[str]]:
    """The cells of the tables in a text, without heads."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]
    heads = [at for at, row in enumerate(cells) if all(re.fullmatch(r"-+", cell) for cell in row)]
    return [row for at, row in enumerate(cells) if at not in heads and at + 1 not in heads]


# Examples.


@pytest.fixture
def scratch(tmp_path: Path) -> Scratch:
    """The repository of the demonstration: the documents' examples are about its list."""
    with open_scratch(str(tmp_path / "scratch")) as made:
        path = f"{BIN}{os.pathsep}{os.environ['PATH']}"
        return dataclasses.replace(made, env={**made.env, "PATH": path})


@pytest.mark.parametrize(
    "document", [path for path in [README, *DOCS] if consoles(path)], ids=lambda path: path.stem.lower()
)
def test_every_example_prints_what_its_document_says(document: Path, scratch: Scratch) -> None:
    for block in consoles(document):
        printed = run(block, scratch.top, scratch.env)
        assert len(printed) == len(block)
        for example, lines in zip(block, printed, strict=True):
            assert fits(example.expected, lines), f"$ {example.command}\n" + "\n".join(lines)


@pytest.mark.parametrize(
    ("expected", "printed", "so"),
    [
        (["a", "…", "d"], ["a", "b", "c", "d"], True),
        (["a", "…"], ["a"], True),
        (["a", "…"], ["b", "a"], False),
        (["batch 92f610e1 landed"], ["batch 0123abcd landed"], True),
        (["batch 92f610e1 landed"], ["batch landed landed"], False),
        (["x … y"], ["x 1 2 y"], True),
        (["x"], ["x", "y"], False),
        ([], ["surprise"], False),
        (["a+b"], ["aab"], False),
    ],
)
def test_the_comparison_of_examples_can_fail(expected: list[str], printed: list[str], *, so: bool) -> None:
    assert fits(expected, printed) is so


def test_commands_of_a_block_share_their_directory_and_exit_code(tmp_path: Path) -> None:
    block = [Example("mkdir sub && cd sub", ()), Example("false", ()), Example("echo $? $(basename $PWD)", ("1 sub",))]
    assert run(block, tmp_path, os.environ) == [(), (), ("1 sub",)]


def test_every_list_in_the_chapter_on_lists_is_planned_as_it_says(tmp_path: Path) -> None:
    blocks = fences(ROOT / "docs" / "task-lists.md")
    pairs = [(one[1], two[1]) for one, two in pairwise(blocks) if one[0] == "markdown"]
    assert len(pairs) == 4
    for listed, plan in pairs:
        (tmp_path / "tasks.md").write_text(listed)
        command = [sys.executable, "-m", "ralph_hooks", "plan", "tasks.md"]
        assert subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, text=True).stdout == plan


def test_the_configuration_example_is_accepted() -> None:
    from ralph_hooks.config import load  # noqa: PLC0415

    examples = [text for language, text in fences(ROOT / "docs" / "configuration.md") if language == "toml"]
    assert examples
    for text in examples:
        Path(".ralph-hooks.toml").write_text(text)
        assert load(Path()).source == ".ralph-hooks.toml"


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


# The README.


def test_the_readme_sets_up_and_tests_in_one_command_each() -> None:
    commands = [text.strip() for language, text in fences(README) if language == "sh"]
    assert len(commands) == 2
    setup, test = commands
    assert setup.startswith("python3 -m venv .venv && .venv/bin/pip install")
    assert "'.[test]'" in setup
    assert setup.endswith("&& .venv/bin/ralph-hooks demo")
    assert test == ".venv/bin/pytest -n auto"


def test_the_readme_names_every_command_and_no_other() -> None:
    text = README.read_text(encoding="utf-8")
    named = set(re.findall(r"ralph-hooks ([a-z]+)\b", text)) | set(re.findall(r"`([a-z]+)`", text)) & set(VERBS)
    after_the_name = {"that", "makes", "is"}  # running text
    assert named - after_the_name == set(VERBS)


@pytest.mark.parametrize("document", [README, *DOCS], ids=lambda path: path.stem.lower())
def test_commands_in_documents_exist_and_take_those_options(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    for command in re.findall(r"(?:`|^\$ )(ralph-hooks [a-z][^`\n]*)", text, re.MULTILINE):
        verb, *words = command.removeprefix("ralph-hooks ").split()
        assert verb in VERBS, command
        for option in [word for word in words if word.startswith("--")]:
            assert f"`{option}" in command_tables.table(verb) or option == "--help", command


@pytest.mark.parametrize("document", [README, *DOCS], ids=lambda path: path.stem.lower())
def test_links_lead_somewhere(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", text):
        assert target.startswith("https://") or (document.parent / target).exists(), target


def test_the_readme_leads_to_every_chapter() -> None:
    linked = set(re.findall(r"\]\(docs/([\w-]+\.md)\)", README.read_text(encoding="utf-8")))
    assert linked == {path.name for path in DOCS}


# Configuration.

DEFAULTS = {key: getattr(Config(), key.replace(".", "_")) for key in SCHEMA}


def test_the_chapter_on_configuration_has_every_key_with_its_default() -> None:
    table = {row[0].strip("`"): row for row in rows((ROOT / "docs" / "configuration.md").read_text(encoding="utf-8"))}
    assert list(table) == list(DEFAULTS)
    for name, default in DEFAULTS.items():
        said = table[name][2]
        if default is None:
            assert not said.startswith("`"), name
        else:
            assert said == f"`{json.dumps(default)}`", name


# Refs.


def test_every_namespace_of_refs_is_documented() -> None:
    texts = {value for name, value in vars(names).items() if name.isupper() and isinstance(value, str)}
    known = {value for value in texts if value.startswith(names.ROOT)} - {names.ROOT}
    assert len(known) >= 10
    said = [row[0].strip("`") for row in rows((ROOT / "docs" / "refs.md").read_text(encoding="utf-8"))]
    assert {f"{'/'.join(ref.split('/')[:3])}/" for ref in said} == known
    assert len(said) == len(known)


# Architecture.


def test_the_map_of_the_house_has_every_module_and_no_other() -> None:
    document = ROOT / "docs" / "architecture.md"
    folders = re.findall(r"^### (ralph_hooks/[\w/]*)$", document.read_text(encoding="utf-8"), re.MULTILINE)
    package = ROOT / "ralph_hooks"
    there = {"ralph_hooks/", *(f"{path.parent.relative_to(ROOT).as_posix()}/" for path in package.rglob("__init__.py"))}
    assert set(folders) == there
    for folder in folders:
        named = re.findall(r"`([\w.]+\.py)`", "".join(row[0] for row in rows(section(document, f"### {folder}"))))
        real = {path.name for path in (ROOT / folder).glob("*.py")} - {"__init__.py"}
        assert sorted(named) == sorted(real), folder


# Commands.


def test_the_chapter_on_commands_has_every_verb_in_order() -> None:
    text = command_tables.COMMANDS.read_text(encoding="utf-8")
    assert re.findall(r"^## (\w+)$", text, re.MULTILINE) == list(VERBS)


def test_its_tables_are_those_of_the_parsers() -> None:
    text = command_tables.COMMANDS.read_text(encoding="utf-8")
    assert text == command_tables.filled(text), "run `python tests/command_tables.py`"
    for verb in VERBS:
        assert command_tables.table(verb) in section(command_tables.COMMANDS, f"## {verb}")


def test_exit_codes_are_documented_as_they_are() -> None:
    from ralph_hooks import cli  # noqa: PLC0415

    codes = {str(code) for code in (cli.OK, cli.ATTENTION, cli.ERROR, cli.INTERRUPTED)}
    assert {row[0] for row in rows(section(README, "### Exit codes"))} == codes
    assert set(re.findall(r"\*\*(\d+)\*\*", command_tables.COMMANDS.read_text(encoding="utf-8"))) == codes


def documented_json(verb: str) -> Any:
    blocks = re.findall(
        r"^```json\n(.*?)^```$", section(command_tables.COMMANDS, f"## {verb}"), re.DOTALL | re.MULTILINE
    )
    assert len(blocks) == 1, verb
    return json.loads(blocks[0])


def same_shape(said: Any, real: Any, path: str) -> None:
    """Equal keys wherever both have an object; items of lists are compared with the first one that is documented."""
    if isinstance(said, dict) and isinstance(real, dict):
        assert set(said) == set(real), path
        for key in said:
            same_shape(said[key], real[key], f"{path}.{key}")
    elif isinstance(said, list) and isinstance(real, list) and said:
        for item in real:
            same_shape(said[0], item, f"{path}[]")
    elif said is not None and real is not None:
        assert type(said) is type(real), path


def test_every_json_shape_is_the_documented_one(scratch: Scratch, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = set()

    def ask(verb: str, *words: str) -> Any:
        document = scratch.ask(verb, *words)
        same_shape(documented_json(verb), document, verb)
        seen.add(verb)
        return document

    def work(task: dict[str, Any], name: str) -> None:
        """What the demonstration's executor of the task does, without its pauses."""
        monkeypatch.setattr("ralph_hooks.demo.executor.time.sleep", lambda _: None)
        monkeypatch.chdir(task["worktree"])
        for key in ("HOME", "PYTHONPATH"):
            monkeypatch.setenv(key, scratch.env[key])
        assert execute([name, str(task["index"]), "0"]) == 0

    ask("plan")
    ask("rule")
    tasks = scratch.top / "specs" / "shortlink" / "tasks.md"
    clean = tasks.read_text(encoding="utf-8")
    tasks.write_text(clean.replace("`shortlink/visits.py` (new)", "`shortlink/codes.py`"), encoding="utf-8")
    assert "RH201" in {finding["code"] for finding in ask("lint")["findings"]}
    tasks.write_text(clean, encoding="utf-8")
    started = {task["id"]: task for task in ask("start")["tasks"]}
    ask("status")
    ask("finish", "1.2", "--failed", "--message", "no time")
    work(started["1.3"], "1.3")
    work(started["1.4"], "1.4")
    landed = ask("land")
    assert [len(landed[key]) for key in ("landed", "parked", "failed")] == [1, 1, 1]
    ask("log")
    resolving = ask("resolve", "1.4")
    assert (resolving["conflicts"], len(resolving["other"])) == (["shortlink/app.py"], 1)
    assert len(ask("abort")["kept"]) == 1
    ask("undo")
    ask("tick", "1.5")
    ask("recover")
    collected = ask("gc", "--older-than", "0")
    assert [len(collected[key]) for key in ("removed", "kept")] == [1, 3]
    assert ask("install", "--claude")["changed"]
    (scratch.top / ".git" / "ralph" / "git-guard").unlink()
    assert [problem["fixable"] for problem in ask("doctor", "--fix")["fixed"]] == [True]
    assert ask("uninstall")["changed"]
    no_json = {verb for verb in VERBS if "--format" not in command_tables.table(verb)}
    assert seen == set(VERBS) - no_json
