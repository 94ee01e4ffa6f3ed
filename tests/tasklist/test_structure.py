"""The parser of Markdown is asked for what a text can have, and nothing is lost by that."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ralph_hooks.tasklist import structure

PIECES = [
    "- ", "* ", "+ ", "-", "1. ", "2) ", "> ", ">", "  ", "    ", "\t", " ", "# ", "## ", "## x ##", "```", "````",
    "~~~", "---", "===", "=", "--", "***", "* * *", "_ _ _", "__", "<div>", "</div>", "<!--", "-->", "<b>", "<?x",
    "<!X", "x", "x y", "**x**", "[ ] 1.1 x", "[P]: x", "\0", "\x0c", "\n", "\n", "\n", "\n\n", "\r", "\r\n",
    "\n  ", "\n> ",
]  # fmt: skip
TEXTS = st.lists(st.sampled_from(PIECES), max_size=20).map("".join)


def with_all_rules(text: str) -> structure.Outline:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(structure, "_idle", lambda _: [])
        return structure.outline(text)


@settings(deadline=None)
@given(TEXTS)
def test_a_rule_that_is_switched_off_would_have_found_nothing(text: str) -> None:
    assert structure.outline(text) == with_all_rules(text)


@pytest.mark.slow
@settings(deadline=None, max_examples=20_000)
@given(TEXTS)
def test_no_rule_is_missing_in_many_texts(text: str) -> None:
    assert structure.outline(text) == with_all_rules(text)


def test_no_rule_is_missing_in_real_lists(corpus: Path) -> None:
    for path in sorted(corpus.rglob("*.md")):
        text = path.read_bytes().decode("utf-8", "surrogateescape")
        assert structure.outline(text) == with_all_rules(text)


@pytest.mark.parametrize(
    ("text", "needed"),
    [
        ("- [ ] 1.1 [P] Make -> it = new\n  - **Files**: `a`\n\n# x\n", set()),
        ("- > x\n", {"blockquote"}),
        ("- ~~~ x\n", {"fence"}),
        ("x\n\n- - -\n", {"hr"}),
        ("x\n\n---\n", {"hr"}),
        ("x <b>\n", {"html_block"}),
        ("x\n===\n", {"lheading"}),
        ("> x\n> ---\n", {"blockquote", "hr", "lheading"}),
    ],
)
def test_what_a_text_needs(text: str, needed: set[str]) -> None:
    assert set(structure._SIGNS) - set(structure._idle(text)) == needed
