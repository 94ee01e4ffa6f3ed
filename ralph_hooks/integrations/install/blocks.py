"""Our lines in somebody else's file, between two marks; pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

BEGIN = b"# >>> ralph-hooks: `ralph-hooks uninstall` takes these lines out >>>"
END = b"# <<< ralph-hooks <<<"
_BLOCK = re.compile(rb"^" + re.escape(BEGIN) + rb"\n(?:.*\n)*?" + re.escape(END) + rb"(?:\n|\Z)", re.MULTILINE)


def with_block(content: bytes, lines: Iterable[bytes]) -> bytes:
    """`content` with our lines at its end, where they have the last word. No lines: `content`."""
    inner = b"".join(line + b"\n" for line in lines)
    if not inner:
        return content
    ended = content if not content or content.endswith(b"\n") else content + b"\n"
    return ended + BEGIN + b"\n" + inner + END + b"\n"


def without_block(content: bytes) -> bytes:
    """`content` without our lines. What stands around them is as somebody else has left it."""
    return _BLOCK.sub(b"", content)


def blocks(content: bytes) -> list[bytes]:
    """Our lines, wherever they stand."""
    return _BLOCK.findall(content)


def missing(content: bytes, lines: Iterable[str]) -> tuple[bytes, ...]:
    """Those of the lines that are not in `content` already."""
    there = set(content.splitlines())
    return tuple(line for line in (text.encode() for text in lines) if line not in there)
