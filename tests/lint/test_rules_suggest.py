"""Which neighbours could be `[P]`, and the markers that say so."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rule_checks import BY_CODE, of_list
from template_lists import LISTS

from ralph_hooks.cli import main
from ralph_hooks.lint.model import Settings, Surroundings
from ralph_hooks.lint.suggest import Suggestion, apply, suggest
from ralph_hooks.tasklist.model import Dialect
from ralph_hooks.tasklist.parse import parse

RALPH, SPECKIT, PLAIN = Dialect.RALPH, Dialect.SPECKIT, Dialect.PLAIN
NAMES = ["maps", "links", "codes", "visits", "colours", "sounds"]


def task(number: int, files: str | None = None, more: str = "", mark: str = "", title: str | None = None) -> str:
    name = NAMES[number - 1]
    return f"- [ ] 1.{number}{mark} {title or f'Make {name}'}\n  - **Files**: {files or f'src/{name}.py'}\n{more}"


def do(text: str) -> str:
    return f"  - **Do**: {text}\n"


def suggested(text: str, dialect: Dialect = RALPH) -> list[tuple[tuple[int, ...], tuple[int, ...], int]]:
    return [(one.tasks, one.marks, one.saves) for one in suggest(parse(text, dialect), Settings())]


P = " [P]"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (task(1) + task(2), [((0, 1), (0, 1), 1)]),
        (task(1) + task(2) + task(3), [((0, 1, 2), (0, 1, 2), 2)]),
        (task(1, mark=P) + task(2), [((0, 1), (1,), 1)]),
        (task(1) + task(2, mark=P) + task(3, mark=P), [((0, 1, 2), (0,), 1)]),
        # Six are more than a group may have, and the sixth stays alone, or it would join the group.
        ("".join(task(number) for number in range(1, 7)), [((0, 1, 2, 3, 4), (0, 1, 2, 3, 4), 3)]),
        # The third shares a file with the first.
        (task(1) + task(2) + task(3, "src/maps.py") + task(4), [((0, 1), (0, 1), 1)]),
        # A marker next to a group that it does not go with would join it.
        (task(1) + task(2) + task(3, "src/maps.py", mark=P) + task(4, mark=P), []),
        ("# A\n" + task(1) + task(2) + "# B\n" + task(3) + task(4), [((0, 1), (0, 1), 1), ((2, 3), (2, 3), 1)]),
    ],
)
def test_suggested(text: str, expected: list[tuple[tuple[int, ...], tuple[int, ...], int]]) -> None:
    assert suggested(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        task(1, mark=P) + task(2, mark=P),
        task(1) + "# Part\n" + task(2),
        task(1).replace("[ ]", "[x]") + task(2),
        task(1) + "- [ ] 1.2 Without files\n" + "- [ ] V1 [VERIFY] v\n  - **Files**: v.py\n",
        task(1) + task(2, "src/maps.py"),
        task(1) + task(2, "src/"),
        task(1) + task(2, "src/*.py"),
        task(1) + task(2, "package.json"),
        task(1) + task(2, "tests/test_maps.py"),
        task(1) + task(2, "src/maps_view.py"),
        task(1) + task(2, more="  - **Depends on**: 1.1\n"),
        task(1) + task(2, more="  - **Depends on**: whatever comes first\n"),
        task(1) + task(2, more=do("Read `src/maps.py`")),
        task(1) + task(2, more=do("As in 1.1")),
        task(1) + task(2, more=do("Put maps on it")),
        task(1, more=do("Add `size_limit`")) + task(2, more=do("Keep to `size_limit`")),
        task(1) + task(2, more=do("Use the result of the previous task")),
        task(1) + task(2, title="Verify everything"),
        task(1, mark=" [RED]") + task(2, mark=" [GREEN]"),
        task(1, mark=" [SEQUENTIAL]") + task(2),
        task(1) + task(2, mark=" [FIX 1.1]"),
        task(1) + task(2, mark=" [VERIFY]"),
        "### [PARALLEL] A\n" + task(1) + task(2),
    ],
)
def test_not_suggested(text: str) -> None:
    assert suggested(text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("- [ ] T001 Write src/a/one.py\n- [ ] T002 Write src/a/two.py\n", [((0, 1), (0, 1), 1)]),
        ("- [ ] T001 Write src/models/one.py\n- [ ] T002 Write src/services/two.py\n", []),
        ("- [ ] T001 Write a/one.py\n- [ ] T002 Write a/two.py\n- [ ] T003 Stop\n- [ ] T004 Mend a/one.py\n", []),
    ],
)
def test_speckit(text: str, expected: list[object]) -> None:
    assert suggested(text, SPECKIT) == expected


def test_a_slice_that_is_full_saves_nothing() -> None:
    listed = parse(task(1, mark=P) + task(2, mark=P) + task(3), RALPH)
    assert suggest(listed, Settings(max_parallel=2)) == ()
    assert len(suggest(listed, Settings(max_parallel=3))) == 1


@pytest.mark.parametrize(
    ("line", "marked"),
    [
        ("- [ ] 1.1 Title\r\n", "- [ ] 1.1 [P] Title\r\n"),
        ("- [ ] **1.1**: Title  \n", "- [ ] **1.1**: [P] Title  \n"),
        ("- [ ] 1.1 [US1] Title", "- [ ] 1.1 [P] [US1] Title"),
        ("- [ ] 1.1 - Title\n", "- [ ] 1.1 [P] - Title\n"),
        ("- [ ] 1.1\n", "- [ ] 1.1 [P]\n"),
        ("- [ ] **1.1 Title**\n", "- [ ] **1.1 [P] Title**\n"),
        ("\ufeff- [ ] 1.1 A1 Title\n", "\ufeff- [ ] 1.1 [P] A1 Title\n"),
    ],
)
def test_markers_are_written_without_another_change(line: str, marked: str) -> None:
    listed = parse(line, RALPH)
    assert apply(listed, [Suggestion((0,), (0,), 1)]) == marked
    assert parse(marked, RALPH).tasks[0].parallel


@st.composite
def lists(draw: st.DrawFn) -> str:
    """Tasks that share files, markers and words now and then."""
    lines = []
    for number in range(1, draw(st.integers(2, 9))):
        mark = draw(st.sampled_from(["", "", "", " [P]", " [VERIFY]", " [RED]"]))
        box = draw(st.sampled_from("   x"))
        names = draw(
            st.lists(st.sampled_from(["src/a.py", "lib/b.py", "c.md", "src/d.ts", "e.txt", "src/"]), max_size=2)
        )
        heading = draw(st.sampled_from(["", "", "", "## Part\n", "### [PARALLEL] B\n", "### [/PARALLEL]\n"]))
        depends = draw(st.sampled_from(["", "", f"  - **Depends on**: 1.{draw(st.integers(1, 4))}\n"]))
        files = f"  - **Files**: {', '.join(names)}\n" if names else ""
        lines.append(f"{heading}- [{box}] 1.{number}{mark} Task\n{files}{depends}")
    return "".join(lines)


CONFLICTS = ("RH104", "RH112", "RH201", "RH202", "RH203", "RH204", "RH205", "RH210", "RH305")


@given(lists(), st.sampled_from(Dialect))
def test_what_is_suggested_brings_no_conflict(text: str, dialect: Dialect) -> None:
    listed = parse(text, dialect)
    found = suggest(listed, Settings())
    after = parse(apply(listed, found), dialect)

    assert [task.id for task in after.tasks] == [task.id for task in listed.tasks]
    assert all(after.tasks[index].parallel for one in found for index in one.tasks)
    assert suggest(after, Settings()) == ()
    for code in CONFLICTS:
        before, now = (of_list(BY_CODE[code], one, Settings(), Surroundings()) for one in (listed, after))
        assert len(now) <= len(before), code


# The command.


@pytest.fixture
def tasks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "tasks.md"
    path.write_text(task(1) + task(2) + task(3, mark=P))
    return path


def test_plan_says_what_could_be_marked(tasks: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = tasks.read_bytes()
    assert main(["plan", "tasks.md", "--suggest"]) == 0
    last = capsys.readouterr().out.splitlines()[-1]
    assert last == "suggestion: 1.1 and 1.2 could be [P] beside 1.3, which saves 2 steps"
    assert tasks.read_bytes() == before


def test_plan_says_it_in_json(tasks: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plan", "tasks.md", "--suggest", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["suggestions"] == [{"tasks": [0, 1, 2], "marks": [0, 1], "saves": 2}]


def test_plan_says_that_there_is_nothing(tasks: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tasks.write_text(LISTS["plain"])
    assert main(["plan", "tasks.md", "--suggest", "--apply"]) == 0
    assert "suggestion: none;" in capsys.readouterr().out
    assert tasks.read_text() == LISTS["plain"]


def test_apply_writes_the_markers_and_keeps_the_mode(tasks: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tasks.chmod(0o600)
    assert main(["plan", "tasks.md", "--suggest", "--apply"]) == 0
    assert tasks.read_text() == task(1, mark=P) + task(2, mark=P) + task(3, mark=P)
    assert stat.S_IMODE(tasks.stat().st_mode) == 0o600
    assert os.listdir(tasks.parent) == ["tasks.md"]
    assert "tasks.md: 2 tasks marked [P]" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("argv", "why"),
    [
        (["--apply"], "--apply writes what --suggest finds"),
        (["--suggest", "--format", "mermaid"], "shows no suggestions"),
    ],
)
def test_options_that_do_not_go_together(
    tasks: Path, capsys: pytest.CaptureFixture[str], argv: list[str], why: str
) -> None:
    assert main(["plan", "tasks.md", *argv]) == 2
    assert why in capsys.readouterr().err
