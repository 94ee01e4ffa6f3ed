"""The pages of docs/rules/, from the rules. Run as a program, it writes them."""

from __future__ import annotations

import sys
from pathlib import Path

from ralph_hooks.lint.pages import pages

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "rules"


def write() -> None:
    FOLDER.mkdir(exist_ok=True)
    made = pages()
    for old in FOLDER.glob("*.md"):
        if old.name not in made:
            old.unlink()
    for name, content in made.items():
        (FOLDER / name).write_text(content, encoding="utf-8")


if __name__ == "__main__":
    write()
    sys.exit(0)
