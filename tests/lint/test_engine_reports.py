"""The formats, each read by something that is not ours or checked against a schema."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from typing import Any

import jsonschema
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from small_rules import SMALL, found

from ralph_hooks.lint.model import Finding, Severity
from ralph_hooks.lint.places import Places
from ralph_hooks.lint.report.document import document, statistics, table
from ralph_hooks.lint.report.github import github
from ralph_hooks.lint.report.junit import junit
from ralph_hooks.lint.report.model import Report
from ralph_hooks.lint.report.sarif import sarif
from ralph_hooks.lint.report.text import summary, text

LIST = "# Tasks\n\n- [ ] 1.1 TODO one\n- [ ] 1.2 FIXME\n"

# What SARIF 2.1.0 says about the parts that are written.
SARIF = {
    "type": "object",
    "required": ["version", "runs"],
    "additionalProperties": False,
    "properties": {
        "version": {"const": "2.1.0"},
        "runs": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["tool"],
                "additionalProperties": False,
                "properties": {
                    "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
                    "tool": {
                        "type": "object",
                        "required": ["driver"],
                        "properties": {"driver": {"type": "object", "required": ["name"]}},
                    },
                    "results": {"type": "array", "items": {"$ref": "#/definitions/result"}},
                },
            },
        },
    },
    "definitions": {
        "result": {
            "type": "object",
            "required": ["message", "ruleId", "level", "locations"],
            "additionalProperties": False,
            "properties": {
                "ruleId": {"type": "string"},
                "ruleIndex": {"type": "integer", "minimum": 0},
                "level": {"enum": ["none", "note", "warning", "error"]},
                "message": {"type": "object", "required": ["text"]},
                "partialFingerprints": {"type": "object", "additionalProperties": {"type": "string"}},
                "locations": {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "required": ["physicalLocation"],
                        "properties": {
                            "physicalLocation": {
                                "type": "object",
                                "required": ["artifactLocation", "region"],
                                "properties": {
                                    "artifactLocation": {
                                        "type": "object",
                                        "properties": {"uri": {"type": "string", "pattern": "^[!-\\[\\]-~]+$"}},
                                    },
                                    "region": {
                                        "type": "object",
                                        "additionalProperties": False,
                                        "properties": {
                                            name: {"type": "integer", "minimum": 1}
                                            for name in ("startLine", "startColumn", "endLine", "endColumn")
                                        },
                                    },
                                },
                            }
                        },
                    },
                },
            },
        }
    },
}


def report(source: str = LIST, path: str = "specs/a/tasks.md", **more: Any) -> Report:
    findings = tuple(one._replace(path=path) for one in found(source))
    return Report(findings, (path, "clean/tasks.md"), {path: Places.of(source)}, SMALL, **more)


# JSON.


def test_json_is_the_shape_that_is_promised() -> None:
    assert document(report("x TODO\n")) == {
        "version": 1,
        "findings": [
            {
                "path": "specs/a/tasks.md",
                "line": 1,
                "column": 3,
                "end_line": 1,
                "end_column": 7,
                "code": "RH981",
                "name": "todo",
                "severity": "error",
                "message": "says 'TODO'",
                "fixable": True,
                "url": "docs/rules/RH981.md",
            }
        ],
    }


def test_statistics_count_most_first() -> None:
    counts = statistics(report("TODO FIXME FIXME\n"))["statistics"]
    assert [(one["code"], one["count"], one["fixable"]) for one in counts] == [("RH982", 2, 2), ("RH981", 1, 1)]
    assert table(report("TODO FIXME FIXME\n")).splitlines()[0] == "2  RH982  warning  fixme  (2 fixable)"
    assert table(report("fine")) == ""


# Text.


def test_text_shows_the_line_and_a_caret() -> None:
    shown = text(report(), colour=False, links=False).split("\n")
    assert shown[:5] == [
        "specs/a/tasks.md:3:11: error RH981 todo: says 'TODO'",
        "  |",
        "3 | - [ ] 1.1 TODO one",
        "  |           ^^^^",
        "  = fix: `TODO` becomes `DONE`",
    ]
    assert "  = unsafe fix, nobody knows what it means: remove `FIXME`" in shown
    assert shown[-1] == (
        "1 error, 1 warning in 2 lists; 1 can be fixed with --fix; 1 can be fixed with --fix --unsafe-fixes"
    )


@pytest.mark.parametrize(
    ("line", "under"),
    [
        ("漢字 TODO", "     ^^^^"),
        ("e\u0301 TODO", "  ^^^^"),
        ("\tTODO", " ^^^^"),
        ("\x1b[31m TODO", "      ^^^^"),
        ("x" * 200 + " TODO", " " * 60 + "^^^^"),
    ],
)
def test_the_caret_stands_below_what_it_means(line: str, under: str) -> None:
    shown = text(report(f"{line}\n"), colour=False, links=False).split("\n")
    assert shown[3] == f"  | {under}"
    assert "\x1b" not in "".join(shown)


def test_colours_and_links_only_where_they_are_wanted() -> None:
    plain = text(report(), colour=False, links=False)
    coloured = text(report(url="https://example.org/{code}"), colour=True, links=True)
    assert "\x1b" not in plain
    assert "\x1b]8;;https://example.org/RH981\x1b\\\x1b[1mRH981\x1b[0m\x1b]8;;\x1b\\" in coloured
    assert re.sub("\x1b\\[[0-9]*m", "", text(report(), colour=True, links=True)) == plain  # no link to a relative path


@pytest.mark.parametrize(
    ("source", "fixed", "line"),
    [
        ("fine\n", 0, "2 lists, nothing found"),
        ("fine\n", 3, "2 lists, nothing found; 3 fixed"),
        ("loop\n", 0, "2 lists, nothing found"),
        ("TODO TODO\n", 0, "2 errors in 2 lists; 2 can be fixed with --fix"),
    ],
)
def test_the_last_line_sums_up(source: str, fixed: int, line: str) -> None:
    assert summary(report(source, fixed=fixed)) == line


def test_a_finding_without_a_source_has_no_snippet() -> None:
    shown = text(report()._replace(places={}), colour=False, links=False)
    assert "|" not in shown


# GitHub.


def test_github_commands_are_escaped() -> None:
    finding = found("TODO")[0]._replace(path="a,b:c%/tasks.md", message="100 %\r\n::error::x")
    assert github(Report((finding,), (), {}, SMALL)) == (
        "::error file=a%2Cb%3Ac%25/tasks.md,line=1,endLine=1,col=1,endColumn=5,title=RH981 todo"
        "::a,b:c%25/tasks.md:1:1: 100 %25%0D%0A::error::x (docs/rules/RH981.md)"
    )


def test_github_has_no_columns_over_several_lines_and_knows_notices() -> None:
    finding = found("TODO")[0]._replace(end_line=2, severity=Severity.INFO)
    assert github(Report((finding,), (), {}, SMALL)).startswith("::notice file=tasks.md,line=1,endLine=2,title=")
    assert github(report("fine")) == ""


# SARIF.


def test_sarif_is_valid_and_counts_from_one() -> None:
    made = sarif(report(url="https://example.org/{code}"))
    jsonschema.validate(made, SARIF)
    [run] = made["runs"]
    assert run["results"][0]["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "specs/a/tasks.md"},
        "region": {"startLine": 3, "startColumn": 11, "endLine": 3, "endColumn": 15},
    }
    rules = run["tool"]["driver"]["rules"]
    assert [rules[one["ruleIndex"]]["id"] for one in run["results"]] == ["RH981", "RH982"]
    assert rules[0]["helpUri"] == "https://example.org/RH981"
    assert "helpUri" not in sarif(report())["runs"][0]["tool"]["driver"]["rules"][0]


def test_sarif_paths_are_uris() -> None:
    made = sarif(report(path="a b/\udcff#ä/tasks.md"))
    jsonschema.validate(made, SARIF)
    location = made["runs"][0]["results"][0]["locations"][0]["physicalLocation"]
    assert location["artifactLocation"]["uri"] == "a%20b/%FF%23%C3%A4/tasks.md"


def test_sarif_knows_a_finding_again_when_lines_move() -> None:
    one, other = sarif(report("TODO\n")), sarif(report("\n\nTODO\n"))
    prints = [made["runs"][0]["results"][0]["partialFingerprints"] for made in (one, other)]
    assert prints[0] == prints[1]


def test_the_schema_can_fail() -> None:
    made = sarif(report())
    made["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"]["startColumn"] = 0
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(made, SARIF)


# JUnit.


def test_junit_has_a_suite_per_list_and_a_case_per_finding() -> None:
    root = ET.fromstring(junit(report()))
    assert (root.tag, root.get("tests"), root.get("failures")) == ("testsuites", "3", "1")
    assert [(suite.get("name"), suite.get("failures")) for suite in root] == [
        ("specs/a/tasks.md", "1"),
        ("clean/tasks.md", "0"),
    ]
    first = root[0][0]
    assert (first.get("name"), first[0].tag, first[0].get("type")) == ("RH981 todo (3:11)", "failure", "error")
    assert [case[0].tag for case in root[0]] == ["failure", "system-out"]  # a warning does not fail
    assert list(root[1][0]) == []


def test_junit_fails_for_what_the_exit_code_fails_for() -> None:
    root = ET.fromstring(junit(report(fail_on=Severity.WARNING)))
    assert root.get("failures") == "2"


@given(st.text(), st.text(min_size=1))
@example("\x00\x01\x1b\x85\udcff\ufffe\uffff", "\x01")
def test_every_format_is_well_formed_for_any_text(message: str, path: str) -> None:
    finding = Finding(path, 1, 1, 1, 2, "RH981", "todo", Severity.ERROR, message)
    made = Report((finding,), (path,), {path: Places.of(message)}, SMALL)
    ET.fromstring(junit(made))
    jsonschema.validate(json.loads(json.dumps(sarif(made))), SARIF)
    assert json.loads(json.dumps(document(made)))["findings"][0]["message"] == message
    assert "\n" not in github(made)
    assert "\x1b" not in text(made, colour=False, links=False)
