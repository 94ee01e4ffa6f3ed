"""RH2: what two tasks that run side by side do to each other, and what waits for what."""

from __future__ import annotations

import time

import pytest
from rule_checks import BY_CODE, fixed, found, messages, of_list, safe

from ralph_hooks.lint.model import Settings, Surroundings
from ralph_hooks.lint.side_by_side import graph, groups
from ralph_hooks.tasklist.model import Dialect
from ralph_hooks.tasklist.parse import parse

RALPH, SPECKIT, PLAIN = Dialect.RALPH, Dialect.SPECKIT, Dialect.PLAIN


def p(number: int, files: str, more: str = "", box: str = " ", mark: str = " [P]") -> str:
    return f"- [{box}] 1.{number}{mark} Task\n  - **Files**: {files}\n{more}"


def after(ids: str) -> str:
    return f"  - **Depends on**: {ids}\n"


def test_groups_are_remembered_for_one_list_and_no_other() -> None:
    text = "- [ ] 1.1 [P] One\n- [ ] 1.2 [P] Two\n"
    listed = parse(text, PLAIN)
    changed = listed._replace(tasks=tuple(task._replace(markers=()) for task in listed.tasks))  # of the same text
    for one, count in ((listed, 1), (listed, 1), (changed, 0), (parse("", PLAIN), 0), (listed, 1)):
        assert len(groups(one)) == count
        assert set(graph(one)) == {task.index for task in one.tasks}


T1, T2, T3 = (f"- [ ] T00{number} [P] Write it in src/a.py\n" for number in (1, 2, 3))
LONE = "- [ ] T009 Read it in src/b.py\n"


@pytest.mark.parametrize(
    ("code", "dialect", "text", "places"),
    [
        ("RH201", RALPH, p(1, "`a.py`") + p(2, "`b.py`, `a.py`"), [(4, 25, "a.py")]),
        ("RH201", RALPH, p(1, "a.py") + p(2, "./a.py"), [(4, 16, "./a.py")]),
        ("RH201", RALPH, p(1, "a.py") + p(2, "a.py") + p(3, "a.py"), [(4, 16, "a.py"), (6, 16, "a.py")]),
        ("RH201", RALPH, p(1, "src/{a,b}.py") + p(2, "src/b.py"), [(4, 16, "src/b.py")]),
        ("RH201", RALPH, p(1, "Makefile") + p(2, "Makefile"), [(4, 16, "Makefile")]),
        ("RH201", SPECKIT, T1 + T2, [(2, 28, "src/a.py")]),
        (
            "RH201",
            PLAIN,
            "### [PARALLEL] A\n- [ ] a\n  - Files: x.py\n- [ ] b\n  - Files: x.py\n### [/PARALLEL]\n",
            [(5, 12, "x.py")],
        ),
        ("RH202", SPECKIT, T1 + LONE + T2, [(3, 28, "src/a.py")]),
        ("RH203", RALPH, p(1, "src/a.py") + p(2, "src/"), [(4, 16, "src/")]),
        ("RH203", RALPH, p(1, "src/") + p(2, "src/a.py"), [(4, 16, "src/a.py")]),
        ("RH203", RALPH, p(1, "src/*.py") + p(2, "src/a.py"), [(4, 16, "src/a.py")]),
        ("RH203", RALPH, p(1, "src/a.py") + p(2, "src/*.py"), [(4, 16, "src/*.py")]),
        ("RH203", RALPH, p(1, "src/") + p(2, "src/"), [(4, 16, "src/")]),
        ("RH204", RALPH, p(1, "`a.py` (new)") + p(2, "b.py", "  - **Do**: Call `a.py`\n"), [(5, 19, "a.py")]),
        ("RH205", RALPH, p(1, "a.py") + p(2, "b.py", after("1.1")), [(5, 21, "1.1")]),
        ("RH205", SPECKIT, T1 + "- [ ] T002 [P] Write src/b.py (depends on T001)\n", [(2, 43, "T001")]),
        ("RH206", RALPH, p(1, "a.py", after("7.7")), [(3, 21, "7.7")]),
        ("RH206", SPECKIT, "- [ ] T001 a (depends on T9)\n", [(1, 26, "T9")]),
        ("RH207", RALPH, p(1, "a.py", after("1.2"), mark="") + p(2, "b.py", mark=""), [(3, 21, "1.2")]),
        ("RH208", RALPH, p(1, "a.py", after("1.2")) + p(2, "b.py", after("1.1")), [(1, 7, "1.1")]),
        ("RH208", RALPH, p(1, "a.py", after("1.1")), [(1, 7, "1.1")]),
        ("RH209", PLAIN, "## [PARALLEL after Nope] A\n- [ ] a\n## [/PARALLEL]\n", [(1, 20, "Nope")]),
        ("RH210", RALPH, p(1, "a.py") + p(2, "`web/package.json`"), [(4, 17, "web/package.json")]),
        ("RH210", SPECKIT, "- [ ] T001 [P] Set up package.json\n", [(1, 23, "package.json")]),
    ],
)
def test_found(code: str, dialect: Dialect, text: str, places: list[tuple[int, int, str]]) -> None:
    assert found(code, text, dialect) == places


@pytest.mark.parametrize(
    ("code", "dialect", "text"),
    [
        ("RH201", RALPH, p(1, "a.py") + p(2, "b.py")),
        ("RH201", RALPH, p(1, "a.py", box="x") + p(2, "a.py")),
        ("RH201", RALPH, p(1, "a.py") + p(2, "a.py", box="x")),
        ("RH201", RALPH, p(1, "a.py") + p(2, "a.py", after("1.1"))),
        ("RH201", RALPH, p(1, "a.py") + p(2, "a.py", mark="")),
        ("RH201", RALPH, p(1, "a.py") + "### Part\n" + p(2, "a.py")),
        ("RH201", RALPH, p(1, "`specs/a/.progress.md`") + p(2, "`specs/a/.progress.md`")),
        ("RH201", RALPH, p(1, "src/") + p(2, "src/")),
        ("RH201", RALPH, p(1, "None") + p(2, "None")),
        ("RH201", SPECKIT, "- [ ] T001 [P] Write a.py for `tasks.md`\n- [ ] T002 [P] Write b.py for `tasks.md`\n"),
        (
            "RH201",
            SPECKIT,
            "- [ ] T001 [P] Write t/a.py, which reads README.md, INSTALL.md, x.md\n"
            "- [ ] T002 [P] Write t/b.py, which reads README.md, INSTALL.md, x.md\n",
        ),
        ("RH202", SPECKIT, T1 + T2),
        ("RH202", SPECKIT, "## A\n" + T1 + "## B\n" + T2),
        ("RH202", SPECKIT, T1 + LONE + T2.replace("a.py\n", "a.py (depends on T001)\n")),
        ("RH202", SPECKIT, T1 + LONE + T2.replace(" [P]", "")),
        ("RH202", RALPH, p(1, "a.py") + p(2, "b.py", mark="") + p(3, "a.py")),
        ("RH203", RALPH, p(1, "src/a.py") + p(2, "src/b.py")),
        ("RH203", RALPH, p(1, "*.py") + p(2, "src/b.py")),
        ("RH203", RALPH, p(1, "a.py") + p(2, "a.py")),
        ("RH203", RALPH, p(1, "app/[slug]/page.tsx") + p(2, "app/s/page.tsx")),
        ("RH203", SPECKIT, "- [ ] T001 [P] Make a in `src/`\n- [ ] T002 [P] Make b in `src/`\n"),
        ("RH204", RALPH, p(1, "`a.py`") + p(2, "b.py", "  - **Do**: Call `a.py`\n")),
        ("RH204", RALPH, p(1, "`a.py` (new)") + p(2, "b.py", "  - **Do**: Do not touch `a.py`\n")),
        ("RH204", RALPH, p(1, "`a.py` (new)") + p(2, "`a.py`", "  - **Do**: Call `a.py`\n")),
        ("RH205", RALPH, p(1, "a.py") + p(2, "b.py", after("1.1"), mark="")),
        ("RH205", RALPH, p(1, "a.py", box="x") + p(2, "b.py", after("1.1"))),
        ("RH206", RALPH, p(1, "a.py", after("none")) + p(2, "b.py", after("the above"))),
        ("RH207", RALPH, p(1, "a.py") + p(2, "b.py", after("1.1"))),
        ("RH208", RALPH, p(1, "a.py") + p(2, "b.py", after("1.1")) + p(3, "c.py", after("1.1, 1.2"))),
        ("RH209", PLAIN, "### [SEQUENTIAL after lunch] A\n- [ ] a\n"),
        ("RH210", RALPH, p(1, "a.py") + p(2, "package.json", mark="")),
        ("RH210", RALPH, p(1, "a.py") + p(2, "my-package.json")),
        ("RH210", RALPH, p(1, "package.json")),
    ],
)
def test_not_found(code: str, dialect: Dialect, text: str) -> None:
    assert found(code, text, dialect) == []


def test_the_message_names_both_tasks_and_the_file() -> None:
    (message,) = messages("RH201", p(1, "a.py") + p(2, "a.py"), RALPH)
    assert message == (
        "1.2 and 1.1 (line 1) run side by side and both declare a.py; "
        "let them run one after another, or take the file out of one"
    )


def test_a_circle_is_shown_from_its_first_task() -> None:
    text = p(1, "a", after("1.3")) + p(2, "b", after("1.1")) + p(3, "c", after("1.2")) + p(4, "d", after("1.3"))

    (message,) = messages("RH208", text, RALPH)

    assert "1.1 (line 1) on 1.3 (line 7) on 1.2 (line 4) on 1.1 (line 1);" in message


def test_the_shared_files_can_be_set() -> None:
    text = p(1, "`a.py`, `go.work`") + p(2, "`src/one.py`, `lib/one.py`")

    settings = Settings(shared_files=("go.*", "src/one.py"))

    assert found("RH210", text, RALPH, settings=settings) == [(2, 25, "go.work"), (4, 17, "src/one.py")]


def test_a_dependent_task_loses_its_marker() -> None:
    before = p(1, "a.py") + p(2, "b.py", after("1.1"))

    assert not safe("RH205", before)
    assert fixed("RH205", before) == p(1, "a.py") + p(2, "b.py", after("1.1"), mark="")


@pytest.mark.parametrize(
    "files",
    ["a.py", "a{number}*.py", "src/{number}/", "src/{number}/*.py", "src/**/{number}.py"],
)
def test_thousands_of_tasks_in_one_group_take_no_hours(files: str) -> None:
    listed = parse("".join(p(number, files.format(number=number)) for number in range(2000)), RALPH)
    started = time.perf_counter()

    for code in ("RH201", "RH203", "RH204", "RH205"):
        of_list(BY_CODE[code], listed, Settings(), Surroundings())

    assert time.perf_counter() - started < 5
