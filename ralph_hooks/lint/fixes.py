"""Applying fixes to a text, until none is left that makes it better."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice, pairwise

from ralph_hooks.lint.model import Edit, Finding, Fix
from ralph_hooks.records import NamedTuple

Findings = tuple[Finding, ...]
_TRIES = 50  # of parts of the fixes that were too many together: each costs one look at the whole text


class Fixed(NamedTuple):
    """The text after its fixes, what is still found in it, and how many fixes there were."""

    text: str
    findings: Findings
    fixes: int


def fix(text: str, lint: Callable[[str], Findings], *, unsafe: bool) -> Fixed:
    """Apply the safe fixes, with `unsafe` the others too.

    Each step must leave fewer findings, or as many with fewer to fix. So the end is reached, a second run changes
    nothing, and a fix that lays open worse things than it mends (a marker spelt right makes a group) is not applied.
    """
    found = lint(text)
    count = 0
    while True:
        fixes = list(_apart(applicable(found, unsafe=unsafe)))
        step = _step(text, fixes, found, lint, unsafe=unsafe)
        if step is None:
            return Fixed(text, found, count)
        text, found, applied = step
        count += applied


def applicable(findings: Findings, *, unsafe: bool) -> list[Fix]:
    """The fixes that may be applied."""
    return [one.fix for one in findings if one.fix and one.fix.edits and (unsafe or one.fix.unsafe is None)]


def edited(text: str, edits: Sequence[Edit]) -> str:
    """`text` with edits that do not overlap."""
    for edit in sorted(edits, key=lambda edit: edit.span.start, reverse=True):
        text = text[: edit.span.start] + edit.text + text[edit.span.end :]
    return text


def diff(path: str, old: str, new: str) -> str:
    """A unified diff that `git apply` takes. Lines end at line feeds alone, as for git."""
    import difflib  # noqa: PLC0415 - for `--diff` alone

    lines = difflib.unified_diff(_lines(old), _lines(new), f"a/{path}", f"b/{path}")
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


def _lines(text: str) -> list[str]:
    lines = [f"{line}\n" for line in text.split("\n")]
    lines[-1] = lines[-1].removesuffix("\n")
    return [line for line in lines if line]


def _step(
    text: str, fixes: list[Fix], found: Findings, lint: Callable[[str], Findings], *, unsafe: bool
) -> tuple[str, Findings, int] | None:
    """The largest part of the fixes, halved and halved again, that makes the text better."""
    for chosen in _parts(fixes):
        new = edited(text, [edit for one in chosen for edit in one.edits])
        now = lint(new) if new != text else found
        if _better(now, found, len(chosen), unsafe=unsafe):
            return new, now, len(chosen)
    return None


def _parts(fixes: list[Fix]) -> Iterator[list[Fix]]:
    waiting = [fixes] if fixes else []
    for part in islice(waiting, _TRIES):  # grows while it is read
        yield part
        half = len(part) // 2
        waiting += [part[:half], part[half:]] if half else []


def _better(now: Findings, before: Findings, count: int, *, unsafe: bool) -> bool:
    """Whether each of `count` fixes has mended what it is for: one that helps must not pay for one that harms."""
    if count > 1:
        return len(now) <= len(before) - count
    return _burden(now, unsafe=unsafe) < _burden(before, unsafe=unsafe)


def _burden(findings: Findings, *, unsafe: bool) -> tuple[int, int]:
    return len(findings), len(applicable(findings, unsafe=unsafe))


def _apart(fixes: Sequence[Fix]) -> Iterator[Fix]:
    """Those that touch no place that an earlier one touches; the others get their turn in the next round."""
    taken: list[tuple[int, int]] = []
    for one in fixes:
        spans = sorted((edit.span.start, edit.span.end) for edit in one.edits)
        own = [start < end for (_, end), (start, _) in pairwise(spans)]
        if not any(own) and not any(_meet(span, other) for span in spans for other in taken):
            taken += spans
            yield one


def _meet(one: tuple[int, int], other: tuple[int, int]) -> bool:
    # Two insertions at one place meet too: their order would be a matter of chance.
    return one[0] <= other[1] and other[0] <= one[1]
