"""All rules on any text: no crash, fixing ends and never makes it worse, and what has no fix keeps its bytes."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reliability import Proved

from ralph_hooks.lint import files
from ralph_hooks.lint.discover import Target
from ralph_hooks.lint.model import Settings, Surroundings
from ralph_hooks.lint.rules import RULES
from ralph_hooks.lint.run import Checked, Listed, Options, check, fix
from ralph_hooks.tasklist.model import Dialect

PIECES = [
    "- [ ] ", "- [x] ", "- [X]", "-[ ] ", "* [ ] ", "  - [ ] ", "1.1 ", "1.2 ", "2.1 ", "T001 ", "T002 ", "V4 ", "V6 ",
    "[P] ", "[p] ", "[P][P] ", "[VERIFY] ", "[PARALEL] ", "[SEQUENTIAL] ", "[RED] ", "[GREEN] ", "[US1] ",
    "(depends on 1.1) ", "One ", "src/a.py ", "**/*.py ", "src/ ", "package.json ", "/etc/passwd ", "`b.py` ",
    "\n", "\n", "\n", "\r\n", "\n\n",
    "  - **Do**: create src/a.py\n", "  - **Files**: src/a.py, src/b.py\n", "  - **Verify**: look at it manually\n",
    "  - **Commit**: did it\n", "  - **Depends on**: 1.2\n", "## Phase 1\n", "### [PARALLEL] a\n", "### [/PARALLEL]\n",
    "### [SEQUENTIAL after a]\n", "Total: 7 tasks\n", "[P]: x\n", "```\n", "<!-- ", "-->",
    "<!-- ralph-hooks: ignore[RH201] -->",
    "<!-- ralph-hooks: ignore-file[same-file, RH5] x -->\n", "\t", "\ufeff", "\0", "\udcff", "ä",
]  # fmt: skip
TEXTS = st.one_of(st.lists(st.sampled_from(PIECES), max_size=60).map("".join), st.text())
STATES = st.sampled_from([None, {}, {"totalTasks": 3, "taskIndex": 9, "phase": "execution"}, {"totalTasks": []}])


def listed(text: str, state: dict[str, object] | None = None) -> Listed:
    # As it is read: a text that no file can hold is no case.
    source = files.decode(files.encode(text)) if text.isprintable() else files.Source(text)
    return Listed(Target(Path("tasks.md"), "tasks.md", "tasks.md"), source, Surroundings("tasks.md", state))


def options(dialect: Dialect | None = None) -> Options:
    return Options(RULES, RULES, Settings(required_fields=("Verify",)), dialect)


def hold(one: Listed, dialect: Dialect | None = None) -> None:
    """The promises of fixing."""
    before = check(one, options(dialect))
    for unsafe in (False, True):
        once = fix(one, options(dialect), unsafe=unsafe)
        assert len(once.findings) <= len(before.findings)
        _again(one, once, dialect, unsafe=unsafe)
        if not any(finding.fixable for finding in before.findings):
            assert once.text == one.source.text


def _again(one: Listed, once: Checked, dialect: Dialect | None, *, unsafe: bool) -> None:
    second = Listed(one.target, files.Source(once.text), one.surroundings)
    assert fix(second, options(dialect), unsafe=unsafe).text == once.text


@given(TEXTS, STATES, st.sampled_from([None, *Dialect]))
def test_any_text(text: str, state: dict[str, object] | None, dialect: Dialect | None) -> None:
    hold(listed(text, state), dialect)


@pytest.mark.slow
@settings(max_examples=2000, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(text=TEXTS, state=STATES, dialect=st.sampled_from([None, *Dialect]))
def test_many_texts(proved: Proved, text: str, state: dict[str, object] | None, dialect: Dialect | None) -> None:
    hold(listed(text, state), dialect)
    proved("texts linted and fixed", 1)


@pytest.mark.slow
@settings(
    max_examples=150,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(st.data())
def test_real_lists_with_odd_pieces_put_in_and_pieces_taken_out(corpus: Path, data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(sorted(corpus.rglob("*.md"))))
    text = files.read(path).text or ""
    start = data.draw(st.integers(0, len(text)))
    text = text[start : start + 6000]
    for _ in range(data.draw(st.integers(0, 5))):
        at = data.draw(st.integers(0, len(text)))
        text = text[:at] + data.draw(st.sampled_from(PIECES)) + text[at + data.draw(st.integers(0, 20)) :]
    hold(listed(text))
