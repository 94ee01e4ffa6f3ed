"""The task line: what is an id, what is a marker, what is left as the title."""

from __future__ import annotations

import pytest

from ralph_hooks.tasklist.model import Dialect, Task
from ralph_hooks.tasklist.parse import parse

RALPH, SPECKIT, PLAIN = Dialect.RALPH, Dialect.SPECKIT, Dialect.PLAIN


def the_task(line: str, dialect: Dialect) -> Task:
    (task,) = parse(line, dialect).tasks
    return task


@pytest.mark.parametrize(
    ("line", "name", "markers", "title"),
    [
        ("- [ ] 1.2 Add a client", "1.2", (), "Add a client"),
        ("- [ ] 1.2.1 [FIX 1.2] Fix: imports", "1.2.1", ("FIX 1.2",), "Fix: imports"),
        ("- [ ] 1.2.1.4 Deep", "1.2.1.4", (), "Deep"),
        ("- [ ] 2R.1 Review", "2R.1", (), "Review"),
        ("- [ ] V4 [VERIFY] Full CI", "V4", ("VERIFY",), "Full CI"),
        ("- [ ] V4b [VERIFY] Again", "V4b", ("VERIFY",), "Again"),
        ("- [ ] VE1 [VERIFY] E2E startup", "VE1", ("VERIFY",), "E2E startup"),
        ("- [ ] VE-cleanup [VERIFY] Tear down", "VE-cleanup", ("VERIFY",), "Tear down"),
        ("- [ ] VF [VERIFY] Goal", "VF", ("VERIFY",), "Goal"),
        ("- [ ] V_final_a [VERIFY] CI", "V_final_a", ("VERIFY",), "CI"),
        ("- [ ] P1V1 [VERIFY] Checkpoint", "P1V1", ("VERIFY",), "Checkpoint"),
        ("- [ ] Q1 Question", "Q1", (), "Question"),
        ("- [ ] SR.1 Step", "SR.1", (), "Step"),
        ("- [ ] 1.2 [P] [RED] Failing test", "1.2", ("P", "RED"), "Failing test"),
        ("- [ ] 1.2 [VERIFY] [P] Checkpoint", "1.2", ("VERIFY", "P"), "Checkpoint"),
        ("- [ ] 1.2 [P][US1] Side by side", "1.2", ("P", "US1"), "Side by side"),
        ("- [ ] 1.2 (P) Round", "1.2", ("P",), "Round"),
        ("- [ ] 1.2 [VERIFY:TEST] Unit", "1.2", ("VERIFY:TEST",), "Unit"),
        ("- [ ] 1.2 [SEQUENTIAL] Migrate", "1.2", ("SEQUENTIAL",), "Migrate"),
        ("- [ ] 1.2 [P1] Priority", "1.2", ("P1",), "Priority"),
        ("- [ ] [P] 1.2 Marker first", "1.2", ("P",), "Marker first"),
        ("- [ ] **1.2** [P] Bold id", "1.2", ("P",), "Bold id"),
        ("- [ ] **1.2 [P] Bold line**", "1.2", ("P",), "Bold line"),
        ("- [ ] 1.2 **[P]** Bold marker", "1.2", ("P",), "Bold marker"),
        ("- [ ] `1.2` `[P]` Code", "1.2", ("P",), "Code"),
        ("- [ ] 1.2. Dot", "1.2", (), "Dot"),
        ("- [ ] 1.2: Colon", "1.2", (), "Colon"),
        ("- [ ] 1.2 — Dash", "1.2", (), "Dash"),
        ("- [ ] 1.2 `src/a.py` first", "1.2", (), "`src/a.py` first"),
        ("- [ ] 1.2 Explain the [P] marker", "1.2", (), "Explain the [P] marker"),
        ("- [ ] 1.2 [docs](https://example.org) read", "1.2", (), "[docs](https://example.org) read"),
        ("- [ ] 1.2 [P](x) link", "1.2", (), "[P](x) link"),
        ("- [ ] 1.2 [id] route", "1.2", (), "[id] route"),
        ("- [ ] 1.2", "1.2", (), ""),
    ],
)
def test_a_ralph_line(line: str, name: str, markers: tuple[str, ...], title: str) -> None:
    task = the_task(line, RALPH)

    assert (task.id, task.markers, task.title) == (name, markers, title)


@pytest.mark.parametrize(
    ("line", "name", "markers", "title"),
    [
        ("- [ ] T012 [P] [US1] Create it", "T012", ("P", "US1"), "Create it"),
        ("- [ ] T024 [US1] [P] Reversed", "T024", ("US1", "P"), "Reversed"),
        ("- [ ] **T001** [P] Bold", "T001", ("P",), "Bold"),
        ("- [ ] [T001] [P0] Bracketed", "T001", ("P0",), "Bracketed"),
        ("- [ ] ~~T001~~ Struck", "T001", (), "Struck"),
        ("- [X] T008 ~~Add it~~", "T008", (), "~~Add it~~"),
        ("- [ ] T031-MIN [P] Suffix", "T031-MIN", ("P",), "Suffix"),
        ("- [ ] T012a Letter", "T012a", (), "Letter"),
        ("- [ ] T012.5 Between", "T012.5", (), "Between"),
        ("- [ ] **T001.1** Sub", "T001.1", (), "Sub"),
        ("- [ ] T001 [US1+US2] Both", "T001", ("US1+US2",), "Both"),
        ("- [ ] T001 (P) is no marker here", "T001", (), "(P) is no marker here"),
        ("- [ ] T002 V4: a title here", "T002", (), "V4: a title here"),
    ],
)
def test_a_speckit_line(line: str, name: str, markers: tuple[str, ...], title: str) -> None:
    task = the_task(line, SPECKIT)

    assert (task.id, task.markers, task.title) == (name, markers, title)


@pytest.mark.parametrize(
    ("line", "name", "markers", "title"),
    [
        ("- [ ] Task A", None, (), "Task A"),
        ("- [ ] [P] Task A", None, ("P",), "Task A"),
        ("- [ ] 2. (P) Kiro", "2", ("P",), "Kiro"),
        ("- [ ]* 2.1 Optional", "2.1", (), "Optional"),
        ("- [ ]\\* 2.1 Optional, escaped", "2.1", (), "Optional, escaped"),
        ("- [ ] 3 retries at most", None, (), "3 retries at most"),
        ("- [ ] 99.5% of requests", None, (), "99.5% of requests"),
        ("- [ ] **TEST + IMPLEMENT: it**", None, (), "**TEST + IMPLEMENT: it**"),
    ],
)
def test_a_plain_line(line: str, name: str | None, markers: tuple[str, ...], title: str) -> None:
    task = the_task(line, PLAIN)

    assert (task.id, task.markers, task.title) == (name, markers, title)


@pytest.mark.parametrize(
    ("line", "aliases", "title"),
    [
        ("- [ ] 4.5 V1 [VERIFY] Local check", ("V1",), "Local check"),
        ("- [ ] 4.5 [VERIFY] V4: Full CI", ("V4",), "Full CI"),
        ("- [ ] V_final_a [VERIFY] V4 — Full CI", ("V4",), "Full CI"),
        ("- [ ] 2.1 V2 client", (), "V2 client"),
    ],
)
def test_a_second_id_is_an_alias(line: str, aliases: tuple[str, ...], title: str) -> None:
    task = the_task(line, RALPH)

    assert (task.aliases, task.title) == (aliases, title)


@pytest.mark.parametrize(
    ("state", "done"), [(" ", False), ("x", True), ("X", True), ("~", False), ("-", False), ("/", False)]
)
def test_the_state_is_kept(state: str, done: bool) -> None:
    task = the_task(f"- [{state}] 1.1 Task", RALPH)

    assert (task.state, task.done) == (state, done)


@pytest.mark.parametrize(
    ("markers", "verify", "parallel"),
    [
        ("[P]", False, True),
        ("[P] [VERIFY]", True, False),
        ("[P] [VERIFY:API]", True, False),
        ("[P] [VERIFY/STAGING]", True, False),
        ("[P] [SEQUENTIAL]", False, False),
        ("[P1]", False, False),
        ("[VERIFYING]", False, False),
    ],
)
def test_verify_and_sequential_beat_p(markers: str, verify: bool, parallel: bool) -> None:
    task = the_task(f"- [ ] 1.1 {markers} Task", RALPH)

    assert (task.verify, task.parallel) == (verify, parallel)


@pytest.mark.parametrize(
    "line",
    [
        "- [ ] No id at all",
        "- [ ] AC-1: a criterion",
        "- [ ] FR-12 covered",
        "- [P] tasks = different files",
        "- [x]1.1 No space after the box",
        "- [] 1.1 Empty box",
        "- 1.1 No box",
        "1.1 [ ] No list",
        "> - [ ] 1.1 In a quotation",
        "- a list\n  - [ ] 1.1 Nested",
        "```\n- [ ] 1.1 In a fence\n```",
        "    - [ ] 1.1 In indented code",
        "<!--\n- [ ] 1.1 In a comment\n-->",
        "| - [ ] 1.1 | in a table |\n|---|---|",
        "---\ntasks:\n- x: [ ] 1.1\n---\n",
    ],
)
def test_what_is_no_ralph_task(line: str) -> None:
    assert parse(line, RALPH).tasks == ()


def test_a_range_of_ids_is_no_id() -> None:
    assert parse("- [ ] T008-T010 Three at once", SPECKIT).tasks == ()


def test_a_check_item_is_known_but_no_task() -> None:
    (check,) = parse("- [ ] 1.1 Task\n  - [x] Zero regressions\n", RALPH).checks

    assert (check.title, check.state, check.line) == ("Zero regressions", "x", 2)


def test_plain_lists_nest_only_tasks_with_an_id() -> None:
    text = "- [ ] Parent\n  - [ ] 1.1 Child\n  - [ ] criterion\n"
    found = parse(text, PLAIN)

    assert [task.title for task in found.tasks] == ["Parent", "Child"]
    assert [check.title for check in found.checks] == ["criterion"]
