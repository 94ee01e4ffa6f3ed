"""RH1: what runs beside what, by the markers."""

from __future__ import annotations

import pytest
from rule_checks import fixed, found, messages, safe

from ralph_hooks.lint.model import Settings
from ralph_hooks.tasklist.model import Dialect

RALPH, SPECKIT, PLAIN = Dialect.RALPH, Dialect.SPECKIT, Dialect.PLAIN
A, B = "- [ ] 1.1 [P] a\n", "- [ ] 1.2 [P] b\n"
OPEN, CLOSE, INNER = "### [PARALLEL] Parts\n", "### [/PARALLEL]\n", "#### [PARALLEL] Inner\n"
RED, GREEN = "- [ ] 1.1 [RED] a\n", "- [ ] 1.2 [GREEN] b\n"
SIX = "".join(f"- [ ] 1.{number} [P] a\n" for number in range(1, 7))


@pytest.mark.parametrize(
    ("code", "dialect", "text", "places"),
    [
        ("RH101", RALPH, "- [ ] 1.1 [P] [VERIFY] a\n", [(1, 11, "[P]")]),
        ("RH101", RALPH, "- [ ] 1.1 [VERIFY:TEST] (P) a\n", [(1, 25, "(P)")]),
        (
            "RH101",
            RALPH,
            "- [ ] V4 [P] a\n- [ ] VE1 [P] b\n- [ ] VF [P] c\n",
            [(1, 10, "[P]"), (2, 11, "[P]"), (3, 10, "[P]")],
        ),
        ("RH101", RALPH, "- [ ] 4.5 V1 [P] a\n", [(1, 14, "[P]")]),
        ("RH101", SPECKIT, "- [ ] T001 [P] [VERIFY] a\n", [(1, 12, "[P]")]),
        ("RH102", RALPH, "- [ ] 1.1 [SEQUENTIAL] [P] a\n", [(1, 24, "[P]")]),
        ("RH103", RALPH, A + "- [ ] 1.2 b\n", [(1, 11, "[P]")]),
        ("RH103", RALPH, A + "### Part\n" + B, [(1, 11, "[P]"), (3, 11, "[P]")]),
        ("RH103", PLAIN, "- [ ] (P) a\n- [ ] b\n", [(1, 7, "(P)")]),
        ("RH104", RALPH, SIX, [(6, 7, "1.6")]),
        ("RH105", PLAIN, "- [ ] a\n\n" + CLOSE, [(3, 1, "### [/PARALLEL]")]),
        ("RH105", PLAIN, "- [ ] a\n\n## [/SEQUENTIAL]\n", [(3, 1, "## [/SEQUENTIAL]")]),
        (
            "RH106",
            PLAIN,
            OPEN + INNER + "- [ ] a\n- [ ] b\n#### [/PARALLEL]\n" + CLOSE,
            [(2, 1, "#### [PARALLEL] Inner")],
        ),
        ("RH107", PLAIN, OPEN + "- [ ] a\n- [ ] b\n### [/PARALLEL] Screens\n", [(4, 17, "Screens")]),
        ("RH108", PLAIN, OPEN + "- [ ] a\n- [ ] [VERIFY] b\n" + CLOSE, [(3, 16, "b")]),
        ("RH109", PLAIN, OPEN + "- [ ] a\n", [(1, 1, "### [PARALLEL] Parts")]),
        ("RH110", RALPH, "- [ ] V6 [VERIFY] c\n- [ ] V4 [VERIFY] a\n- [ ] 4.9 V5 [VERIFY] b\n", [(1, 7, "V6")]),
        ("RH111", RALPH, GREEN, [(1, 7, "1.2")]),
        ("RH111", RALPH, RED + GREEN + "- [ ] 1.3 [GREEN] c\n", [(3, 7, "1.3")]),
        ("RH112", RALPH, "- [ ] 1.1 [P] [RED] a\n- [ ] 1.2 [P] [GREEN] b\n", [(2, 7, "1.2")]),
    ],
)
def test_found(code: str, dialect: Dialect, text: str, places: list[tuple[int, int, str]]) -> None:
    assert found(code, text, dialect) == places


@pytest.mark.parametrize(
    ("code", "dialect", "text"),
    [
        ("RH101", RALPH, "- [ ] 1.1 [P] a\n- [ ] V1 [VERIFY] b\n"),
        ("RH101", PLAIN, "- [ ] [P] Verify a\n"),
        ("RH102", RALPH, "- [ ] 1.1 [SEQUENTIAL] a\n"),
        ("RH103", RALPH, A + B),
        ("RH103", RALPH, "- [x] 1.1 [P] a\n- [ ] 1.2 b\n"),
        ("RH103", RALPH, "- [ ] 1.1 [P] [VERIFY] a\n"),
        ("RH103", RALPH, OPEN + A + B.replace(" [P]", "") + CLOSE),
        ("RH103", SPECKIT, "- [ ] T001 [P] a\n- [ ] T002 b\n"),
        ("RH104", RALPH, SIX.replace("[ ] 1.6", "[x] 1.6")),
        ("RH104", SPECKIT, SIX.replace("1.", "T00")),
        ("RH104", RALPH, SIX.replace("- [ ] 1.4", "### Part\n- [ ] 1.4")),
        ("RH105", PLAIN, OPEN + "- [ ] a\n- [ ] b\n" + CLOSE),
        ("RH106", PLAIN, (OPEN + "- [ ] a\n- [ ] b\n" + CLOSE) * 2),
        ("RH106", PLAIN, OPEN + "- [ ] a\n" + INNER + "- [ ] b\n" + CLOSE),
        ("RH107", PLAIN, OPEN + "- [ ] a\n- [ ] b\n### [/PARALLEL] parts\n"),
        ("RH107", PLAIN, OPEN + "- [ ] a\n- [ ] b\n" + CLOSE),
        ("RH108", PLAIN, OPEN + "- [ ] a\n- [ ] b\n" + CLOSE + "- [ ] [VERIFY] c\n"),
        ("RH108", PLAIN, OPEN + "- [ ] [VERIFY] a\n"),
        ("RH109", PLAIN, OPEN + "- [ ] a\n- [ ] b\n" + CLOSE),
        ("RH109", PLAIN, "### [SEQUENTIAL after A] B\n- [ ] a\n"),
        ("RH110", RALPH, "- [ ] V4 [VERIFY] a\n- [ ] V6 [VERIFY] c\n"),
        ("RH111", RALPH, RED + RED.replace("1.1", "1.3") + GREEN + GREEN.replace("1.2", "1.4")),
        ("RH111", RALPH, GREEN.replace("[ ]", "[x]")),
        ("RH112", RALPH, RED + GREEN),
        ("RH112", RALPH, "- [x] 1.1 [P] [RED] a\n- [ ] 1.2 [P] [GREEN] b\n"),
    ],
)
def test_not_found(code: str, dialect: Dialect, text: str) -> None:
    assert found(code, text, dialect) == []


@pytest.mark.parametrize(
    ("code", "before", "after", "certain"),
    [
        ("RH101", "- [ ] V1 [P] [VERIFY] a\n", "- [ ] V1 [VERIFY] a\n", True),
        ("RH101", "- [ ] V1 [VERIFY] [P] a\n", "- [ ] V1 [VERIFY] a\n", True),
        ("RH101", "- [ ] V1 **[P]** [VERIFY] a\n", "- [ ] V1 [VERIFY] a\n", True),
        ("RH101", "- [ ] V1 [VERIFY] [P]\r\n", "- [ ] V1 [VERIFY]\r\n", True),
        ("RH101", "- [ ] V4 [P] a\n", "- [ ] V4 a\n", False),
        ("RH102", "- [ ] 1.1 [SEQUENTIAL] [P] a\n", "- [ ] 1.1 [SEQUENTIAL] a\n", True),
        ("RH103", A + "- [ ] 1.2 b\n", "- [ ] 1.1 a\n- [ ] 1.2 b\n", False),
        (
            "RH107",
            OPEN + "- [ ] a\n### [/PARALLEL] Screens\n",
            OPEN + "- [ ] a\n### [/PARALLEL] Parts\n",
            False,
        ),
    ],
)
def test_fixed(code: str, before: str, after: str, *, certain: bool) -> None:
    assert safe(code, before) is certain
    assert fixed(code, before) == after
    assert found(code, after) == []


def test_the_limit_of_a_group_can_be_set() -> None:
    assert found("RH104", A + B + "- [ ] 1.3 [P] c\n", RALPH, settings=Settings(max_group=2)) == [(3, 7, "1.3")]


def test_the_other_task_is_named_with_its_line() -> None:
    (message,) = messages("RH112", "- [ ] 1.1 [P] [RED] a\n- [ ] 1.2 [P] [GREEN] b\n", RALPH)
    assert message == "1.2 runs beside 1.1 (line 1), whose test it makes pass; take the `[P]` from it"
