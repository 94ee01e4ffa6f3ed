"""The guards of the code, as a table: what each holds, where it is, what the code is without it, which test then fails.

A file of the table for each promise. `python tests/mutations/guards.py` writes the table into docs/reliability.md.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
PACKAGE = ROOT / "ralph_hooks"
PAGE = ROOT / "docs" / "reliability.md"
BEGIN, END = "<!-- guards: begin -->", "<!-- guards: end -->"
PROMISES = (
    "equivalence",
    "conservation",
    "atomicity",
    "nothing lost",
    "right base",
    "isolation",
    "honest verdict",
)


class Guard(NamedTuple):
    """`file` below the package; `code` occurs there once, and `without` in its place is the code without the guard."""

    promise: str
    holds: str
    file: str
    code: str
    without: str
    test: str

    def removed(self, text: str) -> str:
        """The module's text without the guard. Raises ValueError when the table does not fit the code any more."""
        if text.count(self.code) != 1 or self.code == self.without:
            raise ValueError(f"{self.file} has this {text.count(self.code)} times, mend the table:\n{self.code}")
        return text.replace(self.code, self.without)


def guards() -> list[Guard]:
    """All of them, promise by promise."""
    return [
        Guard(promise, **entry)
        for promise in PROMISES
        for entry in tomllib.loads(_path(promise).read_text(encoding="utf-8"))["guard"]
    ]


def _path(promise: str) -> Path:
    return HERE / f"{promise.replace(' ', '_')}.toml"


def table(found: Sequence[Guard]) -> str:
    """The guards as the page lists them."""
    rows = [f"| {one.promise} | {one.holds} | `{one.file}` | {_test(one)} |\n" for one in found]
    return "| promise | what is held | where | the test that fails without it |\n|---|---|---|---|\n" + "".join(rows)


def _test(guard: Guard) -> str:
    path, _, name = guard.test.partition("::")
    return f"`{Path(path).stem}`: {name.partition('[')[0].removeprefix('test_').replace('_', ' ')}"


def filled(page: str) -> str:
    """The page with the table as it is now."""
    before, _, rest = page.partition(BEGIN)
    return f"{before}{BEGIN}\n{table(guards())}{END}{rest.partition(END)[2]}"


if __name__ == "__main__":
    PAGE.write_text(filled(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
