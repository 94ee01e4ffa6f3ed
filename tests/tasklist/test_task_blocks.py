"""`[PARALLEL]` and `[SEQUENTIAL]` headings: which are closed, where each ends, which tasks belong to them."""

from __future__ import annotations

import pytest

from ralph_hooks.tasklist.model import Dialect
from ralph_hooks.tasklist.parse import parse

OPEN, CLOSE, TASK = "### [PARALLEL] A\n", "### [/PARALLEL]\n", "- [ ] 1.1 a\n"


@pytest.mark.parametrize(
    ("text", "blocks"),
    [
        (OPEN + TASK + CLOSE, [("PARALLEL", "A", True, 1, 3)]),
        (OPEN + TASK, [("PARALLEL", "A", False, 1, 4)]),
        (OPEN + TASK + "### B\n", [("PARALLEL", "A", False, 1, 3)]),
        (OPEN + TASK + "#### B\n" + TASK + "## C\n", [("PARALLEL", "A", False, 1, 5)]),
        (OPEN + "### B\n" + TASK + CLOSE, [("PARALLEL", "A", True, 1, 4)]),
        (OPEN + "## B\n" + TASK + CLOSE, [("PARALLEL", "A", True, 1, 4)]),
        (OPEN + OPEN + CLOSE, [("PARALLEL", "A", False, 1, 2), ("PARALLEL", "A", True, 2, 3)]),
        (OPEN + OPEN + CLOSE + CLOSE, [("PARALLEL", "A", True, 1, 4), ("PARALLEL", "A", True, 2, 3)]),
        ("### [SEQUENTIAL] A\n" + TASK, [("SEQUENTIAL", "A", False, 1, 4)]),
        (
            OPEN + "### [SEQUENTIAL] S\n" + TASK + CLOSE,
            [("PARALLEL", "A", True, 1, 4), ("SEQUENTIAL", "S", False, 2, 4)],
        ),
        (
            OPEN + "## [SEQUENTIAL] S\n" + TASK + CLOSE,
            [("PARALLEL", "A", True, 1, 4), ("SEQUENTIAL", "S", False, 2, 4)],
        ),
        ("### [PARALLEL with B] A\n", [("PARALLEL", "A", False, 1, 3)]),
        ("### **[PARALLEL]** A\n", [("PARALLEL", "A", False, 1, 3)]),
        ("[PARALLEL] A\n---\n", [("PARALLEL", "A", False, 1, 4)]),
        ("### A, not [PARALLEL]\n", []),
        ("### [PARALLELISM] A\n", []),
        ("```\n### [PARALLEL] A\n```\n", []),
        ("<!--\n### [PARALLEL] A\n-->\n", []),
        ("[PARALLEL] in a paragraph\n", []),
    ],
)
def test_blocks(text: str, blocks: list[tuple[str, str, bool, int, int]]) -> None:
    found = parse(text, Dialect.PLAIN).blocks

    assert [(block.kind, block.name, block.closed, block.line, block.end) for block in found] == blocks


@pytest.mark.parametrize(
    ("text", "lines"),
    [(CLOSE, (1,)), (OPEN + CLOSE + CLOSE, (3,)), ("### [SEQUENTIAL] A\n" + CLOSE, (2,)), (OPEN + CLOSE, ())],
)
def test_a_closing_that_closes_nothing_is_stray(text: str, lines: tuple[int, ...]) -> None:
    assert parse(text).stray_closings == lines


@pytest.mark.parametrize(
    ("bracket", "after"),
    [
        ("[SEQUENTIAL after core]", ("core",)),
        ("[PARALLEL after Data Layer, API and jobs]", ("Data Layer", "API", "jobs")),
        ("[SEQUENTIAL]", ()),
        ("[PARALLEL with core]", ()),
    ],
)
def test_what_a_block_comes_after(bracket: str, after: tuple[str, ...]) -> None:
    (block,) = parse(f"### {bracket} A\n").blocks

    assert block.after == after


def test_a_task_belongs_to_the_innermost_block() -> None:
    text = f"- [ ] a\n{OPEN}- [ ] b\n### [SEQUENTIAL] S\n- [ ] c\n{CLOSE}- [ ] d\n"

    assert [task.block for task in parse(text, Dialect.PLAIN).tasks] == [None, 0, 1, None]
