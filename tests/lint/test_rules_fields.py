"""RH3 and RH9: what the fields say, and which family a list belongs to."""

from __future__ import annotations

import pytest
from rule_checks import found, messages

from ralph_hooks.lint.model import Settings
from ralph_hooks.tasklist.model import Dialect

RALPH, SPECKIT, PLAIN = Dialect.RALPH, Dialect.SPECKIT, Dialect.PLAIN
HEAD = "- [ ] 1.1 Task\n"


def verify(text: str) -> str:
    return f"{HEAD}  - **Verify**: {text}\n"


def commit(text: str) -> str:
    return f"{HEAD}  - **Commit**: {text}\n"


def files(text: str) -> str:
    return f"{HEAD}  - **Files**: {text}\n"


@pytest.mark.parametrize(
    ("code", "dialect", "text", "places"),
    [
        ("RH301", RALPH, HEAD, [(1, 7, "1.1")]),
        ("RH302", RALPH, verify("Check it manually"), [(2, 26, "manually")]),
        ("RH302", RALPH, verify("Visual check of the page"), [(2, 17, "Visual")]),
        ("RH302", RALPH, verify("`pytest` is not enough. Ask the user"), [(2, 41, "Ask the user")]),
        ("RH303", RALPH, commit("`Made codes`"), [(2, 18, "Made codes")]),
        ("RH303", RALPH, commit("made codes"), [(2, 17, "made codes")]),
        ("RH303", RALPH, commit("`feat:make codes`"), [(2, 18, "feat:make codes")]),
        ("RH304", RALPH, files("`/srv/a.py`"), [(2, 17, "/srv/a.py")]),
        ("RH304", RALPH, files("src/../../a.py"), [(2, 16, "src/../../a.py")]),
        ("RH304", PLAIN, files("~/a.py"), [(2, 16, "~/a.py")]),
        ("RH305", RALPH, "- [ ] 1.1 [P] a\n  - **Files**: a.py\n- [ ] 1.2 [P] b\n", [(3, 7, "1.2")]),
        ("RH305", SPECKIT, "- [ ] T001 [P] Write a.py\n- [ ] T002 [P] Set up linting\n", [(2, 7, "T002")]),
        ("RH903", None, "- [ ] T001 a\n- [ ] T002 b\n- [ ] 1.1 c\n", [(3, 1, "- [ ] 1.1 c")]),
    ],
)
def test_found(code: str, dialect: Dialect, text: str, places: list[tuple[int, int, str]]) -> None:
    assert found(code, text, dialect) == places


@pytest.mark.parametrize(
    ("code", "dialect", "text"),
    [
        ("RH301", RALPH, HEAD.replace("[ ]", "[x]")),
        ("RH301", SPECKIT, "- [ ] T001 a\n"),
        ("RH302", RALPH, verify("`pytest`, no manual steps")),
        ("RH302", RALPH, verify("Runs without any manual check")),
        ("RH302", RALPH, verify("Do not check it visually; run `pytest`")),
        ("RH302", RALPH, verify("`grep -c manual docs/a.md`")),
        ("RH302", RALPH, verify("`test -f docs/user-manual.md`")),
        ("RH302", RALPH, verify("Check it manually").replace("[ ]", "[x]")),
        ("RH303", RALPH, commit("`feat(codes)!: make codes`")),
        ("RH303", RALPH, commit("`spec-kit: make codes`")),
        ("RH303", RALPH, commit("None")),
        ("RH303", RALPH, HEAD),
        ("RH304", RALPH, files("src/a.py, ./b.py, src/../c.py")),
        ("RH304", SPECKIT, "- [ ] T001 Copy `~/old/a.py` to `src/a.py`\n"),
        ("RH305", RALPH, "- [ ] 1.1 [P] a\n  - **Files**: a.py\n- [ ] 1.2 [P] b\n  - **Files**: None\n"),
        ("RH305", RALPH, "- [ ] 1.1 [P] a\n"),
        ("RH305", PLAIN, "- [ ] [P] a\n- [ ] [P] b\n"),
        ("RH903", None, "- [ ] T001 a\n- [ ] T002 b\n"),
        ("RH903", None, "- [ ] 1.1 a\n- [ ] V1 [VERIFY] b\n"),
        ("RH903", None, "".join(f"- [ ] T00{number} a\n" for number in range(1, 5)) + "- [ ] 1.1 c\n"),
    ],
)
def test_not_found(code: str, dialect: Dialect, text: str) -> None:
    assert found(code, text, dialect) == []


def test_the_missing_fields_are_named() -> None:
    assert messages("RH301", HEAD, RALPH) == [
        "task 1.1 has no Do, Files, Done when, Verify, Commit; add them",
    ]
    assert messages("RH301", HEAD, RALPH, settings=Settings(required_fields=("Do",))) == ["task 1.1 has no Do; add it"]


def test_a_checkpoint_needs_no_files() -> None:
    assert messages("RH301", "- [ ] V1 [VERIFY] a\n", RALPH, settings=Settings(required_fields=("Files",))) == []
