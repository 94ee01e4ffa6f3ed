"""The `sh` text of a hook that runs ours and then the one that was there before; pure."""

from __future__ import annotations

import re

ASIDE = ".before-ralph"  # behind the name of a hook that was moved aside
MARK = "Made by `ralph-hooks install`"
_SHELL = re.compile(rb"#! *(\S*/env +)?(\S*/)?(ba|da|k)?sh( +-\w+)? *$")

_HEAD = f"""\
#!/bin/sh
# {MARK}; `ralph-hooks uninstall` puts back what was here.
"""
# Both get what git writes. A variable holds it: lines of object ids and names, which hold no NUL.
_FEED = """\
input=$(cat)
feed() {
    [ -z "$input" ] || printf '%s\\n' "$input" 2>/dev/null
}
"""


def both(name: str, guard: str, theirs: str, call: str, *, stdin: bool, alone: str | None = None) -> str:
    """A script that runs our guard, then theirs, whose exit code is its own.

    `guard`, `theirs` and `call` are shell words: our launcher, their file, and how that is run. `alone`: a variable
    that says that whoever wrote their hook is running us, and runs its own anyway.
    """
    refuses = "" if name.startswith("post-") else " || exit"
    give = "feed | " if stdin else ""
    guarded = f'[ ! -x "$guard" ] || {give}"$guard" {name} "$@"'
    stop = f'[ -z "${{{alone}-}}" ] || exit 0\n' if alone else ""
    lines = [
        f"{_HEAD}here=${{0%/*}}\nguard={guard}\ntheirs={theirs}\n",
        _FEED if stdin else "",
        f"{guarded}{refuses}\n",
        stop,
        '[ -x "$theirs" ] || exit 0\n',
        f'{give}{call} "$@"\n' if stdin else f'exec {call} "$@"\n',
    ]
    return "".join(lines)


def forward(theirs: str) -> str:
    """A script that only hands over to theirs."""
    return f'{_HEAD}theirs={theirs}\n[ -x "$theirs" ] || exit 0\nexec "$theirs" "$@"\n'


def call_moved(name: str, content: bytes) -> str:
    """How a hook that was moved aside is run so that `$0` is what it was: many ask it for their name or their folder.

    That takes a shell that reads the script. Anything else is run from where it is now.
    """
    first = content.split(b"\n", 1)[0]
    if not _SHELL.match(first):
        return '"$theirs"'
    shell = first.removeprefix(b"#!").strip().decode("ascii", "replace")
    return f"""{shell} -c '. "$0{ASIDE}"' "$here/{name}\""""
