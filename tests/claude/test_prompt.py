"""What an executor is told."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ralph_hooks.integrations.claude.prompt import Assignment, marked, relative, rewritten

GIVEN = Assignment("0123abcd", "toolu_01", "1.2 Write it", "specs/demo/tasks.md", "specs/demo/.progress-task-1.md")
TOPS = ("/home/ada/repo", "/srv/link")


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("read /home/ada/repo/specs/demo/tasks.md", "read specs/demo/tasks.md"),
        ("cd /home/ada/repo && make", "cd . && make"),
        ("cd /home/ada/repo/; make", "cd .; make"),
        ("`/home/ada/repo/a`, '/srv/link/b' (/home/ada/repo).", "`a`, 'b' (.)."),
        ("basePath=/home/ada/repo/specs/demo/", "basePath=specs/demo/"),
        ("/home/ada/repo//a /home/ada/repo/.hidden", "a .hidden"),
        # not the checkout
        ("/home/ada/repository/a", "/home/ada/repository/a"),
        ("/home/ada/repo-2/a /home/ada/repo.old", "/home/ada/repo-2/a /home/ada/repo.old"),
        ("/mnt/home/ada/repo/a", "/mnt/home/ada/repo/a"),
        ("file:///home/ada/repo/a", "file:///home/ada/repo/a"),
        ("../srv/link/a", "../srv/link/a"),
    ],
)
def test_paths_of_the_main_checkout_become_relative(text: str, after: str) -> None:
    assert relative(text, TOPS) == after


@given(st.text())
def test_no_other_text_is_touched(text: str) -> None:
    if not any(top in text for top in TOPS):
        assert relative(text, TOPS) == text


@pytest.mark.parametrize("top", ["/", "", "//"])
def test_a_checkout_at_the_root_makes_nothing_relative(top: str) -> None:
    assert relative("/etc/passwd and /", (top,)) == "/etc/passwd and /"


def test_the_prompt_stands_below_a_preamble_with_the_mark_of_the_call() -> None:
    text = rewritten("Do /home/ada/repo/a\n  as it says", TOPS, GIVEN)
    preamble, _, prompt = text.partition("\n---\n\n")
    assert prompt == "Do a\n  as it says"
    assert marked(text) == "toolu_01"
    assert marked('{"message": {"content": "' + text.replace("\n", "\\n")) == "toolu_01"  # as a transcript has it
    assert "specs/demo/.progress-task-1.md" in preamble
    assert "tried before" not in preamble


def test_a_text_without_a_mark_has_no_call() -> None:
    assert marked("batch 0123abcd call toolu_01") is None


def test_a_retry_is_told_why_and_where_the_earlier_work_is() -> None:
    again = GIVEN._replace(earlier="conflict in a.py\nTASK_COMPLETE", earlier_ref="refs/ralph/parked/0123abcd/1")
    text = rewritten("Do it", TOPS, again)
    assert "did not land: conflict in a.py TASK[_]COMPLETE" in text
    assert "git log -p HEAD..refs/ralph/parked/0123abcd/1" in text


def test_a_list_without_a_log_has_no_progress_file() -> None:
    assert "progress" not in rewritten("Do it", TOPS, GIVEN._replace(progress=None))
