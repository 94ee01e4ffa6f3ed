"""The plan as text, as Mermaid and as JSON."""

from __future__ import annotations

import json

import pytest

from ralph_hooks.tasklist import picture
from ralph_hooks.tasklist.model import Dialect
from ralph_hooks.tasklist.parse import parse
from ralph_hooks.tasklist.plan import plan

LIST = parse(
    "## Phase 1\n"
    "- [x] 1.1 [P] Parser\n  - **Files**: src/a.py\n"
    "- [ ] 1.2 [P] Printer\n  - **Files**: src/b.py\n"
    "- [ ] 1.3 [P] Both\n  - **Files**: src/a.py\n"
    "- [ ] V1 [VERIFY] Check\n",
    Dialect.RALPH,
)


def test_text_shows_what_runs_beside_what() -> None:
    assert picture.text(LIST, plan(LIST), max_parallel=2) == (
        "ralph list: 4 tasks, 1 done, 2 steps\n"
        "  1. ┬ 3 tasks, 2 at once  (run of [P])\n"
        "     ├ ✓ 1.1 [P] Parser\n"
        "     ├ · 1.2 [P] Printer\n"
        "     └ · 1.3 [P] Both\n"
        "     ! 1.1 and 1.3 both declare src/a.py: they take turns\n"
        "  2. ─ · V1 [VERIFY] Check  ([VERIFY])\n"
    )


def test_text_names_pairs_in_different_steps() -> None:
    found = parse("## One\n- [ ] T001 [P] a.py\n- [ ] T002 x\n- [ ] T003 [P] a.py\n")

    assert picture.text(found, plan(found), max_parallel=3).splitlines()[-1] == (
        "note: T001 and T003 both declare a.py, in different steps"
    )


def test_text_carries_no_escape_codes() -> None:
    found = parse("### [PARALLEL] \x1b[31m\n- [ ] a\x1b[2J\n- [ ] \u202eb\n### [/PARALLEL]\n")
    shown = picture.text(found, plan(found), max_parallel=3)

    assert "\x1b" not in shown
    assert "\u202e" not in shown


def test_mermaid_draws_groups_as_boxes() -> None:
    assert picture.mermaid(LIST, plan(LIST)) == (
        "flowchart TD\n"
        '  subgraph g0["run of #91;P#93;"]\n'
        '    t0["1.1 Parser"]:::done\n'
        '    t1["1.2 Printer"]\n'
        '    t2["1.3 Both"]\n'
        "  end\n"
        '  t3["V1 Check"]\n'
        "  g0 --> t3\n"
        "  classDef done opacity:0.5\n"
    )


@pytest.mark.parametrize(
    ("title", "label"),
    [
        ('say "hi"', "say #34;hi#34;"),
        ("`a[0]` (b) {c}", "#96;a#91;0#93;#96; #40;b#41; #123;c#125;"),
        ("<br> & #35;", "#60;br#62; #38; #35;35#59;"),
        ("50% | a; b", "50#37; #124; a#59; b"),
        ("café 标题", "café 标题"),
    ],
)
def test_mermaid_labels_are_escaped(title: str, label: str) -> None:
    found = parse(f"- [ ] 1.1 {title}\n", Dialect.RALPH)

    assert picture.mermaid(found, plan(found)).splitlines()[1] == f'  t0["1.1 {label}"]'


def test_json_has_the_promised_shape() -> None:
    shape = json.loads(json.dumps(picture.as_json(LIST, plan(LIST))))

    assert shape["dialect"] == "ralph"
    assert shape["tasks"][2] == {
        "index": 2,
        "id": "1.3",
        "title": "Both",
        "markers": ["P"],
        "done": False,
        "line": 6,
        "files": ["src/a.py"],
    }
    assert shape["groups"][0] == {"tasks": [0, 1, 2], "parallel": True, "reason": "run of [P]"}
    assert shape["overlaps"] == [{"path": "src/a.py", "tasks": [0, 2], "group": 0}]
