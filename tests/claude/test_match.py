"""Which task a call is for: prompts as coordinators write them, against a list."""

from __future__ import annotations

import pytest

from ralph_hooks.integrations.claude.match import Listed, match
from ralph_hooks.spec.numbering import Handler, number
from ralph_hooks.tasklist.parse import parse

LIST = """\
# Tasks

- [ ] a box that is no task, so the stop-handler counts one more

## Phase 1

- [x] 1.1 Set up the project
- [ ] 1.2 [P] Write the parser
  - **Do**: it
- [ ] 1.3 [P] Write the printer
- [ ] 1.4 [P] Add
- [ ] 1.5 [VERIFY] Check it all
"""

# What upstream's coordinator sends for a task of a parallel batch, shortened.
UPSTREAM = """\
Execute task {number} for spec demo

Spec: demo
Path: ./specs/demo/
Task index: {number}

Context from .progress.md:
1.1 Set up the project is done; task 1.1 left no traces.

Current task from tasks.md:
- [ ] {line}
  - **Do**: it

progressFile: specs/demo/.progress-task-{number}.md
"""


def listed(text: str = LIST, directory: str = "specs/demo") -> Listed:
    tasks = parse(text)
    numbers = {task.index: number(text, task.line, Handler.READS) for task in tasks.tasks}
    return Listed(tasks, directory, "/home/ada/repo", numbers)


def matched(prompt: str, description: str = "") -> str | None:
    found = match(prompt, description, listed())
    assert (found.task is None) == bool(found.doubt)
    return found.task.id if found.task else None


def test_the_numbers_of_this_list_differ() -> None:
    assert listed().numbers == {0: 1, 1: 2, 2: 3, 3: 4, 4: 5}


@pytest.mark.parametrize(
    ("prompt", "task"),
    [
        (UPSTREAM.format(number=2, line="1.2 [P] Write the parser"), "1.2"),  # the stop-handler's number
        (UPSTREAM.format(number=1, line="1.2 [P] Write the parser"), "1.2"),  # ours
        ("Task: 1.2", "1.2"),
        ("Do task 1.3 now. Task 1.1 is done.", "1.3"),
        ("do TASK #1.3, please", "1.3"),
        ("Write the\n  printer in printer.py", "1.3"),
        ("- [ ] 1.4 [P] Add", "1.4"),
        ("task index 4 (1.4)\nTask 1.4: Add", "1.4"),
        ("- [ ] 1.5 [VERIFY] Check it all", "1.5"),
    ],
)
def test_a_call_is_for_the_task_that_its_hints_agree_on(prompt: str, task: str) -> None:
    assert matched(prompt) == task


@pytest.mark.parametrize(
    "prompt",
    [
        "",
        "Do what is next",
        "Add",  # a title that stands in any sentence
        "task 1.1",  # done
        "task 1.2 and task 1.3",
        "task index 2",  # 1.3 by our numbers, 1.2 by those of the stop-handler
        "progress file .progress-task-2.md\n- [ ] 1.4 [P] Add",
        "task 1.2: Write the printer",
        "task 1.22",
        "Rewrite the parsers of version 1.2",
    ],
)
def test_in_doubt_a_call_is_for_none(prompt: str) -> None:
    assert matched(prompt) is None


def test_the_description_counts_as_well() -> None:
    assert matched("Do it", "Task 1.2") == "1.2"
    assert matched("Do it", "Task 1.2 or task 1.3") is None


@pytest.mark.parametrize(
    ("path", "ours"),
    [
        ("specs/demo", True),
        ("./specs/demo", True),
        ("/home/ada/repo/specs/demo", True),
        ("specs/other", False),
        ("/home/ada/repo/packages/api/specs/demo", False),
    ],
)
def test_a_prompt_about_another_spec_is_not_for_ours(path: str, *, ours: bool) -> None:
    found = match(f"Task 1.2 of {path}/tasks.md", "", listed())
    assert (found.task is not None) is ours
    assert ours or "another spec" in found.doubt


def test_a_list_at_the_top_is_named_without_a_folder() -> None:
    assert match("Task 1.2 of ./tasks.md and tasks.md", "", listed(directory=".")).task is not None


def test_two_tasks_with_the_same_id_are_told_apart_by_the_line() -> None:
    text = "- [ ] 1.1 [P] One thing\n  - **Do**: it\n- [ ] 1.1 [P] Another thing\n"
    both = listed(text)
    assert match("task 1.1", "", both).task is None
    found = match("task 1.1\n- [ ] 1.1 [P] Another thing", "", both).task
    assert found is not None
    assert found.index == 1


def test_a_huge_prompt_is_searched_in_time() -> None:
    tasks = "".join(f"- [ ] 1.{n} [P] The task with the number {n}\n  - **Do**: it\n" for n in range(200))
    found = match("./a/b " * 200_000 + "task 1.7", "", listed(tasks))
    assert found.task is not None
    assert found.task.index == 7
