"""What holds for every text: parsing never fails, edits lose nothing, plans keep their promises."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from ralph_hooks.errors import UsageError
from ralph_hooks.tasklist.document import as_document, from_document
from ralph_hooks.tasklist.edit import tick, ticked, untick
from ralph_hooks.tasklist.model import Dialect, Plan, TaskList
from ralph_hooks.tasklist.overlap import clashes
from ralph_hooks.tasklist.parse import parse
from ralph_hooks.tasklist.plan import next_tasks, plan

PIECES = [
    "- [ ] ", "- [x] ", "- [X] ", "- [~] ", "* [ ] ", "1. [ ] ", "  - [ ] ", "\t- [ ] ", "- ", "> ", "    ", "[", "]",
    "1.1 ", "1.2 ", "T001 ", "T002 ", "V4 ", "V5 ", "V6 ", "**", "`", "[P] ", "(P) ", "[VERIFY] ", "[US1] ", "title",
    "  - **Files**: ", "src/a.py", ", ", "  - **Depends on**: ", "(depends on T001) ", "  - **Commit**: ", "None", "-",
    "# ", "## ", "### ", "### [PARALLEL] A", "### [SEQUENTIAL after A] B", "### [/PARALLEL]", "---", "===", "```",
    "<!--", "-->", "<div>", "\n", "\n", "\n", "\n\n", "\r\n", "\r", "\t", "\0", "\ufeff", "\x0b", "\x0c", "\x1c",
    "~~~", "\x85", "\u2028", "\xa0", "\u3000", "\udc80", "\x1b[31m", "é",
]  # fmt: skip
MARKDOWN = st.lists(st.sampled_from(PIECES), max_size=60).map("".join)
ANY_TEXT = st.one_of(st.text(st.characters(), max_size=200), MARKDOWN)
DIALECTS = st.sampled_from([None, *Dialect])


@st.composite
def task_lists(draw: st.DrawFn) -> TaskList:
    """Lists with groups, blocks, files, and dependencies on tasks above and below."""
    lines = []
    for number in range(draw(st.integers(1, 12))):
        lines += draw(st.lists(st.sampled_from(["## H", "### [PARALLEL] A", "### [/PARALLEL]"]), max_size=1))
        markers = draw(st.sampled_from(["", "[P]", "[P]", "[P]", "[VERIFY]", "[P] [VERIFY]", "[SEQUENTIAL] [P]"]))
        lines.append(f"- [{draw(st.sampled_from(' x'))}] 1.{number} {markers} t")
        lines.append(
            f"  - **Files**: {', '.join(draw(st.lists(st.sampled_from(['a', 'b/c', 'b', '*/c']), max_size=2)))}"
        )
        others = draw(st.lists(st.integers(0, 11), max_size=1))
        lines += [f"  - **Depends on**: 1.{other}" for other in others]
    return parse("\n".join(lines), Dialect.RALPH)


def planned(task_list: TaskList) -> Plan | None:
    try:
        return plan(task_list)
    except UsageError:
        return None


@given(ANY_TEXT, DIALECTS)
def test_parsing_never_fails_and_every_box_is_where_it_says(text: str, dialect: Dialect | None) -> None:
    found = parse(text, dialect)

    for item in (*found.tasks, *found.checks):
        assert text[item.box.start - 1 : item.box.end + 1] == f"[{item.state}]"
    for task in found.tasks:
        assert task.span.start <= task.box.start < task.box.end <= task.span.end <= len(text)
        assert task.line <= task.end_line


@given(ANY_TEXT, DIALECTS)
def test_every_line_number_is_the_line_of_the_box(text: str, dialect: Dialect | None) -> None:
    for task in parse(text, dialect).tasks:
        before = text[: task.box.start]
        assert task.line == before.replace("\r\n", "\n").replace("\r", "\n").count("\n") + 1


@given(ANY_TEXT, DIALECTS)
def test_a_tick_changes_one_character_and_an_untick_gives_it_back(text: str, dialect: Dialect | None) -> None:
    found = parse(text, dialect)
    for task in found.tasks:
        ticked = tick(found, task)
        assert (ticked[: task.box.start], ticked[task.box.start], ticked[task.box.end :]) == (
            text[: task.box.start],
            "x",
            text[task.box.end :],
        )
        again = parse(ticked, found.dialect)
        assert again.tasks[task.index].done
        if task.state == " ":
            assert untick(again, again.tasks[task.index]) == text


@given(ANY_TEXT, DIALECTS)
def test_a_ticked_list_is_what_its_text_is_read_as(text: str, dialect: Dialect | None) -> None:
    found = parse(text, dialect)
    for task in found.tasks:
        again = parse(tick(found, task), found.dialect)
        assert ticked(found, task).text == again.text
        assert [(one.state, one.id, one.line, one.box) for one in ticked(found, task).tasks] == [
            (one.state, one.id, one.line, one.box) for one in again.tasks
        ]


@given(ANY_TEXT, DIALECTS)
def test_a_list_comes_back_from_its_document_whole(text: str, dialect: Dialect | None) -> None:
    found = parse(text, dialect)
    back = from_document(json.loads(json.dumps(as_document(found))), text)
    assert back == found
    assert repr(back) == repr(found)  # to Python a list of arrays is not one of tuples, but a span equals a pair


@given(ANY_TEXT, DIALECTS)
def test_planning_fails_only_by_saying_why(text: str, dialect: Dialect | None) -> None:
    found = parse(text, dialect)
    made = planned(found)

    assert made is None or sorted(index for group in made.groups for index in group.tasks) == list(
        range(len(found.tasks))
    )


@given(task_lists())
def test_every_task_is_in_exactly_one_group(task_list: TaskList) -> None:
    made = planned(task_list)
    if made:
        assert sorted(index for group in made.groups for index in group.tasks) == list(range(len(task_list.tasks)))


@given(task_lists())
def test_checks_and_sequential_tasks_are_alone(task_list: TaskList) -> None:
    made = planned(task_list)
    for group in made.groups if made else ():
        alone = any(task_list.tasks[i].verify or "SEQUENTIAL" in task_list.tasks[i].markers for i in group.tasks)
        assert group.parallel == (len(group.tasks) > 1)
        assert not (alone and group.parallel)


@given(task_lists())
def test_every_task_comes_after_what_it_depends_on(task_list: TaskList) -> None:
    made = planned(task_list)
    if made:
        place = {index: number for number, group in enumerate(made.groups) for index in group.tasks}
        assert all(place[other] < place[index] for index, others in made.depends.items() for other in others)


@given(task_lists())
def test_without_dependencies_the_groups_are_in_file_order(task_list: TaskList) -> None:
    made = planned(task_list)
    if made and not any(made.depends.values()):
        firsts = [group.tasks[0] for group in made.groups]
        assert firsts == sorted(firsts)


@given(task_lists(), st.integers(1, 4), st.frozensets(st.integers(0, 11)))
def test_what_is_started_may_run_side_by_side(task_list: TaskList, at_most: int, skip: frozenset[int]) -> None:
    made = planned(task_list)
    if made:
        chosen = next_tasks(task_list, made, max_parallel=at_most, skip=skip)
        tasks = [task_list.tasks[index] for index in chosen]
        assert len(chosen) <= at_most
        assert not skip & set(chosen)
        assert not any(task.done for task in tasks)
        assert not (len(tasks) > 1 and any(task.verify for task in tasks))
        assert clashes((task.index, task.files) for task in tasks) == ()


@given(task_lists(), st.integers(1, 4))
def test_slices_do_the_whole_list(task_list: TaskList, at_most: int) -> None:
    made = planned(task_list)
    if made:
        for _ in task_list.tasks:
            for index in next_tasks(task_list, made, max_parallel=at_most):
                task_list = parse(tick(task_list, task_list.tasks[index]), Dialect.RALPH)
        assert all(task.done for task in task_list.tasks)
