"""The blocks of a text are those of CommonMark: as markdown-it-py sees them, but for what it gets wrong itself."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_oracle import structure

from ralph_hooks.tasklist.structure import outline

BULLETS = ["- ", "* ", "+ ", "-", "1. ", "2. ", "3) ", "01. "]
OTHERS = [
    "> ", ">", "# ", "## ", "#", "## x ##", "```", "````", "~~~", "---", "===", "=", "***", "- - -", "_ _ _",
    "<div>", "</div>", "<!--", "-->", "<b>", "<b a='>'>", "<?x", "?>", "<pre>", "</pre>", "<!X", "<![CDATA[", "]]>",
    "x", "x y", "`", "[ ] 1.1 x", "[P]: x", "a<b", "",
]  # fmt: skip
ENDS = ["\n", "\n", "\n\n", "\n\n\n"]


def texts(*pieces: str) -> st.SearchStrategy[str]:
    return st.lists(st.sampled_from(pieces), max_size=20).map(lambda found: "".join(found) + "\n")


def alike(text: str) -> None:
    found = outline(text)
    assert ([*found.items], [*found.headings], found.opaque) == structure(text)


# markdown-it-py takes some lines for code that go on with a paragraph: see below. Text in few columns has none of them.
@given(texts(*BULLETS, *OTHERS, *ENDS, "\n ", "\n  ").filter(lambda text: not re.search(r"^ {4}", text, re.MULTILINE)))
def test_blocks_in_quotations_and_lists(text: str) -> None:
    alike(text)


@given(texts(*BULLETS, *(one for one in OTHERS if ">" not in one), *ENDS, "\n  ", "\n    ", "\n\t", "\n      "))
def test_lists_in_lists_with_code_and_tabs(text: str) -> None:
    alike(text)


@pytest.mark.slow
@settings(deadline=None, max_examples=20_000)
@given(texts(*BULLETS, *OTHERS, *ENDS, "\n ", "\n  ").filter(lambda text: not re.search(r"^ {4}", text, re.MULTILINE)))
def test_many_texts(text: str) -> None:
    alike(text)


def test_real_lists(corpus: Path) -> None:
    for path in sorted(corpus.rglob("*.md")):
        text = path.read_bytes().decode("utf-8", "replace").replace("\r\n", "\n").removeprefix("\ufeff")
        if not text.startswith("---\n"):
            alike(text if text.endswith("\n") else f"{text}\n")


@pytest.mark.parametrize(
    ("text", "opaque"),
    [
        # Text in four columns goes on with a paragraph, also where the containers of the paragraph do not go on.
        (">> x\n    - y\n", [0, 0]),
        ("-    x\n    > y\n", [0, 0]),
        # There is no paragraph to go on with here.
        (">\n    > x\n", [0, 1]),
    ],
)
def test_where_markdown_it_is_wrong(text: str, opaque: list[int]) -> None:
    assert [*outline(text).opaque] == [*opaque, 0]
    assert structure(text)[2] != outline(text).opaque


@pytest.mark.parametrize("opening", ["- ", "> ", "1. "])
def test_what_is_nested_too_deep_is_text(opening: str) -> None:
    assert outline(opening * 100 + "# x\n\n# y\n").headings == ((1, "y", 3),)
