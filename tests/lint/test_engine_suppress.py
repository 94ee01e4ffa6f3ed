"""Comments that hide findings, and those that hide nothing."""

from __future__ import annotations

import pytest
from small_rules import FIXME, HACK, TODO, UNUSED, found, places


def comment(said: str = "ignore[RH981]") -> str:
    return f"<!-- ralph-hooks: {said} -->"


@pytest.mark.parametrize(
    ("text", "left"),
    [
        (f"TODO {comment()}\n", []),
        (f"TODO {comment('ignore[RH981] it is known')}\n", []),
        (f"TODO {comment('ignore[todo]')}\n", []),
        (f"TODO {comment('ignore[rh981]')}\n", []),
        (f"TODO FIXME {comment('ignore[RH981, fixme] both')}\n", []),
        (f"TODO FIXME {comment()} {comment('ignore[RH982]')}\n", []),
        (f"{comment()}\nTODO\n", []),
        (f"  {comment()}\r\nTODO\r\n", []),
        (f"{comment()}\n\nTODO\n", []),
        (f"{comment()}\n{comment('ignore[RH982]')}\nTODO FIXME\n", []),
        (f"{comment('ignore-file[RH981]')}\n\nTODO\n\nTODO\n", []),
        (f"TODO\n\nTODO {comment('ignore-file[RH981]')}\n", []),
        ("TODO <!--ralph-hooks:ignore[RH981]-->\n", []),
        (f"TODO {comment()}\nTODO\n", ["2:1 RH981"]),
        (f"{comment()}\nTODO\nTODO\n", ["3:1 RH981"]),
        (f"{comment()} word\nTODO\n", ["2:1 RH981"]),
        (f"TODO FIXME {comment()}\n", ["1:6 RH982"]),
        (f"TODO {comment('ignore[RH982]')}\n", ["1:1 RH981"]),
        (f"```\n{comment()}\n```\nTODO\n", ["4:1 RH981"]),
        (f"TODO\n\n    {comment('ignore-file[RH981]')}\n", ["1:1 RH981"]),
    ],
)
def test_a_comment_hides_what_it_names_where_it_stands(text: str, left: list[str]) -> None:
    assert places(text, TODO, FIXME) == left


def test_on_the_line_of_a_task_it_covers_the_task() -> None:
    task = "- [ ] 1.1 One{}\n  - **Do**: TODO\n- [ ] 1.2 Two\n  - **Do**: TODO\n"
    assert places(task.format(f" {comment()}"), TODO) == ["4:13 RH981"]
    assert places(f"{comment()}\n" + task.format(""), TODO) == ["5:13 RH981"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (f"fine {comment()}\n", "RH981 finds nothing on line 1"),
        (f"{comment()}\nfine\n", "RH981 finds nothing on line 2"),
        (f"fine {comment('ignore-file[todo]')}\n", "todo finds nothing in this file"),
        (f"fine {comment('ignore[RH9811]')}\n", "there is no rule RH9811; did you mean RH981?"),
        (f"fine {comment('ignore[tood]')}\n", "there is no rule tood; did you mean todo?"),
        (f"fine {comment('ignore[]')}\n", "this comment hides nothing: write `ralph-hooks: ignore[RULE] reason`"),
        (f"fine {comment('ignor[RH981]')}\n", "this comment hides nothing: write"),
        (f"TODO {comment('ignore RH981')}\n", "this comment hides nothing: write"),
    ],
)
def test_a_comment_that_hides_nothing_is_found(text: str, message: str) -> None:
    [finding] = [one for one in found(text, TODO, UNUSED) if one.code == "RH901"]
    assert finding.message.startswith(message)


def test_of_two_rules_the_unused_one_is_named() -> None:
    [finding] = found(f"TODO {comment('ignore[RH981, RH982]')}\n", TODO, FIXME, UNUSED)
    assert finding.message == "RH982 finds nothing on line 1"
    assert finding.fix is None


def test_a_comment_for_a_rule_that_does_not_run_is_left_alone() -> None:
    assert places(f"fine {comment('ignore[hack]')}\n", TODO, UNUSED) == []
    assert places(f"fine {comment('ignore[hack]')}\n", HACK, UNUSED) == ["1:6 RH901"]


def test_unused_comments_can_be_hidden_too() -> None:
    assert places(f"fine {comment('ignore[RH981, RH901]')}\n", TODO, UNUSED) == []
    assert places(f"{comment('ignore[RH901]')}\nfine {comment()}\n", TODO, UNUSED) == []


def test_nobody_is_told_where_the_rule_is_off() -> None:
    assert places(f"fine {comment()}\n", TODO) == []
