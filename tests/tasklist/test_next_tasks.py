"""Which tasks to start next, and which of them share files."""

from __future__ import annotations

import pytest

from ralph_hooks.tasklist.model import Dialect
from ralph_hooks.tasklist.overlap import Clash, clashes, footprint, shared
from ralph_hooks.tasklist.parse import parse
from ralph_hooks.tasklist.plan import next_tasks, plan


def task(number: int, *, marker: str = "[P]", state: str = " ", files: str = "None") -> str:
    return f"- [{state}] 1.{number} {marker} t\n  - **Files**: {files}\n"


def started(
    text: str, *, at_most: int = 3, allow_overlap: bool = False, skip: set[int] | None = None
) -> tuple[int, ...]:
    found = parse(text, Dialect.RALPH)
    return next_tasks(
        found, plan(found), max_parallel=at_most, allow_overlap=allow_overlap, skip=frozenset(skip or set())
    )


DONE, OPEN, VERIFY = task(1, state="x"), task(2), task(3, marker="[VERIFY]")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ()),
        (DONE, ()),
        (OPEN, (0,)),
        (DONE + OPEN + OPEN, (1, 2)),
        (OPEN + DONE + OPEN, (0, 2)),
        (OPEN * 5, (0, 1, 2)),
        (OPEN + VERIFY + OPEN, (0,)),
        (DONE + VERIFY + OPEN, (1,)),
        (VERIFY + OPEN, (0,)),
        (task(1, marker="") + OPEN, (0,)),
    ],
)
def test_the_open_tasks_of_the_first_open_group(text: str, expected: tuple[int, ...]) -> None:
    assert started(text) == expected


@pytest.mark.parametrize(("skip", "expected"), [({0}, (1, 2)), ({0, 2}, (1,)), ({0, 1, 2}, ()), ({4}, (0, 1, 2))])
def test_skipped_tasks_stay_and_block_what_comes_after(skip: set[int], expected: tuple[int, ...]) -> None:
    assert started(OPEN * 3 + VERIFY + OPEN, skip=skip) == expected


A, B = "src/a.py", "src/b.py"


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ([A, A, B], (0, 2)),
        ([A, B, "src/"], (0, 1)),
        (["src/", A, "docs/x.md"], (0, 2)),
        ([A, "./src/a.py", "src\\a.py"], (0,)),
        (["src/*.py", A, B], (0,)),
        ([A, "None", A], (0, 1)),
        ([A, f"{B}, {A}", B], (0, 2)),
    ],
)
def test_tasks_that_share_a_file_take_turns(files: list[str], expected: tuple[int, ...]) -> None:
    text = "".join(task(number, files=paths) for number, paths in enumerate(files))

    assert started(text) == expected


def test_overlap_can_be_allowed() -> None:
    assert started(task(1, files=A) + task(2, files=A), allow_overlap=True) == (0, 1)


def test_a_skipped_task_takes_no_file() -> None:
    assert started(task(1, files=A) + task(2, files=A), skip={0}) == (1,)


@pytest.mark.parametrize(
    ("first", "second", "path"),
    [
        ("a.py", "a.py", "a.py"),
        ("./a.py", "a.py", "a.py"),
        ("src\\a.py", "src/a.py", "src/a.py"),
        ("src//a.py", "src/a.py", "src/a.py"),
        ("src/x/../a.py", "src/a.py", "src/a.py"),
        ("src", "src/a.py", "src/a.py"),
        ("src/a.py", "src/", "src/a.py"),
        (".", "src/a.py", "src/a.py"),
        ("src/*.py", "src/a.py", "src/a.py"),
        ("src/**/*.py", "src/a.py", "src/a.py"),
        ("src/**", "src/x/y", "src/x/y"),
        ("src/*.py", "src", "src/*.py"),
        ("src/{a,b}.py", "src/b.py", "src/b.py"),
        ("src/A.py", "src/a.py", None),
        ("src", "src2/a.py", None),
        ("src/a", "src/ab", None),
        ("src/*.py", "docs/a.py", None),
        ("app/[ab].ts", "app/a.ts", None),
        ("app/[id]/*.ts", "app/[id]/x.ts", "app/[id]/x.ts"),
        ("src/{a,b}.py", "src/c.py", None),
    ],
)
def test_which_paths_meet(first: str, second: str, path: str | None) -> None:
    assert shared(footprint([first]), footprint([second])) == path
    assert shared(footprint([second]), footprint([first])) == path
    pairs = clashes([(3, [first]), (5, [second])])
    assert pairs == (() if path is None else (Clash(pairs[0].path, 3, 5),))


def test_each_pair_is_named_once() -> None:
    both = ["a.py", "b.py"]

    assert clashes([(0, both), (1, both), (2, ["b.py"])]) == (
        Clash("a.py", 0, 1),
        Clash("b.py", 0, 2),
        Clash("b.py", 1, 2),
    )


def test_many_braces_do_not_explode() -> None:
    assert len(footprint(["{a,b}" * 100])) < 200


def test_the_plan_lists_the_pairs_of_a_group() -> None:
    found = plan(parse(task(1, files=A) + task(2, files=A) + VERIFY + task(4, files=A), Dialect.RALPH))

    assert [(overlap.path, overlap.tasks, overlap.group) for overlap in found.overlaps] == [(A, (0, 1), 0)]


def test_speckit_pairs_of_one_phase_are_listed_though_their_groups_differ() -> None:
    text = f"## One\n- [ ] T001 [P] {A}\n- [ ] T002 x\n- [ ] T003 [P] {A}\n## Two\n- [ ] T004 [P] {A}\n"
    text += f"- [ ] T005 [P] {A}\n"
    found = plan(parse(text, Dialect.SPECKIT))

    assert [(overlap.path, overlap.tasks, overlap.group) for overlap in found.overlaps] == [
        (A, (3, 4), 3),
        (A, (0, 2), None),
    ]
