"""What is being done just now, told to whoever listens: the one thing that every floor may say to a person at once.

Nobody listens unless a command shows it (`commands/activity.py`), and then nothing happens here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

T = TypeVar("T")
Listener = Callable[[str], None]

_listeners: list[Listener] = []


def tell(what: str) -> None:
    """Say what begins now. May be called from any thread."""
    for listener in _listeners:
        listener(what)


def each(what: str, items: Sequence[T]) -> Iterator[T]:
    """The items, one after another, told as they come."""
    for number, item in enumerate(items, 1):
        tell(f"{what}, {number} of {len(items)}" if len(items) > 1 else what)
        yield item


@contextmanager
def heard(listener: Listener) -> Iterator[None]:
    """Have `listener` called with all that is told in this block."""
    _listeners.append(listener)
    try:
        yield
    finally:
        _listeners.remove(listener)
