"""Which rules run."""

from __future__ import annotations

import pytest
from small_rules import SMALL

from ralph_hooks.errors import UsageError
from ralph_hooks.lint.globs import matches
from ralph_hooks.lint.selection import find, for_file, select


@pytest.mark.parametrize(
    ("selected", "ignored", "codes"),
    [
        ([], [], "981 982 984 901 902"),
        (["ALL"], [], "981 982 983 984 901 902"),
        (["RH98"], [], "981 982 983 984"),
        (["rh981"], [], "981"),
        (["todo", "RH901"], [], "981 901"),
        (["Todo"], [], "981"),
        ([], ["RH98"], "901 902"),
        ([], ["todo"], "982 984 901 902"),
        ([], ["ALL"], ""),
        (["RH981"], ["RH98"], "981"),
        (["RH98"], ["RH981"], "982 983 984"),
        (["RH981"], ["todo"], ""),
        (["RH"], ["RH9"], ""),
        (["ALL"], ["RH98"], "901 902"),
    ],
)
def test_the_more_exact_word_wins_and_ignoring_wins_a_tie(selected: list[str], ignored: list[str], codes: str) -> None:
    assert [rule.code[2:] for rule in select(SMALL, selected, ignored)] == codes.split()


@pytest.mark.parametrize(
    ("word", "todo"),
    [
        ("RH9811", "did you mean RH981?"),
        ("tod", "did you mean todo?"),
        ("R", "see `ralph-hooks rule`"),
        ("", "see `ralph-hooks rule`"),
        ("nonsense", "see `ralph-hooks rule`"),
    ],
)
def test_an_unknown_word_is_an_error_with_the_nearest_name(word: str, todo: str) -> None:
    for arguments in (([word], []), ([], [word])):
        with pytest.raises(UsageError) as error:
            select(SMALL, *arguments)
        assert str(error.value) == f"there is no rule {word!r}; {todo}"


def test_find_takes_codes_and_names_but_no_beginnings() -> None:
    assert find("rh981", SMALL) == find("TODO", SMALL) == SMALL[0]
    with pytest.raises(UsageError):
        find("RH98", SMALL)


def test_a_file_can_have_rules_of_its_own_switched_off() -> None:
    per_file = [("old/**", ["RH98"]), ("tasks.md", ["unused-suppression"])]
    assert [rule.code for rule in for_file(SMALL, "old/a/tasks.md", per_file)] == ["RH902"]
    assert len(for_file(SMALL, "new/tasks.md", per_file)) == len(SMALL) - 1
    assert for_file(SMALL, "new/list.md", per_file) == SMALL


@pytest.mark.parametrize(
    ("glob", "path", "so"),
    [
        ("tasks.md", "tasks.md", True),
        ("tasks.md", "a/b/tasks.md", True),
        ("tasks.md", "a/mytasks.md", False),
        ("/tasks.md", "a/tasks.md", False),
        ("/tasks.md", "tasks.md", True),
        ("old", "old/a/tasks.md", True),
        ("old/", "a/old/tasks.md", True),
        ("specs/old", "specs/old/tasks.md", True),
        ("specs/old", "a/specs/old/tasks.md", False),
        ("./specs/old", "specs/old/tasks.md", True),
        ("specs/*/tasks.md", "specs/a/tasks.md", True),
        ("specs/*/tasks.md", "specs/a/b/tasks.md", False),
        ("specs/**/tasks.md", "specs/tasks.md", True),
        ("specs/**/tasks.md", "specs/a/b/tasks.md", True),
        ("**/old/*", "a/b/old/tasks.md", True),
        ("specs/**", "specs/a/tasks.md", True),
        ("specs/**", "specsother/tasks.md", False),
        ("*.md", "a/tasks.md", True),
        ("?asks.md", "tasks.md", True),
        ("?asks.md", "/asks.md", False),
        ("[st]asks.md", "tasks.md", True),
        ("[!t]asks.md", "tasks.md", False),
        ("[a-z]asks.md", "tasks.md", True),
        ("[z-a]asks.md", "tasks.md", False),
        ("[", "[", True),
        ("a+b", "a+b", True),
        ("a+b", "aab", False),
        ("tasks.md", "tasksxmd", False),
    ],
)
def test_globs_are_those_of_gitignore(glob: str, path: str, *, so: bool) -> None:
    assert matches(path, [glob]) is so
