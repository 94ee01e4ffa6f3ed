"""Examples in Markdown files: `console` blocks run in one shell after another, and what they print is compared.

In the expected text `…` stands for anything in a line, a line that is nothing else for any lines, and one run of seven
or more hexadecimal digits for any other: ids of commits and batches. `$ ` begins a command; `$?` and the directory last
for a block.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

MARK = "\x1e"
_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_ID = re.compile(r"\b(?=[0-9a-f]*[0-9])[0-9a-f]{7,64}\b")


@dataclass(frozen=True, slots=True)
class Example:
    """One command, and the lines that the document says it prints."""

    command: str
    expected: tuple[str, ...]


def fences(document: Path) -> list[tuple[str, str]]:
    """Language and content of each fenced block."""
    return _BLOCK.findall(document.read_text(encoding="utf-8"))


def consoles(document: Path) -> list[list[Example]]:
    """The examples of each `console` block."""
    return [list(_examples(content)) for language, content in fences(document) if language == "console"]


def _examples(content: str) -> Iterator[Example]:
    for chunk in re.split(r"^\$ ", content, flags=re.MULTILINE)[1:]:
        command, *expected = chunk.removesuffix("\n").split("\n")
        yield Example(command, tuple(expected))


def run(block: Sequence[Example], place: Path, env: Mapping[str, str]) -> list[tuple[str, ...]]:
    """The lines that each command of the block prints, errors included."""
    script = "".join(f"{example.command}\n_code=$?; printf '{MARK}'; (exit $_code)\n" for example in block)
    done = subprocess.run(
        ["sh"],
        input=script,
        cwd=place,
        env=env,
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        timeout=120,
    )
    return [tuple(part.removesuffix("\n").split("\n")) if part else () for part in done.stdout.split(MARK)[:-1]]


def fits(expected: Sequence[str], printed: Sequence[str]) -> bool:
    """Does a document tell the truth about what was printed?"""
    pattern = "".join(r"(?:.*\n)*?" if line == "…" else f"{_line(line)}\n" for line in expected)
    text = "".join(f"{line}\n" for line in printed)
    return re.fullmatch(pattern, text) is not None


def _line(line: str) -> str:
    """What a line of a document stands for: where it has an id, any id."""
    return ".*".join("[0-9a-f]{7,64}".join(map(re.escape, _ID.split(part))) for part in line.split("…"))
