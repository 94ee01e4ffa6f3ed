"""RH0: what is a task, what its line says, and what is counted."""

from __future__ import annotations

import pytest
from rule_checks import fixed, found, messages, safe

from ralph_hooks.tasklist.model import Dialect

RALPH, SPECKIT, PLAIN = Dialect.RALPH, Dialect.SPECKIT, Dialect.PLAIN


@pytest.mark.parametrize(
    ("code", "dialect", "text", "places"),
    [
        ("RH001", RALPH, "- [x]1.1 a\n", [(1, 1, "- [x]1.1 a")]),
        ("RH001", RALPH, "- [ ] 1.1 a\n- []1.2 b\n", [(2, 1, "- []1.2 b")]),
        ("RH001", RALPH, "-[ ] 1.1 a\n", [(1, 1, "-[ ] 1.1 a")]),
        ("RH001", RALPH, "- [ x] 1.1 a\n", [(1, 1, "- [ x] 1.1 a")]),
        ("RH001", SPECKIT, "- [X]T001 a\n", [(1, 1, "- [X]T001 a")]),
        ("RH002", RALPH, "- [ ] 1.1 a\n- [ ] 1.1 b\n- [ ] 1.1 c\n", [(2, 7, "1.1"), (3, 7, "1.1")]),
        ("RH002", RALPH, "- [ ] V1 [VERIFY] a\n- [ ] 4.5 V1 [VERIFY] b\n", [(2, 11, "V1")]),
        ("RH003", RALPH, "- [ ] 1.1 a\n- [ ] b\n- [ ] 1.2 c\n", [(2, 1, "- [ ] b")]),
        ("RH003", SPECKIT, "- [ ] T001 a\n\n## Polish\n\n- [ ] TXXX [P] b\n", [(5, 1, "- [ ] TXXX [P] b")]),
        ("RH004", RALPH, "- [ ] 1.2 a\n- [ ] 1.1 b\n- [ ] 1.3 c\n", [(2, 7, "1.1")]),
        ("RH004", RALPH, "- [ ] 1.10 a\n- [ ] 1.9 b\n", [(2, 7, "1.9")]),
        ("RH004", SPECKIT, "- [ ] T010 a\n- [ ] T009a b\n", [(2, 7, "T009a")]),
        ("RH005", RALPH, "- [ ] 1.1 [PARALEL] a\n", [(1, 11, "[PARALEL]")]),
        ("RH005", RALPH, "- [ ] 1.1 [VERFY] a\n", [(1, 11, "[VERFY]")]),
        ("RH005", RALPH, "- [ ] 1.1 [p] a\n", [(1, 11, "[p]")]),
        ("RH005", RALPH, "- [ ] 1.1 [ P ] a\n", [(1, 11, "[ P ]")]),
        ("RH005", RALPH, "- [ ] 1.1 [US1] [verify] a\n", [(1, 17, "[verify]")]),
        ("RH005", RALPH, "- [ ] 1.1 [VERFY:TEST] a\n", [(1, 11, "[VERFY:TEST]")]),
        ("RH006", RALPH, "- [ ] [P] 1.1 a\n", [(1, 7, "[P]")]),
        ("RH007", RALPH, "- [ ] 1.1 a [P]\n", [(1, 13, "[P]")]),
        ("RH007", SPECKIT, "- [ ] T001 a [P] b\n", [(1, 14, "[P]")]),
        ("RH008", RALPH, "- [ ] 1.1 [P] [RED] (P) a\n", [(1, 21, "(P)")]),
        ("RH009", RALPH, "Total tasks: 3\n\n- [ ] 1.1 a\n", [(1, 14, "3")]),
        ("RH009", RALPH, "---\ntotal_tasks: 3\n---\n\n- [ ] 1.1 a\n", [(2, 14, "3")]),
        ("RH009", RALPH, "- **Total tasks**: 12 (see below)\n\n## A\n- [ ] 1.1 a\n", [(1, 20, "12")]),
        ("RH009", RALPH, "**Total tasks:** 92\n\n- [ ] 1.1 a\n", [(1, 18, "92")]),
        ("RH010", RALPH, "- [X] 1.1 a\n- [x] 1.2 b\n", [(1, 4, "X")]),
        ("RH011", RALPH, "- [ ] 1.1 a\n  - [ ] met\n", [(2, 3, "- [ ] met")]),
        ("RH011", RALPH, "* [ ] 1.1 a\n", [(1, 1, "* [ ] 1.1 a")]),
        ("RH012", RALPH, "- [ ] 1.1 [P] a\n\n[P]: https://example.org\n", [(3, 1, "[P]")]),
        ("RH012", RALPH, "- [ ] 1.1 [P](a) b\n", [(1, 11, "[P]")]),
        ("RH013", SPECKIT, "- [ ] T001 a\n  - [ ] T002 b\n", [(2, 3, "- [ ] T002 b")]),
    ],
)
def test_found(code: str, dialect: Dialect, text: str, places: list[tuple[int, int, str]]) -> None:
    assert found(code, text, dialect) == places


@pytest.mark.parametrize(
    ("code", "dialect", "text"),
    [
        ("RH001", RALPH, "- [ ] 1.1 a\n"),
        ("RH001", RALPH, "- [P] tasks = different files\n"),
        ("RH001", RALPH, "- [x](https://example.org)\n"),
        ("RH001", RALPH, "```\n- [x]1.1 a\n```\n"),
        ("RH001", RALPH, "- [x]done, all of it\n"),
        ("RH002", RALPH, "- [ ] 1.1 a\n- [ ] 1.2 b\n"),
        ("RH003", RALPH, "- [ ] 1.1 a\n\n## Summary\n\n- [x] Zero regressions\n"),
        ("RH003", RALPH, "- [ ] 1.1 a\n- [ ] All of it works\n"),
        ("RH003", RALPH, "- [ ] 1.1 a\n\n## Summary\n\n- [x] Zero regressions\n\n- [ ] V6 [VERIFY] b\n"),
        ("RH003", RALPH, "- [ ] 1.1 a\n  - [ ] met\n- [ ] 1.2 b\n"),
        ("RH003", PLAIN, "- [ ] 1.1 a\n- [ ] b\n- [ ] 1.2 c\n"),
        ("RH004", RALPH, "- [ ] 1.1 a\n- [ ] 1.1.1 [FIX 1.1] b\n- [ ] 1.2 c\n- [ ] V4 [VERIFY] d\n- [ ] 1.10 e\n"),
        ("RH004", RALPH, "- [ ] 2.1 a\n- [ ] 2R.1 b\n- [ ] 3.1 c\n"),
        ("RH004", SPECKIT, "- [ ] T003 a\n- [ ] T003A b\n- [ ] T004 c\n"),
        ("RH005", RALPH, "- [ ] 1.1 [POC] [SKIP] [READ] [BLOCKER] [P1] [VERIFIED] a\n"),
        ("RH005", RALPH, "- [ ] 1.1 [VERIFY:TEST] [FIX 1.2] [US1] a\n"),
        ("RH005", RALPH, "- [ ] 1.1 [x](y) and [link][p]\n"),
        ("RH005", SPECKIT, "- [ ] T001 [Green] a\n"),
        ("RH006", RALPH, "- [ ] 1.1 [P] a\n"),
        ("RH006", PLAIN, "- [ ] [P] a\n"),
        ("RH007", RALPH, "- [ ] 1.1 Read `[P]` markers\n"),
        ("RH007", RALPH, "- [ ] 1.1 [P] Read [P] markers\n"),
        ("RH007", RALPH, "- [ ] 1.1 Read [P](x)\n"),
        ("RH008", RALPH, "- [ ] 1.1 [P] [RED] a\n"),
        ("RH009", RALPH, "Total tasks: 1\n\n- [ ] 1.1 a\n"),
        ("RH009", RALPH, "Total tasks: 2\n\n- [ ] 1.1 a\n  - [ ] met\n"),
        ("RH009", RALPH, "There are total tasks: 9 of them\n\n- [ ] 1.1 a\n"),
        ("RH009", RALPH, "Total tasks: 5\n\nNothing yet\n"),
        ("RH010", SPECKIT, "- [X] T001 a\n"),
        ("RH011", RALPH, "- [ ] 1.1 a\n- [X] 1.2 b\n"),
        ("RH011", SPECKIT, "- [ ] T001 a\n  - [ ] met\n"),
        ("RH012", RALPH, "- [ ] 1.1 [P] a\n\n[priority]: https://example.org\n"),
        ("RH013", RALPH, "- [ ] 1.1 a\n  - [ ] the tests pass\n"),
        ("RH013", PLAIN, "- [ ] 1 a\n  - [ ] 1.1 b\n"),
    ],
)
def test_not_found(code: str, dialect: Dialect, text: str) -> None:
    assert found(code, text, dialect) == []


@pytest.mark.parametrize(
    ("code", "before", "after", "certain"),
    [
        ("RH001", "- [x]1.1 a\r\n", "- [x] 1.1 a\r\n", False),
        ("RH001", "-[] 1.1 a\n", "- [ ] 1.1 a\n", False),
        ("RH001", "  * [ X ]1.1 a\n", "  * [X] 1.1 a\n", False),
        ("RH005", "- [ ] 1.1 [PARALEL] a\n", "- [ ] 1.1 [P] a\n", False),
        ("RH005", "- [ ] 1.1 [p] a\n", "- [ ] 1.1 [P] a\n", False),
        ("RH005", "- [ ] 1.1 [VERFY:TEST] a\n", "- [ ] 1.1 [VERIFY:TEST] a\n", False),
        ("RH005", "- [ ] 1.1 [ P ] a\n", "- [ ] 1.1 [P] a\n", True),
        ("RH006", "- [ ] [P] 1.1 a\n", "- [ ] 1.1 [P] a\n", True),
        ("RH006", "- [ ] [P] **1.1** [RED] a\n", "- [ ] **1.1** [P] [RED] a\n", True),
        ("RH006", "- [ ] [P] 1.1\n", "- [ ] 1.1 [P]\n", True),
        ("RH006", "- [ ] **[P]** 1.1: a\n", "- [ ] 1.1: [P] a\n", True),
        ("RH007", "- [ ] 1.1 a [P]\r\n", "- [ ] 1.1 [P] a\r\n", False),
        ("RH007", "- [ ] 1.1 [RED] a [P] b\n", "- [ ] 1.1 [P] [RED] a b\n", False),
        ("RH008", "- [ ] 1.1 [P] [P] a\n", "- [ ] 1.1 [P] a\n", True),
        ("RH008", "- [ ] 1.1 [P][P] a\n", "- [ ] 1.1 [P] a\n", True),
        ("RH008", "- [ ] 1.1 [P] **[P]**\n", "- [ ] 1.1 [P]\n", True),
        ("RH009", "Total tasks: 3 or so\n\n- [ ] 1.1 a\n", "Total tasks: 1 or so\n\n- [ ] 1.1 a\n", False),
        ("RH010", "- [X] 1.1 a\n", "- [x] 1.1 a\n", True),
        ("RH012", "- [ ] 1.1 [P](a) b\n", "- [ ] 1.1 [P] (a) b\n", False),
    ],
)
def test_fixed(code: str, before: str, after: str, *, certain: bool) -> None:
    assert safe(code, before, RALPH) is certain
    assert fixed(code, before, RALPH) == after
    assert found(code, after, RALPH) == []


def test_the_counters_are_named_with_what_they_count() -> None:
    text = "- [ ] 1.1 a\n  - [ ] met\n- [x] open\n\n```\n- [ ] box\n```\n"

    (message,) = messages("RH011", text, RALPH)

    assert message.startswith("of 1 tasks stop-watcher.sh counts 3, stop-handler.sh 4; line 2 and 2 more are no task")


def test_data_is_printed_without_control_characters() -> None:
    (message,) = messages("RH002", "- [ ] \x1b\n- [ ] 1.1 a\n- [ ] 1.1 b\n", RALPH)
    assert message.isprintable()
    (message,) = messages("RH005", "- [ ] 1.1 [VERFY\x1b[31m] a\n- [ ] 1.2 [VERFY\x07] a\n", RALPH)
    assert message.isprintable()
