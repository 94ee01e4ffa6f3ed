"""Comments that hide findings: `<!-- ralph-hooks: ignore[RH201, other-rule] reason -->`.

Behind text: on that line. Alone on its line: on the next line with text. `ignore-file[…]`: in the whole file. On the
line of a task: in all of that task. Each must hide something, or it is a finding of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Self

from ralph_hooks.lint.model import Edit, Fix, Problem, Rule
from ralph_hooks.lint.places import Places
from ralph_hooks.lint.selection import nearest
from ralph_hooks.patterns import pattern
from ralph_hooks.records import NamedTuple
from ralph_hooks.tasklist.model import Span
from ralph_hooks.tasklist.structure import outline

UNUSED = "RH901"  # the rule that finds comments which hide nothing
_COMMENT = pattern(r"<!--[ \t]*ralph-hooks:(?P<said>(?:(?!-->|<!--)[^\r\n])*)-->")
_SAID = pattern(r"[ \t]*(?P<kind>ignore(?:-file)?)[ \t]*\[(?P<rules>[^\]]*)\]")
_HOW = "write `ralph-hooks: ignore[RULE] reason`, or ignore-file[RULE]"


class Suppression(NamedTuple):
    """One rule that one comment names. `target`: the line it is about, None for the whole file."""

    rule: str
    target: int | None
    line: int  # of the comment
    span: Span  # of the whole comment
    alone: bool  # the comment names no other rule


class Suppressions:
    """Those of one text, and which of them have hidden something so far."""

    def __init__(self, listed: Sequence[Suppression], unclear: Sequence[tuple[int, Span]]) -> None:
        """`unclear`: the lines and places of comments that name us and cannot be read."""
        self.listed = listed
        self.unclear = unclear
        self.used: set[Suppression] = set()
        self._places: dict[tuple[str, int | None], list[Suppression]] = {}
        for one in listed:
            self._places.setdefault((one.rule.lower(), one.target), []).append(one)

    @classmethod
    def of(cls, text: str, places: Places) -> Self:
        comments = _comments(text, places)
        targets = _targets(places) if comments else []
        listed: list[Suppression] = []
        unclear: list[tuple[int, Span]] = []
        for line, match in comments:
            said = _SAID.match(match["said"])
            names = dict.fromkeys(name.strip() for name in said["rules"].split(",")) if said else {}
            span = Span(match.start(), match.end())
            if said is None or not all(names):
                unclear.append((line, span))
                continue
            target = None if said["kind"] == "ignore-file" else targets[line - 1]
            listed += [Suppression(name, target, line, span, len(names) == 1) for name in names]
        return cls(listed, unclear)

    def hide(self, rule: Rule, lines: frozenset[int]) -> bool:
        """Whether a finding of `rule` on `lines` is hidden. All comments that hide it count as used."""
        if not self.listed:
            return False
        keys = [(word, target) for word in (rule.code.lower(), rule.name) for target in (None, *lines)]
        hiding = [one for key in keys for one in self._places.get(key, ())]
        self.used.update(hiding)
        return bool(hiding)


def unused(suppressions: Suppressions, rules: Sequence[Rule], known: Sequence[Rule]) -> Iterator[tuple[int, Problem]]:
    """What is wrong with the comments, each with its line. One whose rule did not run may be used at another time."""
    for line, span in suppressions.unclear:
        yield line, Problem(span, f"this comment hides nothing: {_HOW}")
    running, there = _words(rules), _words(known)
    for one in suppressions.listed:
        word = one.rule.lower()
        if one in suppressions.used or there.get(word) == UNUSED:
            continue
        if word not in there:
            yield one.line, Problem(one.span, f"there is no rule {one.rule}; {nearest(one.rule, known)}")
        elif word in running:
            where = "in this file" if one.target is None else f"on line {one.target}"
            removal = Fix((Edit(one.span, ""),), "the reason goes too") if one.alone else None
            yield one.line, Problem(one.span, f"{one.rule} finds nothing {where}", removal)


def _words(rules: Sequence[Rule]) -> dict[str, str]:
    return {word: rule.code for rule in rules for word in (rule.code.lower(), rule.name)}


def _comments(text: str, places: Places) -> list[tuple[int, re.Match[str]]]:
    if "ralph-hooks:" not in text:
        return []
    # A comment is an HTML block of its own. Turned into words it is none, and whatever still counts as code then is an
    # example in a fence, which hides nothing.
    words = _COMMENT.sub(lambda match: "w" * len(match[0]), text)
    opaque = outline(words).opaque
    found = [(places.place(match.start())[0], match) for match in _COMMENT.finditer(text)]
    return [(line, match) for line, match in found if not opaque[line - 1]]


def _targets(places: Places) -> list[int]:
    """For each line, the one that a comment on it is about: itself, or where it is a comment alone, the next text."""
    targets = list(range(1, len(places.lines) + 1))
    below = None
    for at in reversed(range(len(targets))):
        if _COMMENT.sub("", places.lines[at].text).strip():
            below = targets[at]
        else:
            targets[at] = below or targets[at]
    return targets
