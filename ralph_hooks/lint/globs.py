"""Globs over relative paths with forward slashes, in the way of `.gitignore`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache


def matches(path: str, globs: Iterable[str]) -> bool:
    """Whether one of `globs` names `path` or a folder that it lies in.

    A glob without a slash is a name at any depth, one with a slash begins at the top; `*` and `?` stop at slashes, `**`
    does not.
    """
    return any(_pattern(glob).fullmatch(path) for glob in globs)


@cache
def _pattern(glob: str) -> re.Pattern[str]:
    body = glob.removeprefix("./").strip("/")
    anchored = "/" in glob.removeprefix("./").rstrip("/")
    pieces = re.split(r"(\*\*/|/\*\*|\*|\?|\[[!^]?\]?[^\]/]*\])", body)
    inner = "".join(_translated(piece) for piece in pieces)
    return re.compile(("" if anchored else "(?:.*/)?") + inner + "(?:/.*)?", re.DOTALL)


def _translated(piece: str) -> str:
    special = {"**/": "(?:.*/)?", "/**": "(?:/.*)?", "*": "[^/]*", "?": "[^/]"}
    if piece in special:
        return special[piece]
    if piece.startswith("[") and piece.endswith("]") and len(piece) > 2:
        negated = piece[1] in "!^"
        content = piece[2:-1] if negated else piece[1:-1]
        # Ranges stay ranges; everything else that means something to `re` is itself.
        escaped = re.sub(r"([\\\[\]^&~|])", r"\\\1", content)
        try:
            return re.compile(f"(?!/)[{'^' if negated else ''}{escaped}]").pattern
        except re.error:  # `[z-a]`
            return re.escape(piece)
    return re.escape(piece)
