"""The one family of errors that users see, each as one line: what happened; what to do."""

from __future__ import annotations

import unicodedata


class RalphError(Exception):
    """Something could not be done, and nothing was changed. Printed as one line by `cli.main`, exit code 2."""

    def __init__(self, what: str, todo: str) -> None:
        super().__init__(what)
        self.what = what
        self.todo = todo

    def __str__(self) -> str:
        return f"{printable(self.what)}; {printable(self.todo)}"


class UsageError(RalphError):
    """The command line, the configuration or the task list says something that cannot be meant."""


class RefusedError(RalphError):
    """The repository is in a state in which going on could lose or corrupt work."""


def printable(text: str, limit: int = 500) -> str:
    """`text` on one line without control characters: titles, paths and branch names are data, escape codes included."""
    line = "".join(_visible(char) for char in text)
    return line if len(line) <= limit else line[: limit - 1] + "…"


def _visible(char: str) -> str:
    if char in "\n\t":
        return " "
    # Cc: escape codes; Cf: bidi overrides that reorder what a terminal shows; Cs: surrogates that no stream can encode.
    return "�" if unicodedata.category(char) in {"Cc", "Cf", "Cs"} else char
