"""Comments that hide findings: `<!-- ralph-hooks: ignore[RH201, other-rule] reason -->`.

Behind text: on that line. Alone on its line: on the next line with text. `ignore-file[…]`: in the whole file. On the
line of a task: in all of that task. Each must hide something, or it is a finding of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from ralph_hooks.lint.model import Edit, Fix, Problem, Rule
from ralph_hooks.lint.places import Places
from ralph_hooks.lint.selection import nearest
from ralph_hooks.tasklist.model import Span
from ralph_hooks.tasklist.structure import outline

UNUSED = "RH901"  # the rule that finds comments which hide nothing
_COMMENT = re.compile(r"<!--[ \t]*ralph-hooks:(?P<said>(?:(?!-->)[^\r\n])*)-->")
_SAID = re.compile(r"[ \t]*(?P<kind>ignore(?:-file)?)[ \t]*\[(?P<rules>[^\]]*)\]")
_HOW = "write `ralph-hooks: ignore[RULE] reason`, or ignore-file[RULE]"


@dataclass(frozen=True, slots=True)
class Suppression:
    """One rule that one comment names. `target`: the line it is about, None for the whole file."""

    rule: str
    target: int | None
    line: int  # of the comment
    span: Span  # of the whole comment


@dataclass(slots=True)
class Suppressions:
    """Those of one text, and which of them have hidden something so far."""

    listed: tuple[Suppression, ...]
    unclear: tuple[tuple[int, Span], ...]  # comments that name us and cannot be read
    used: set[Suppression] = field(default_factory=set)

    @classmethod
    def of(cls, text: str, places: Places) -> Suppressions:
        comments = _comments(text, places)
        listed: list[Suppression] = []
        unclear: list[tuple[int, Span]] = []
        for line, match in comments:
            said = _SAID.match(match["said"])
            names = [name.strip() for name in said["rules"].split(",")] if said else []
            span = Span(match.start(), match.end())
            if said is None or not all(names):
                unclear.append((line, span))
                continue
            target = None if said["kind"] == "ignore-file" else _target(line, places)
            listed += [Suppression(name, target, line, span) for name in dict.fromkeys(names)]
        return cls(tuple(listed), tuple(unclear))

    def hide(self, rule: Rule, lines: frozenset[int]) -> bool:
        """Whether a finding of `rule` on `lines` is hidden. All comments that hide it count as used."""
        hiding = [one for one in self.listed if _names(one.rule, rule) and (one.target is None or one.target in lines)]
        self.used.update(hiding)
        return bool(hiding)


def unused(suppressions: Suppressions, rules: Sequence[Rule], known: Sequence[Rule]) -> Iterator[tuple[int, Problem]]:
    """What is wrong with the comments, each with its line. One whose rule did not run may be used at another time."""
    for line, span in suppressions.unclear:
        yield line, Problem(span, f"this comment hides nothing: {_HOW}")
    for one in suppressions.listed:
        if one in suppressions.used or any(_names(one.rule, rule) and rule.code == UNUSED for rule in known):
            continue
        if not any(_names(one.rule, rule) for rule in known):
            yield one.line, Problem(one.span, f"there is no rule {one.rule}; {nearest(one.rule, known)}")
        elif any(_names(one.rule, rule) for rule in rules):
            where = "in this file" if one.target is None else f"on line {one.target}"
            yield one.line, Problem(one.span, f"{one.rule} finds nothing {where}", _removal(one, suppressions))


def _removal(one: Suppression, suppressions: Suppressions) -> Fix | None:
    """Taking the comment away, where it names nothing else."""
    siblings = [other for other in suppressions.listed if other.span == one.span]
    return Fix((Edit(one.span, ""),), "the reason goes too") if len(siblings) == 1 else None


def _comments(text: str, places: Places) -> list[tuple[int, re.Match[str]]]:
    if "ralph-hooks:" not in text:
        return []
    # A comment is an HTML block of its own. Turned into words it is none, and whatever still counts as code then is an
    # example in a fence, which hides nothing.
    words = _COMMENT.sub(lambda match: "w" * len(match[0]), text)
    opaque = outline(words).opaque
    found = [(places.place(match.start())[0], match) for match in _COMMENT.finditer(text)]
    return [(line, match) for line, match in found if not opaque[line - 1]]


def _target(line: int, places: Places) -> int:
    if _COMMENT.sub("", places.text(line)).strip():
        return line
    below = range(line + 1, len(places.lines) + 1)
    return next((number for number in below if _COMMENT.sub("", places.text(number)).strip()), line)


def _names(name: str, rule: Rule) -> bool:
    return name.upper() == rule.code or name.lower() == rule.name
