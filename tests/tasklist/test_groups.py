"""The plan of a list: which tasks form a group, in which order, and why."""

from __future__ import annotations

import pytest

from ralph_hooks.errors import UsageError
from ralph_hooks.tasklist.model import Dialect, Plan
from ralph_hooks.tasklist.parse import parse
from ralph_hooks.tasklist.plan import plan, unmet

RALPH, SPECKIT, PLAIN = Dialect.RALPH, Dialect.SPECKIT, Dialect.PLAIN


def planned(text: str, dialect: Dialect = RALPH) -> Plan:
    return plan(parse(text, dialect))


def groups(text: str, dialect: Dialect = RALPH) -> list[tuple[int, ...]]:
    return [group.tasks for group in planned(text, dialect).groups]


A, B, C, D = (f"- [ ] 1.{number} [P] {name}\n" for number, name in enumerate("abcd", start=1))
VERIFY, ALONE = "- [ ] V1 [VERIFY] v\n", "- [ ] 9.1 alone\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        (A, [(0,)]),
        (A + B + C, [(0, 1, 2)]),
        (A + ALONE + B, [(0,), (1,), (2,)]),
        (A + B + VERIFY + C + D, [(0, 1), (2,), (3, 4)]),
        (A + "- [ ] 1.2 [P] [VERIFY] v\n" + C, [(0,), (1,), (2,)]),
        (A + "- [ ] 1.2 [SEQUENTIAL] [P] s\n" + C, [(0,), (1,), (2,)]),
        (A + "- [x] 1.2 [P] done\n" + C, [(0, 1, 2)]),
        (A + "## Phase 2\n" + B, [(0,), (1,)]),
        (A + "### Part\n" + B, [(0,), (1,)]),
        (A + "\nPart\n----\n\n" + B, [(0,), (1,)]),
        (A + "\nprose\n\n" + B, [(0, 1)]),
        (A + "\n<!-- note -->\n" + B, [(0, 1)]),
        (A + "- [ ] a check item\n" + B, [(0, 1)]),
        (A + "\n```\n# comment\n```\n\n" + B, [(0, 1)]),
    ],
)
def test_runs_of_p_in_ralph_lists(text: str, expected: list[tuple[int, ...]]) -> None:
    assert groups(text) == expected


T1, T2, T3 = (f"- [ ] T00{number} [P] t\n" for number in (1, 2, 3))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (T1 + T2, [(0, 1)]),
        ("## Phase 1\n" + T1 + "### Tests\n" + T2 + "#### Unit\n" + T3, [(0, 1, 2)]),
        (T1 + "## Phase 2\n" + T2, [(0,), (1,)]),
        (T1 + "### Tests\n" + T2, [(0, 1)]),
        ("## Phase 1\n" + T1 + "# Part 2\n" + T2, [(0,), (1,)]),
        ("## Phase\n" + T1 + "## Phase\n" + T2, [(0,), (1,)]),
        (T1 + "- [ ] T009 alone\n" + T2, [(0,), (1,), (2,)]),
        (T1 + "- [ ] T009 [P] [VERIFY:TEST] v\n" + T2, [(0,), (1,), (2,)]),
    ],
)
def test_runs_of_p_in_speckit_lists(text: str, expected: list[tuple[int, ...]]) -> None:
    assert groups(text, SPECKIT) == expected


PA, PB, PC = "- [ ] [P] a\n", "- [ ] (P) b\n", "- [ ] c\n"
OPEN, CLOSE = "### [PARALLEL] A\n", "### [/PARALLEL]\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (PA + PB + PC, [(0, 1), (2,)]),
        (PA + "### Part\n" + PB, [(0,), (1,)]),
        (OPEN + PC + PC + CLOSE + PC, [(0, 1), (2,)]),
        (OPEN + PC + "#### Part\n" + PC + "## Phase\n" + PC + CLOSE, [(0, 1, 2)]),
        (OPEN + PC + "- [ ] [VERIFY] v\n" + PC + CLOSE, [(0, 2), (1,)]),
        (OPEN + "- [ ] [VERIFY] v\n" + PC + PC + CLOSE, [(0,), (1, 2)]),
        (OPEN + PC + "- [ ] [SEQUENTIAL] s\n" + PC + CLOSE, [(0, 2), (1,)]),
        (PA + OPEN + PA + PA + CLOSE + PA, [(0,), (1, 2), (3,)]),
        (OPEN + PC + CLOSE + OPEN + PC + CLOSE, [(0,), (1,)]),
        (OPEN + PA + PA, [(0,), (1,)]),
        ("### [SEQUENTIAL] S\n" + PA + PA, [(0,), (1,)]),
        ("### [SEQUENTIAL] S\n" + PC + PC + "### [/SEQUENTIAL]\n", [(0,), (1,)]),
        (OPEN + PC + "### [SEQUENTIAL] S\n" + PC + PC + CLOSE, [(0,), (1,), (2,)]),
    ],
)
def test_blocks_in_plain_lists(text: str, expected: list[tuple[int, ...]]) -> None:
    assert groups(text, PLAIN) == expected


@pytest.mark.parametrize("dialect", [RALPH, SPECKIT])
def test_blocks_count_in_every_dialect(dialect: Dialect) -> None:
    text = f"{OPEN}- [ ] T001 a\n- [ ] T002 b\n{CLOSE}"

    assert groups(text, dialect) == [(0, 1)]


def test_the_reasons() -> None:
    sequential = "- [ ] 9.2 [SEQUENTIAL] s\n"
    block = f"### [PARALLEL] API\n{ALONE}{ALONE}{CLOSE}"
    text = A + B + VERIFY + C + ALONE + sequential + block + OPEN + D

    assert [group.reason for group in planned(text).groups] == [
        "run of [P]",
        "[VERIFY]",
        "single [P]",
        "no [P]",
        "[SEQUENTIAL]",
        "block API",
        "lane A",
    ]


def test_parallel_means_more_than_one() -> None:
    assert [group.parallel for group in planned(A + B + "# Next\n" + C).groups] == [True, False]


def after(line: str, ids: str) -> str:
    return f"{line}  - **Depends on**: {ids}\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (A + B + after(C, "1.1"), [(0, 1), (2,)]),
        (A + B + after(C, "1.1") + D, [(0, 1), (2, 3)]),
        (A + after(B, "1.1") + after(C, "1.2"), [(0,), (1,), (2,)]),
        (after(A, "1.3") + B + C, [(1, 2), (0,)]),
        (A + after(B, "9.1") + C + ALONE, [(0, 2), (3,), (1,)]),
        (ALONE + A + after(B, "9.1"), [(0,), (1, 2)]),
    ],
)
def test_a_dependent_task_comes_after(text: str, expected: list[tuple[int, ...]]) -> None:
    assert groups(text) == expected


def test_a_split_group_says_why() -> None:
    assert [group.reason for group in planned(A + B + after(C, "1.1")).groups] == ["run of [P]", "depends on 1.1"]


def test_a_task_without_p_says_so_even_when_it_depends_on_the_one_above() -> None:
    assert [group.reason for group in planned(ALONE + after("- [ ] 9.2 next\n", "9.1")).groups] == ["no [P]", "no [P]"]


def test_groups_that_would_wait_for_each_other_are_split() -> None:
    text = after(A, "1.4") + B + "# Next\n" + after(C, "1.2") + D

    assert groups(text) == [(1,), (2, 3), (0,)]


def test_dependencies_of_a_speckit_list() -> None:
    assert groups(T1 + T2 + "- [ ] T003 [P] t (depends on T001)\n", SPECKIT) == [(0, 1), (2,)]


def test_the_final_checks_keep_their_order() -> None:
    text = "- [ ] V6 [VERIFY] c\n- [ ] V4 [VERIFY] a\n- [ ] 5.4 V5 [VERIFY] b\n"

    assert groups(text) == [(1,), (2,), (0,)]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Core", {0}),
        ("core", {0}),
        ("Phase 2", {1, 2}),
        ("APIs", {1}),
        ("Data layer", {2}),
        ("data", {2}),
        ("all", {0, 1, 2}),
        ("all above", {0, 1, 2}),
        ("Core, API", {0, 1}),
        ("Later", {4}),
    ],
)
def test_a_block_after_another(name: str, expected: set[int]) -> None:
    text = (
        "## [PARALLEL] Core\n- [ ] a\n## [/PARALLEL]\n## Phase 2: Layers\n### API\n- [ ] b\n"
        "### The data layer\n- [ ] c\n"
        f"## [PARALLEL after {name}] This\n- [ ] d\n## [/PARALLEL]\n## Later\n- [ ] e\n"
    )

    assert planned(text, PLAIN).depends[3] == expected


def test_a_later_block_that_comes_first_is_moved() -> None:
    text = "## [PARALLEL after B] A\n- [ ] a\n## [/PARALLEL]\n## [PARALLEL] B\n- [ ] b\n## [/PARALLEL]\n"

    assert groups(text, PLAIN) == [(1,), (0,)]


@pytest.mark.parametrize("name", ["lunch", "jobs", "A"])
def test_words_that_name_nothing_above_are_prose_in_a_list_of_lanes(name: str) -> None:
    text = f"### [SEQUENTIAL after {name}] A\n- [ ] a\n### Background jobs\n- [ ] b\n"

    assert planned(text, PLAIN).depends[0] == frozenset()


def test_a_numbered_heading_below_can_be_named() -> None:
    text = "## [PARALLEL after Phase 9] A\n- [ ] a\n## [/PARALLEL]\n## Phase 9: B\n- [ ] b\n"

    assert groups(text, PLAIN) == [(1,), (0,)]


def test_a_block_does_not_wait_for_itself() -> None:
    text = "## Phase 1\n- [ ] a\n### [PARALLEL after Phase 1] B\n- [ ] b\n- [ ] c\n### [/PARALLEL]\n"

    assert groups(text, PLAIN) == [(0,), (1, 2)]


@pytest.mark.parametrize(
    ("text", "dialect", "message"),
    [
        (after(A, "7.7"), RALPH, "task 1.1 (line 1) depends on 7.7, which no task"),
        (after(A, "1.1"), RALPH, "tasks depend on each other in a circle: 1.1 (line 1) on 1.1;"),
        (
            after(A, "1.2") + after(B, "1.1"),
            RALPH,
            "tasks depend on each other in a circle: 1.1 (line 1) on 1.2, 1.2 (line 3) on 1.1;",
        ),
        (
            after("- [ ] V4 [VERIFY] v\n", "V6") + "- [ ] V6 [VERIFY] w\n",
            RALPH,
            "tasks depend on each other in a circle",
        ),
        ("- [ ] T001 a (depends on T9)\n", SPECKIT, "task T001 (line 1) depends on T9"),
        (
            "## [PARALLEL after A] A\n- [ ] a\n## [/PARALLEL]\n",
            PLAIN,
            'the block in line 1 comes after "A", but no block or heading',
        ),
        (
            "## [PARALLEL after Nope] A\n- [ ] a\n## [/PARALLEL]\n",
            PLAIN,
            'the block in line 1 comes after "Nope", but no block or heading',
        ),
    ],
)
def test_dependencies_that_cannot_be_meant(text: str, dialect: Dialect, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        planned(text, dialect)
    assert str(caught.value).startswith(message)


def test_of_two_tasks_with_one_id_the_nearest_above_is_meant() -> None:
    text = f"{ALONE}{ALONE}{after(A, '9.1')}{ALONE}"

    assert planned(text).depends[2] == {1}


def test_an_alias_can_be_depended_on() -> None:
    assert planned("- [ ] 4.5 V1 [VERIFY] v\n" + after(A, "V1")).depends[1] == {0}


def test_unmet_dependencies_are_the_open_ones() -> None:
    found = parse("- [x] 9.1 done\n" + A + after(B, "9.1, 1.1"), RALPH)

    assert unmet(found, plan(found), 2) == (1,)
