"""Our part of git's configuration: a file of our own, which the repository's includes; pure.

Its own file, so that `git config` goes on changing what others have set as if we were not there. Included at the end,
so that ours has the last word.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

NAME = "config"  # in our folder
_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t"})


def include(path: str) -> tuple[bytes, ...]:
    """The lines that include the file at `path`, which is relative to the file that they stand in, or absolute."""
    return (b"[include]", f'\tpath = "{_escaped(path)}"'.encode(errors="surrogateescape"))


def text(values: Iterable[tuple[str, str]]) -> str:
    """A configuration file that sets these keys."""
    lines = ["# Made by `ralph-hooks install`, which writes it anew; `ralph-hooks uninstall` removes it."]
    for section, group in groupby(values, key=lambda item: item[0].rpartition(".")[0]):
        name, _, rest = section.partition(".")
        lines.append(f'[{name} "{_escaped(rest)}"]' if rest else f"[{name}]")
        lines += [f'\t{key.rpartition(".")[2]} = "{_escaped(value)}"' for key, value in group]
    return "\n".join(lines) + "\n"


def _escaped(value: str) -> str:
    return value.translate(_ESCAPES)
