"""What a task declares: the paths of a Files field, the paths named in a spec-kit description, the commit message.

Nothing here guesses from prose: a doubtful path is left out, since a false one keeps two tasks apart for nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ralph_hooks.patterns import pattern
from ralph_hooks.tasklist.paths import clean, is_declared, is_path

_NONE = pattern(r"[(*_]*(?:none|n/?a|nothing|no commit)(?![\w/])|`+(?:none|n/a)`+|[-—\u2013]\s*\Z", re.IGNORECASE)
_COMMA = pattern(r"[,;]")
_BULLET = pattern(r"[ \t]*(?:(?:[-*+]|[0-9]+[.)])[ \t]+)?(?:\[.\][ \t]+)?")
_CODE = pattern(r"(`+)(?P<text>[^`\n]+)\1")
_SPACED_NOTE = pattern(r"(?:(?<=\s)|^)\([^()]*\)")  # not `app/(auth)/page.tsx`
_DASH_NOTE = pattern(r"(?<=\s)(?:--?|—|\u2013|→|->|#)\s.*$")


def files(text: str) -> tuple[str, ...]:
    """The paths of a Files field, in source order, each once; notes such as "(new)" are dropped, "None" is empty."""
    return tuple(dict.fromkeys(_field_paths(text)))


def named_files(text: str) -> tuple[str, ...]:
    """The paths that a description names: in backticks, or words that can only be paths."""
    return tuple(dict.fromkeys(_named(text)))


def commit(text: str) -> str | None:
    """The message of a Commit field: what is in its backticks, else its first line. None where it says "None"."""
    if not text.strip() or _NONE.match(text.lstrip()):
        return None
    code = re.search(r"(?<!`)(`+)(?!`)(?P<text>.+?)(?<!`)\1(?!`)", text, re.DOTALL)
    if not code:
        return text.strip().split("\n", 1)[0].strip()
    # A fenced message keeps its lines; the word after the fence is its language.
    inner = re.sub(r"\A[\w-]*\n", "", code["text"]) if len(code[1]) >= 3 else code["text"]
    return inner.strip() or None


def _field_paths(text: str) -> Iterator[str]:
    for line in text.split("\n"):
        body = line[match.end() :] if (match := _BULLET.match(line)) else line
        if not _NONE.match(body):
            for part in _split(body):
                yield from _listed(_DASH_NOTE.sub("", _SPACED_NOTE.sub(" ", part)))


def _listed(part: str) -> Iterator[str]:
    """The paths between two commas: a word that stands alone, or those of several that can only be paths."""
    code = [match["text"] for match in _CODE.finditer(part)]
    prose = _CODE.sub(" ", part).split()
    alone = len(code or prose) == 1 and not (code and prose)
    yield from (clean(word) for word in code or prose if (is_declared if alone else is_path)(clean(word)))


def _split(text: str) -> Iterator[str]:
    """The parts between commas, but for those of `{a,b}` and `(x, y)`."""
    if "{" not in text and "(" not in text:
        yield from _COMMA.split(text)
        return
    depth = start = 0
    for position, char in enumerate(text):
        depth = max(0, depth + (char in "({") - (char in ")}"))
        if char in ",;" and not depth:
            yield text[start:position]
            start = position + 1
    yield text[start:]


def _named(text: str) -> Iterator[str]:
    for code in _CODE.finditer(text):
        if is_path(clean(code["text"])):
            yield clean(code["text"])
    for word in _CODE.sub(" ", text).split():
        if is_path(clean(word)):
            yield clean(word)
