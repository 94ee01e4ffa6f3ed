"""The rules as a whole: codes, names, files, examples, severities, pages."""

from __future__ import annotations

import ast
import importlib
import re
from pathlib import Path

import pytest
from rule_checks import beside, of_list
from rule_pages import FOLDER

from ralph_hooks.lint.model import Rule, Settings, Severity, Surroundings
from ralph_hooks.lint.pages import pages
from ralph_hooks.lint.rules import RULES
from ralph_hooks.tasklist.parse import parse

PACKAGE = Path(importlib.import_module("ralph_hooks.lint.rules").__path__[0])
BY_THE_ENGINE = {"RH901", "RH902"}

EVERY = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)


def test_codes_are_in_order_and_each_is_there_once() -> None:
    codes = [rule.code for rule in RULES]
    assert codes == sorted(set(codes))
    assert all(re.fullmatch(r"RH[012349][0-9]{2}", code) for code in codes)


def test_names_are_kebab_case_and_each_is_there_once() -> None:
    names = [rule.name for rule in RULES]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"[a-z]+(?:-[a-z]+)*", name) for name in names)


def test_every_file_is_a_rule_of_the_list() -> None:
    stems = sorted(path.stem for path in PACKAGE.glob("rh*.py"))
    assert [stem.split("_")[0].upper() for stem in stems] == [rule.code for rule in RULES]
    for stem, rule in zip(stems, RULES, strict=True):
        assert importlib.import_module(f"ralph_hooks.lint.rules.{stem}").RULE is rule
        assert stem.split("_", 1)[1] in {rule.name.replace("-", "_"), rule.name.replace("-", "_").removeprefix("a_")}


def problems(rule: Rule, example: str) -> int:
    text, surroundings = beside(example)
    return len(of_list(rule, parse(text), Settings(), surroundings))


@EVERY
def test_the_bad_example_has_it_and_the_good_one_does_not(rule: Rule) -> None:
    if rule.code not in BY_THE_ENGINE:
        assert problems(rule, rule.bad) > 0
    assert problems(rule, rule.good) == 0


@EVERY
def test_the_good_example_has_no_error_and_no_warning_of_its_family(rule: Rule) -> None:
    text, surroundings = beside(rule.good)
    others = [
        other.code
        for other in RULES
        if (other.code[:3] == rule.code[:3] or other.severity is Severity.ERROR) and other.default
        for _ in of_list(other, parse(text), Settings(), surroundings)
    ]
    assert others == []


@EVERY
def test_examples_are_of_a_dialect_that_the_rule_is_for(rule: Rule) -> None:
    assert rule.code == "RH902" or parse(beside(rule.bad)[0]).dialect in rule.dialects


@EVERY
def test_texts_are_lines_for_people(rule: Rule) -> None:
    assert rule.summary[0].isupper()
    assert not rule.summary.endswith(".")
    assert rule.why.endswith(".\n")
    assert rule.bad.endswith("\n")
    assert rule.good.endswith("\n")


@EVERY
def test_messages_are_one_line_that_says_what_to_do(rule: Rule) -> None:
    text, surroundings = beside(rule.bad)
    for problem in of_list(rule, parse(text), Settings(), surroundings):
        assert "\n" not in problem.message
        assert re.search(r"; |, (?:let|name|write|take|give|put|correct)", problem.message)
        assert not problem.message.endswith(".")


def test_errors_are_for_what_breaks_a_run() -> None:
    errors = {rule.code for rule in RULES if rule.severity is Severity.ERROR}
    assert errors == {"RH001", "RH105", "RH112", "RH201", "RH206", "RH208", "RH209", "RH401", "RH902"}


def test_one_rule_is_off_until_it_is_selected() -> None:
    assert [rule.code for rule in RULES if not rule.default] == ["RH301"]


@EVERY
def test_a_list_of_nothing_has_nothing(rule: Rule) -> None:
    assert of_list(rule, parse(""), Settings(), Surroundings()) == []


def test_the_pages_are_those_of_the_rules() -> None:
    there = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.iterdir()}
    assert there == pages(), "run `python tests/rule_pages.py`"


def test_the_readme_counts_them_and_leads_to_their_index() -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    assert f"{len(RULES)} [rules](docs/rules/README.md)" in readme


def test_links_of_the_pages_lead_somewhere() -> None:
    for content in pages().values():
        for target in re.findall(r"\]\(([\w.]+)\)", re.sub(r"```.*?```", "", content, flags=re.DOTALL)):
            assert (FOLDER / target).exists(), target


@pytest.mark.parametrize("path", sorted(PACKAGE.glob("*.py")), ids=lambda path: path.stem)
def test_a_rule_opens_nothing(path: Path) -> None:
    names = {node.id for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Name)}
    assert not {"open", "__import__", "exec", "eval", "print"} & names
