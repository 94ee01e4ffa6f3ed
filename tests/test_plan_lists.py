"""`ralph-hooks plan` with several lists, as a pre-commit hook calls it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ralph_hooks.cli import main

GOOD = "- [ ] 1.1 [P] One\n  - **Do**: it\n- [ ] 1.2 [P] Two\n  - **Do**: it\n"
CIRCLE = "- [ ] 1.1 One\n  - **Depends on**: 1.2\n- [ ] 1.2 Two\n  - **Depends on**: 1.1\n"
MISSING = "- [ ] 1.1 One\n  - **Depends on**: 9.9\n"


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder outside of any repository with three lists."""
    for name, text in {"good": GOOD, "circle": CIRCLE, "missing": MISSING}.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "tasks.md").write_text(text)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_each_list_is_shown_below_its_name(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plan", "good/tasks.md", "good/../good/tasks.md"]) == 0
    lines = capsys.readouterr().out.splitlines()
    headings = [at for at, line in enumerate(lines) if line.startswith("── ")]
    assert [lines[at] for at in headings] == ["── good/tasks.md", "── good/../good/tasks.md"]
    assert lines[1 : headings[1]] == lines[headings[1] + 1 :]
    assert "ralph list: 2 tasks, 0 done, 1 steps" in lines


def test_one_list_has_no_heading_and_one_line_end(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plan", "good/tasks.md"]) == 0
    shown = capsys.readouterr().out
    assert shown.startswith("ralph list: ")
    assert shown.endswith("Two\n")


@pytest.mark.parametrize(
    ("bad", "why"),
    [("circle", "circle/tasks.md: tasks depend on each other in a circle"), ("missing", "missing/tasks.md: ")],
)
def test_a_list_that_cannot_be_planned_is_named(
    place: Path, capsys: pytest.CaptureFixture[str], bad: str, why: str
) -> None:
    assert main(["plan", "good/tasks.md", f"{bad}/tasks.md"]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith(f"ralph-hooks: error: {why}")
    assert said.err.count("\n") == 1


@pytest.mark.parametrize("form", ["json", "mermaid"])
def test_only_text_shows_several(place: Path, capsys: pytest.CaptureFixture[str], form: str) -> None:
    assert main(["plan", "good/tasks.md", "good/tasks.md", "--format", form]) == 2
    assert "shows one task list, not 2" in capsys.readouterr().err


def test_the_json_of_one_list_is_one_object(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plan", "good/tasks.md", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["groups"] == [
        {"tasks": [0, 1], "parallel": True, "reason": "run of [P]"},
    ]


@pytest.mark.parametrize("number", ["0", "-3"])
def test_nothing_runs_in_slices_of_nothing(place: Path, capsys: pytest.CaptureFixture[str], number: str) -> None:
    assert main(["plan", "good/tasks.md", f"--max-parallel={number}"]) == 2
    assert f"--max-parallel {number} runs nothing" in capsys.readouterr().err
