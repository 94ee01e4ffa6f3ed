"""The fields of a task, and what they declare: files, dependencies, a commit message."""

from __future__ import annotations

import pytest

from ralph_hooks.tasklist.model import Dialect, Task
from ralph_hooks.tasklist.parse import parse


def the_task(text: str, dialect: Dialect = Dialect.RALPH) -> Task:
    return parse(text, dialect).tasks[0]


def with_field(name: str, text: str) -> Task:
    return the_task(
        f"- [ ] 1.1 Task\n  - **{name}**: {text}\n- [ ] 1.2 b\n- [ ] 1.3 c\n- [ ] 1.4 d\n- [ ] V4 [VERIFY] v\n"
    )


@pytest.mark.parametrize(
    "line",
    [
        "  - **Verify**: run it",
        "  - **Verify:** run it",
        "  - __Verify__: run it",
        "  - **Verify** (fast): run it",
        "  - Verify: run it",
        "  **Verify**: run it",
        "  Verify: run it",
        "  * **Verify**: run it",
        "\t- **Verify**: run it",
    ],
)
def test_how_a_field_may_be_written(line: str) -> None:
    (field,) = the_task(f"- [ ] 1.1 Task\n{line}\n").fields

    assert (field.name, field.text) == ("Verify", "run it")


@pytest.mark.parametrize(
    ("written", "name"), [("Done When", "Done when"), ("Depends", "Depends on"), ("File", "Files")]
)
def test_a_field_has_one_name(written: str, name: str) -> None:
    assert with_field(written, "x").fields[0].name == name


def test_a_field_holds_its_continuation_lines_without_the_indent_of_its_bullet() -> None:
    fence = "    ```\n    - **Verify**: quoted\n    ```\n"
    text = f"- [ ] 1.1 Task\n  - **Do**:\n    1. one\n       - two\n\n{fence}  - **Verify**: v\n"
    do, verify = the_task(text).fields

    assert do.text == "1. one\n   - two\n\n```\n- **Verify**: quoted\n```"
    assert verify.text == "v"


def test_the_span_of_a_field_is_its_source() -> None:
    text = "- [ ] 1.1 Task\r\n  - **Do**: a\r\n    b\r\n  - **Verify**: c\r\n"
    do, verify = the_task(text).fields

    assert text[do.span.start : do.span.end] == "- **Do**: a\r\n    b"
    assert text[verify.span.start : verify.span.end] == "- **Verify**: c"


def test_an_unknown_plain_name_is_running_text() -> None:
    (do,) = the_task("- [ ] 1.1 Task\n  - **Do**: a\n  Example: b\n").fields

    assert do.text == "a\nExample: b"


def test_a_bullet_in_a_fence_ends_no_field() -> None:
    (do,) = the_task("- [ ] 1.1 Task\n  - **Do**: a\n  ```\n  - b\n  ```\n").fields

    assert do.text == "a\n```\n- b\n```"


def test_requirements_end_the_field_above() -> None:
    commit, requirements = the_task("- [ ] 1.1 Task\n  - **Commit**: `a`\n  - _Requirements: FR-1_\n").fields

    assert (commit.text, requirements.name, requirements.text) == ("`a`", "Requirements", "FR-1")


def test_a_plain_bullet_ends_the_field_above() -> None:
    (do,) = the_task("- [ ] 1.1 Task\n  - **Do**: a\n  - something else\n").fields

    assert do.text == "a"


@pytest.mark.parametrize(
    "text",
    [
        "- [ ] 1.1 Task\n  - **Do**:\n    - **Commit**: `step`\n",
        "- [ ] 1.1 Task\n  - **Do**: x\n\n    ```\n    **Commit**: `fenced`\n    ```\n",
        "- [ ] 1.1 Task\n  <!--\n  - **Commit**: `comment`\n  -->\n",
        "- [ ] 1.1 Task\n\n**Commit**: `outside`\n",
    ],
)
def test_what_is_no_field(text: str) -> None:
    assert the_task(text).commit is None


def test_a_nested_task_keeps_its_own_fields() -> None:
    parent, child = parse("- [ ] 1.1 Parent\n  - [ ] 1.2 Child\n    - **Files**: a.py\n", Dialect.PLAIN).tasks

    assert (parent.files, child.files) == ((), ("a.py",))


@pytest.mark.parametrize(
    ("text", "files"),
    [
        ("`src/a.py`", ("src/a.py",)),
        ("src/a.py, src/b.py", ("src/a.py", "src/b.py")),
        ("`src/a.py`, `src/b.py`", ("src/a.py", "src/b.py")),
        ("`src/a.py`, src/b.py", ("src/a.py", "src/b.py")),
        ("src/a.py (new), src/b.py (modify)", ("src/a.py", "src/b.py")),
        ("src/a.py - create", ("src/a.py",)),
        ("src/a.py — the parser", ("src/a.py",)),
        ("src/a.py and src/b.py", ("src/a.py", "src/b.py")),
        ("\n    - `src/a.py` (new)\n    - src/b.py", ("src/a.py", "src/b.py")),
        ("\n    1. src/a.py\n    2. Makefile", ("src/a.py", "Makefile")),
        ("src/a.py, src/a.py", ("src/a.py",)),
        ("src/*.py, `**/*.ts`", ("src/*.py", "**/*.ts")),
        ("`src/{a,b}.py`", ("src/{a,b}.py",)),
        ("app/(auth)/[slug]/page.tsx", ("app/(auth)/[slug]/page.tsx",)),
        ("src/a.py:12-30", ("src/a.py",)),
        ("`src/a.py` (add `run.now`)", ("src/a.py",)),
        ("update `foo.bar` in `src/a.py`", ("src/a.py",)),
        ("**src/a.py**", ("src/a.py",)),
        ("src/", ("src/",)),
        ("build", ("build",)),
        ("build (new)", ("build",)),
        ("src/a.py (replaces src/old.py)", ("src/a.py",)),
        ("src/a.py - moved from src/old.py", ("src/a.py",)),
        ("`run()`", ()),
        ("None", ()),
        ("N/A (verification only)", ()),
        ("(none - checks only)", ()),
        ("all files of the last phase", ()),
        ("as needed", ()),
    ],
)
def test_the_files_field(text: str, files: tuple[str, ...]) -> None:
    assert with_field("Files", text).files == files


@pytest.mark.parametrize(
    ("title", "files"),
    [
        ("Create model in src/models/user.py", ("src/models/user.py",)),
        ("Create `src/models/user.py`", ("src/models/user.py",)),
        ("Update src/a.py, src/b.py.", ("src/a.py", "src/b.py")),
        ("Move (src/a.py)", ("src/a.py",)),
        ("Set up tests/unit/", ("tests/unit/",)),
        ("Edit README.md and Makefile", ("README.md", "Makefile")),
        ("Lint src/*.py", ("src/*.py",)),
        ("Wire src/app/[id]/page.tsx", ("src/app/[id]/page.tsx",)),
        ("Read and/or write, input/output", ()),
        ("See https://example.org/a.html", ()),
        ("Serve GET /api/users", ()),
        ("Send `application/json`", ()),
        ("Run `pytest tests/a.py`", ()),
        ("Call `app.run()` of `user.name`", ()),
        ("Set up Node.js and Next.js", ()),
        ("Install @scope/package, e.g. v1.2.3", ()),
        ("Run with --config=a.toml, $HOME/a.toml, @types/a.d.ts", ()),
        ("Call src/run()", ()),
    ],
)
def test_paths_in_a_speckit_description(title: str, files: tuple[str, ...]) -> None:
    assert the_task(f"- [ ] T001 {title}", Dialect.SPECKIT).files == files


def test_a_speckit_task_may_have_a_files_field() -> None:
    assert the_task("- [ ] T001 Like src/a.py\n  - **Files**: src/b.py\n", Dialect.SPECKIT).files == ("src/b.py",)


def test_a_speckit_description_may_go_on_over_lines() -> None:
    task = the_task("- [ ] T002 Create it\n  in src/a.py\n  (depends on T001)\n- [ ] T001 x\n", Dialect.SPECKIT)

    assert (task.title, task.files, task.depends) == ("Create it", ("src/a.py",), ("T001",))


@pytest.mark.parametrize(
    ("text", "depends"),
    [
        ("1.2", ("1.2",)),
        ("Task 1.2", ("1.2",)),
        ("1.2, 1.3 and V4", ("1.2", "1.3", "V4")),
        ("**1.2**, `1.3`", ("1.2", "1.3")),
        ("1.2 (the parser), 1.3", ("1.2", "1.3")),
        ("1.2-1.4", ("1.2", "1.3", "1.4")),
        ("1.2 through 1.4", ("1.2", "1.3", "1.4")),
        ("1.4-1.2", ("1.4", "1.2")),
        ("1.2-9.9", ("1.2", "9.9")),
        ("\n    - 1.2\n    - 1.3", ("1.2", "1.3")),
        ("None", ()),
        ("none", ()),
        ("N/A", ()),
        ("the work in 1.2", ()),
        ("Python 3.11", ()),
        ("1.2% of it", ()),
    ],
)
def test_the_depends_on_field(text: str, depends: tuple[str, ...]) -> None:
    assert with_field("Depends on", text).depends == depends


@pytest.mark.parametrize(
    ("title", "depends"),
    [
        ("x (depends on T012)", ("T012",)),
        ("x (depends on T012, T013)", ("T012", "T013")),
        ("x (depends on T012, and on T013)", ("T012", "T013")),
        ("x (Depends: T012 & T013)", ("T012", "T013")),
        ("x (depends on T012; blocks T099)", ("T012",)),
        ("x (depends on T012-T014)", ("T012", "T013", "T014")),
        ("x (depends on T040b)", ("T040b",)),
        ("x (depends on US-1 grants)", ()),
        ("x (depends on all of Phase 2)", ()),
        ("x depends on T012", ()),
        ("x, mirrors T012", ()),
        ("x (does not depend on T012)", ()),
    ],
)
def test_dependencies_in_a_speckit_description(title: str, depends: tuple[str, ...]) -> None:
    others = "".join(f"- [ ] T{number:03} y\n" for number in range(12, 15))

    assert the_task(f"- [ ] T100 {title}\n{others}", Dialect.SPECKIT).depends == depends


@pytest.mark.parametrize(
    ("text", "commit"),
    [
        ("`feat(x): add y`", "feat(x): add y"),
        ("feat(x): add y", "feat(x): add y"),
        ("`feat: x` (only if fixes were needed)", "feat: x"),
        ("``feat: add `a` ``", "feat: add `a`"),
        ("`fix: None is handled`", "fix: None is handled"),
        ("\n    ```\n    feat: x\n\n    body\n    ```", "feat: x\n\nbody"),
        ("None", None),
        ("none (verification only)", None),
        ("`None`", None),
        ("N/A", None),
        ("No commit needed", None),
        ("-", None),
        ("", None),
    ],
)
def test_the_commit_field(text: str, commit: str | None) -> None:
    assert with_field("Commit", text).commit == commit
