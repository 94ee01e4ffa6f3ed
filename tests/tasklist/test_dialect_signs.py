"""Which dialect a list is taken for, and what is counted where naive line regexes count something else."""

from __future__ import annotations

import pytest

from ralph_hooks.tasklist.model import Dialect
from ralph_hooks.tasklist.parse import parse

RALPH, SPECKIT, PLAIN = Dialect.RALPH, Dialect.SPECKIT, Dialect.PLAIN


@pytest.mark.parametrize(
    ("text", "dialect"),
    [
        ("- [ ] T001 a\n- [ ] T002 b\n", SPECKIT),
        ("- [ ] **T001** a\n", SPECKIT),
        ("- [ ] T001 a\n- [ ] T002 b\n- [ ] 1.1 c\n", SPECKIT),
        ("- [ ] 1.1 a\n  - **Do**: b\n", RALPH),
        ("- [ ] 1.1 a\n  Verify: b\n", RALPH),
        ("- [ ] V4 [VERIFY] a\n", RALPH),
        ("- [ ] 4.5 V1 [VERIFY] a\n", RALPH),
        ("- [ ] 1.1 a\n  - **Do**: b\n- [ ] T001 c\n", RALPH),
        ("- [ ] 1.1 a\n", PLAIN),
        ("- [ ] 1.1 a\n  - **Hint**: b\n", PLAIN),
        ("- [ ] Task A\n  - **Do**: b\n", PLAIN),
        ("- [ ] Task A\n", PLAIN),
        ("", PLAIN),
    ],
)
def test_the_dialect_is_guessed(text: str, dialect: Dialect) -> None:
    assert parse(text).dialect is dialect


def test_a_state_file_makes_numbers_a_ralph_list() -> None:
    assert parse("- [ ] 1.1 a\n", has_state=True).dialect is RALPH
    assert parse("- [ ] Task A\n", has_state=True).dialect is PLAIN


def test_a_named_dialect_overrides_the_signs() -> None:
    assert parse("- [ ] T001 a\n", RALPH).dialect is RALPH


def counts(text: str, dialect: Dialect) -> tuple[list[str | None], list[str | None], list[str | None]]:
    """The names of the tasks, of the [P] tasks, and of the [VERIFY] tasks."""
    tasks = parse(text, dialect).tasks
    return [t.id for t in tasks], [t.id for t in tasks if t.parallel], [t.id for t in tasks if t.verify]


@pytest.mark.parametrize(
    ("dialect", "text", "ids", "parallel", "verify"),
    [
        pytest.param(SPECKIT, "- [P] tasks = different files\n- [ ] T001 a\n", ["T001"], [], [], id="1-legend"),
        pytest.param(
            RALPH,
            "- [ ] 1.1 a\n  - **Do**:\n    1. Parse `- [ ]` boxes and tags (`[P]`, `[VERIFY]`)\n",
            ["1.1"],
            [],
            [],
            id="2-code-span-in-a-step",
        ),
        pytest.param(
            RALPH,
            "- [ ] 1.1 Create PR\n  - **Do**: run\n\ngh pr create --body \"$(cat <<'EOF'\n## Summary\n\n"
            "- [x] Zero regressions\n- [ ] CI green\nEOF\n)\"\n\n- [ ] 1.2 b\n",
            ["1.1", "1.2"],
            [],
            [],
            id="3-pull-request-body",
        ),
        pytest.param(RALPH, "- [ ] 1.1 a\n\n```\n- [ ] 9.9 b\n```\n", ["1.1"], [], [], id="4-box-in-a-fence"),
        pytest.param(RALPH, "- [ ] 1.1 a\n  - [ ] 0 errors\n", ["1.1"], [], [], id="5-nested-acceptance"),
        pytest.param(SPECKIT, "- [X] T001 a\n", ["T001"], [], [], id="6-upper-case-x"),
        pytest.param(RALPH, "- [x] 4.5 V1 [VERIFY] a\n", ["4.5"], [], ["4.5"], id="7-two-ids"),
        pytest.param(SPECKIT, "- [ ] T024 [US1] [P] a\n", ["T024"], ["T024"], [], id="8-story-first"),
        pytest.param(SPECKIT, "- [ ] **T001** [P] a\n", ["T001"], ["T001"], [], id="9-bold-id"),
        pytest.param(
            SPECKIT, "- [ ] T031 a\n- [ ] T031-MIN [P] b\n", ["T031", "T031-MIN"], ["T031-MIN"], [], id="10-suffix"
        ),
        pytest.param(
            SPECKIT,
            "- [ ] T001 a\n- [x] No task modifies same file as another [P] task\n",
            ["T001"],
            [],
            [],
            id="11-checklist-line",
        ),
        pytest.param(SPECKIT, "- T017 must complete before T019\n- [ ] T019 a\n", ["T019"], [], [], id="12-no-box"),
        pytest.param(RALPH, "- [ ] 1.1 [P] a\n### Group 1 [P]\n- [ ] 1.2 b\n", ["1.1", "1.2"], ["1.1"], [], id="14"),
        pytest.param(PLAIN, "- [ ] 1. a\n- [ ]* 1.1 b\n", ["1", "1.1"], [], [], id="15-optional-task"),
        pytest.param(
            RALPH,
            "- [ ] 1.1 a\n  - **Verify**:\n    ```bash\n    npm test\n- [ ] 1.2 b\n",
            ["1.1", "1.2"],
            [],
            [],
            id="16-fence-never-closed",
        ),
        pytest.param(PLAIN, "- [ ] 2. a\n  - [ ] 2.1 b\n", ["2", "2.1"], [], [], id="17-nested-tasks"),
        pytest.param(
            SPECKIT, "| T006 | Do it | [P] |\n|---|---|---|\n\n- [ ] T006 a\n", ["T006"], [], [], id="18-table-cell"
        ),
        pytest.param(
            RALPH,
            "- [ ] 1.1 a\n\n<!-- reviewer:\n- [ ] 1.9 [P] no\n[VERIFY] no\n-->\n\n- [ ] 1.2 b\n",
            ["1.1", "1.2"],
            [],
            [],
            id="notes-in-a-comment",
        ),
        pytest.param(SPECKIT, "- [x] T [US5] a\n- [x] T0 [US4] b\n", ["T0"], [], [], id="ids-lost-by-an-edit"),
        pytest.param(
            SPECKIT, "### T001 Heading task\n- [x] **T001.1** a\n- [x] **T001.2** b\n", ["T001.1", "T001.2"], [], [],
            id="boxes-under-a-heading-task",
        ),
        pytest.param(SPECKIT, "- [ ] [T001] [P0] a\n", ["T001"], [], [], id="bracketed-id-and-priority"),
        pytest.param(SPECKIT, "### T008-T010: three\n- [ ] T008 a\n", ["T008"], [], [], id="range-in-a-heading"),
        pytest.param(SPECKIT, "\ufeff- [ ] T001 a\n", ["T001"], [], [], id="byte-order-mark"),
        pytest.param(RALPH, "## 并行组 1\n- [ ] 1.1 [P] 标题\n", ["1.1"], ["1.1"], [], id="other-scripts"),
        pytest.param(RALPH, "- [x]1.1 [P] a\n", [], [], [], id="no-space-after-the-box"),
    ],
)  # fmt: skip
def test_where_naive_regexes_go_wrong(
    dialect: Dialect, text: str, ids: list[str], parallel: list[str], verify: list[str]
) -> None:
    assert counts(text, dialect) == (ids, parallel, verify)


def test_a_comment_in_a_fence_ends_no_phase() -> None:
    text = "## Phase 1\n- [ ] T001 [P] a\n\n  ```bash\n  # 1. install\n  ```\n\n- [ ] T002 [P] b\n"

    assert [task.phase for task in parse(text, SPECKIT).tasks] == ["Phase 1", "Phase 1"]


def test_numbering_may_restart() -> None:
    assert [task.id for task in parse("- [ ] 4.1 a\n- [ ] 4.2 b\n- [ ] 4.1 c\n", RALPH).tasks] == ["4.1", "4.2", "4.1"]
