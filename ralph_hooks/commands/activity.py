"""What a command is doing, shown on a terminal once it has taken a second, and cleaned away before anything is printed.

On standard error, so that results can be piped. Where nobody is watching, or a terminal can move no cursor, nothing is
shown, and nothing is loaded.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ralph_hooks import progress
from ralph_hooks.errors import printable

if TYPE_CHECKING:
    from rich.live import Live
    from rich.text import Text

PATIENCE = 1.0  # seconds in which nobody wonders what is going on


@contextmanager
def shown(what: str) -> Iterator[None]:
    """Show what is told in this block, beginning with `what`. Nothing may be printed in it."""
    if not _watched():
        yield
        return
    display = _Display(what)
    with progress.heard(display.told):
        try:
            yield
        finally:
            display.end()


def _watched() -> bool:
    return sys.stderr.isatty() and os.environ.get("TERM", "dumb") not in {"dumb", "unknown"}


class _Display:
    """One line that comes after a second and goes at the end."""

    def __init__(self, what: str) -> None:
        from threading import Lock, Timer  # noqa: PLC0415 - only where a terminal is watching

        self.what, self.ended = what, False
        self.live: Live | None = None
        self.lock = Lock()
        self.timer = Timer(PATIENCE, self._begin)
        self.timer.daemon = True
        self.timer.start()

    def told(self, what: str) -> None:
        with self.lock:
            self.what = what
            if self.live:
                self.live.update(_text(what), refresh=True)

    def end(self) -> None:
        self.timer.cancel()
        with self.lock:
            self.ended = True
            if self.live:
                self.live.stop()

    def _begin(self) -> None:
        from rich.console import Console  # noqa: PLC0415 - what takes less than a second does not pay for it
        from rich.live import Live  # noqa: PLC0415

        with self.lock:
            if self.ended:
                return
            # Painted when something is told and at no other time: a program that signs may ask for its passphrase.
            self.live = Live(
                _text(self.what),
                console=Console(file=sys.stderr),
                auto_refresh=False,
                transient=True,
                redirect_stdout=False,
                redirect_stderr=False,
            )
            self.live.start(refresh=True)


def _text(what: str) -> Text:
    """Data, not markup, on one line."""
    from rich.text import Text  # noqa: PLC0415

    return Text(f"{printable(what)} …", no_wrap=True, overflow="ellipsis")
