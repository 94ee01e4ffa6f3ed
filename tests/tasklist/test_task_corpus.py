"""Real task lists, where they lie beside the checkout: counts against an independent parser's, and plans for all."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest

from ralph_hooks.tasklist.edit import tick
from ralph_hooks.tasklist.model import Dialect, TaskList
from ralph_hooks.tasklist.parse import parse
from ralph_hooks.tasklist.picture import as_json, mermaid, text
from ralph_hooks.tasklist.plan import plan

# Rows whose counts differ from the manifest's, by the end of the file name: (tasks, P, VERIFY) more here than there.
SECOND_ID = "`4.5 V1 [VERIFY]`: the manifest reads no marker after a second id; the marker rule of the lists does"
PHASE_ID = (
    "`2R.1`, `4G.1`, `P1V1`, `V_final_a` are ids to their authors and carry fields; the manifest knows no such id"
)
CRITERIA = "`AC-1:` … `AC-4:` are completion criteria; the manifest takes them for tasks with letter ids"
DIFFERENCES = {
    "spec1-dead-code__bc08ce00.md": ((0, 0, 1), SECOND_ID),
    "spec1-dead-code__d4217f49.md": ((0, 0, 1), SECOND_ID),
    "spec1-dead-code__d9cfe4e2.md": ((0, 0, 1), SECOND_ID),
    "tooling-foundation__ff3db646.md": ((0, 0, 1), SECOND_ID),
    "ralphharness-rename__e6697e4d.md": ((0, 0, 1), SECOND_ID),
    "ralphharness-rename__f7243ec1.md": ((0, 0, 1), SECOND_ID),
    "prompt-diet-refactor__6692e091.md": ((0, 0, 6), SECOND_ID),
    "triage-github-sync-parity__f58ee223.md": ((4, 0, 4), PHASE_ID),
    "3-solid-refactor__3c964a11.md": ((3, 0, 3), PHASE_ID),
    "app-enhancements__65bc5427.md": ((5, 0, 4), PHASE_ID),
    "app-enhancements__e7c7e0d5.md": ((5, 0, 4), PHASE_ID),
    "rebuild-ground-up__7773584b.md": ((4, 0, 0), PHASE_ID),
    "rebuild-ground-up__f37d0cf1.md": ((4, 0, 0), PHASE_ID),
    "soc-milestone-algorithm__695817f4.md": ((-4, 0, 0), CRITERIA),
}
# Lists that are written as headings without one checkbox, so that nothing tells their dialect.
WITHOUT_BOXES = ("ils-complete-rebuild__c743666e.md", "001-generate-the-specification__bc822c03.md")


def rows(corpus: Path) -> Iterator[tuple[dict[str, str], TaskList]]:
    with (corpus / "MANIFEST.tsv").open(encoding="utf-8", newline="") as manifest:
        for row in csv.DictReader(manifest, delimiter="\t"):
            source = (corpus / row["file"]).read_bytes().decode("utf-8", "surrogateescape")
            yield row, parse(source)


@pytest.fixture(scope="session")
def lists(corpus: Path) -> list[tuple[dict[str, str], TaskList]]:
    return list(rows(corpus))


def test_every_list_is_read(lists: list[tuple[dict[str, str], TaskList]]) -> None:
    assert len(lists) == 181


def test_counts_are_those_of_the_independent_parser(lists: list[tuple[dict[str, str], TaskList]]) -> None:
    differences = {}
    for row, found in lists:
        if row["dialect"] in {"ralph", "speckit"}:
            ours = (len(found.tasks), sum("P" in t.markers for t in found.tasks), sum(t.verify for t in found.tasks))
            theirs = (int(row["tasks"]), int(row["P"]), int(row["VERIFY"]))
            if ours != theirs:
                differences[row["file"]] = tuple(one - other for one, other in zip(ours, theirs, strict=True))

    listed = {file: more for file in differences for end, (more, _) in DIFFERENCES.items() if file.endswith(end)}
    assert differences == listed
    assert len(listed) == len(DIFFERENCES)


def test_every_box_is_seen(lists: list[tuple[dict[str, str], TaskList]]) -> None:
    seen = {row["file"]: len(found.tasks) + len(found.checks) for row, found in lists}

    assert seen == {row["file"]: int(row["boxes"]) for row, _ in lists}


def test_dialects_are_told(lists: list[tuple[dict[str, str], TaskList]]) -> None:
    wrong = [
        row["file"]
        for row, found in lists
        if row["dialect"] in {"ralph", "speckit"} and found.dialect is not Dialect(row["dialect"])
    ]

    assert sorted(wrong) == sorted(file for file in wrong if file.endswith(WITHOUT_BOXES))
    assert len(wrong) == len(WITHOUT_BOXES)


def test_every_list_can_be_planned_and_drawn(lists: list[tuple[dict[str, str], TaskList]]) -> None:
    for _, found in lists:
        made = plan(found)
        assert text(found, made, max_parallel=3)
        assert mermaid(found, made)
        assert as_json(found, made)


def test_every_tick_is_one_character(lists: list[tuple[dict[str, str], TaskList]]) -> None:
    for _, found in lists:
        for task in found.tasks[-1:]:
            ticked = tick(found, task)
            assert [i for i, (one, other) in enumerate(zip(found.text, ticked, strict=True)) if one != other] in (
                [],
                [task.box.start],
            )
