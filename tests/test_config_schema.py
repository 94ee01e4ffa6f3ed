"""The JSON schema of the configuration: shipped, and of one mind with what is checked."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from ralph_hooks import config_schema
from ralph_hooks.config import Config, load
from ralph_hooks.errors import UsageError

SHIPPED = Path(config_schema.__file__).with_name("config.schema.json")


def test_the_shipped_schema_is_the_one_that_is_checked() -> None:
    shipped = json.loads(SHIPPED.read_text(encoding="utf-8"))
    assert shipped == config_schema.json_schema(), (
        "run `python -m ralph_hooks.config_schema > ralph_hooks/config.schema.json`"
    )
    jsonschema.Draft7Validator.check_schema(shipped)


def test_every_setting_has_a_kind_and_no_other() -> None:
    keys = [key.replace(".", "_") for key in config_schema.SCHEMA]
    assert (*keys, "source", "lines") == Config._fields


def test_every_default_is_allowed() -> None:
    for key, default in Config()._asdict().items():
        if key in config_schema.SCHEMA and default not in (None, ()):
            jsonschema.validate({key: default}, config_schema.json_schema())


@pytest.mark.parametrize(
    ("document", "allowed"),
    [
        ({}, True),
        ({"dialect": "ralph"}, True),
        ({"dialect": "Ralph"}, False),
        ({"max_parallel": 64}, True),
        ({"max_parallel": 0}, False),
        ({"max_parallel": 65}, False),
        ({"max_parallel": "3"}, False),
        ({"max_parallel": True}, False),
        ({"link": ["a", "b/c"]}, True),
        ({"link": "a"}, False),
        ({"link": [1]}, False),
        ({"setup": "make"}, True),
        ({"setup": ""}, False),
        ({"setup_timeout": 0.5}, True),
        ({"setup_timeout": 0}, False),
        ({"setup_timeout": 86401}, False),
        ({"keep_worktrees": True}, True),
        ({"keep_worktrees": "yes"}, False),
        ({"select": ["RH2", "same-file"]}, True),
        ({"select": "RH2"}, False),
        ({"select": [""]}, False),
        ({"fail_on": "warning"}, True),
        ({"fail_on": "never"}, False),
        ({"exclude": ["old/**"]}, True),
        ({"per_file_ignores": {"old/**": ["RH2"]}}, True),
        ({"per_file_ignores": {"old/**": "RH2"}}, False),
        ({"per_file_ignores": ["RH2"]}, False),
        ({"max_group": 1}, True),
        ({"max_group": 0}, False),
        ({"shared_files": []}, True),
        ({"shared_files": [""]}, False),
        ({"required_fields": ["Do", "Done when"]}, True),
        ({"required_fields": "Do"}, False),
        ({"baseline": "known.json"}, True),
        ({"baseline": ""}, False),
        ({"rule_url": "https://example.org/{code}"}, True),
        ({"rule_url": "https://example.org/"}, False),
        ({"claude": {"executors": ["builder"], "background": True}}, True),
        ({"claude": {"executors": "builder"}}, False),
        ({"claude": {"colour": 1}}, False),
        ({"claude": True}, False),
        ({"unknown": 1}, False),
        ({"source": "x"}, False),
    ],
    ids=str,
)
def test_schema_and_check_are_of_one_mind(tmp_path: Path, document: dict[str, Any], *, allowed: bool) -> None:
    (tmp_path / ".ralph-hooks.yaml").write_text(yaml.safe_dump(document))
    assert jsonschema.Draft7Validator(config_schema.json_schema()).is_valid(document) is allowed
    try:
        load(tmp_path)
    except UsageError:
        assert not allowed
    else:
        assert allowed


def test_lists_and_tables_are_kept_as_tuples(tmp_path: Path) -> None:
    (tmp_path / ".ralph-hooks.yaml").write_text("per_file_ignores: {a: [RH1], b: []}\nselect: [RH2]\n")
    loaded = load(tmp_path)
    assert loaded.per_file_ignores == (("a", ("RH1",)), ("b", ()))
    assert loaded.select == ("RH2",)
    assert loaded.where("select") == ".ralph-hooks.yaml:2"
    assert loaded.where("ignore") == ".ralph-hooks.yaml"
