"""Which rules run: those on by default or selected, without those ignored. The more exact word wins."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ralph_hooks.errors import UsageError
from ralph_hooks.lint.globs import matches
from ralph_hooks.lint.model import Rule

ALL = "ALL"
_EXACT = 100  # above the length of any prefix


def select(rules: Sequence[Rule], selected: Iterable[str], ignored: Iterable[str]) -> tuple[Rule, ...]:
    """The rules that run, in the order of `rules`. Without `selected`: those that are on by default.

    A word is a code, the beginning of one (`RH2`), a name, or ALL. Raises UsageError for any other.
    """
    selected, ignored = tuple(selected), tuple(ignored)
    for word in (*selected, *ignored):
        check_word(word, rules)
    chosen = []
    for rule in rules:
        wanted = _closeness(rule, selected) if selected else 0 if rule.default else -1
        if wanted > _closeness(rule, ignored):
            chosen.append(rule)
    return tuple(chosen)


def for_file(rules: Sequence[Rule], path: str, per_file: Iterable[tuple[str, Sequence[str]]]) -> tuple[Rule, ...]:
    """`rules` without those that `per_file` (glob, words) ignores for `path`."""
    words = [word for glob, ignored in per_file if matches(path, [glob]) for word in ignored]
    return tuple(rule for rule in rules if _closeness(rule, words) < 0)


def check_word(word: str, rules: Sequence[Rule]) -> None:
    """Raises UsageError when `word` stands for no rule."""
    if not any(_matches(rule, word) >= 0 for rule in rules):
        raise UsageError(f"there is no rule {word!r}", nearest(word, rules))


def find(word: str, rules: Sequence[Rule]) -> Rule:
    """The one rule with that code or name. Raises UsageError."""
    found = next((rule for rule in rules if word.upper() == rule.code or word.lower() == rule.name), None)
    if found is None:
        raise UsageError(f"there is no rule {word!r}", nearest(word, rules))
    return found


def nearest(word: str, rules: Sequence[Rule]) -> str:
    """What to do instead of a word that stands for no rule."""
    import difflib  # noqa: PLC0415 - only for a mistyped word

    words = {known.lower(): known for rule in rules for known in (rule.code, rule.name)}
    near = difflib.get_close_matches(word.lower(), words, n=1)
    return f"did you mean {words[near[0]]}?" if near else "see `ralph-hooks rule`"


def _closeness(rule: Rule, words: Iterable[str]) -> int:
    return max((_matches(rule, word) for word in words), default=-1)


def _matches(rule: Rule, word: str) -> int:
    """How exactly `word` means `rule`; -1: not at all."""
    if word.upper() == ALL:
        return 0
    if word.upper() == rule.code or word.lower() == rule.name:
        return _EXACT
    return len(word) if len(word) >= 2 and rule.code.startswith(word.upper()) else -1
