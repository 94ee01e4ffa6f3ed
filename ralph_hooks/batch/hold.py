"""The hold of a batch on the stop-handler, in the state file: put on, widened when a task joins, lifted."""

from __future__ import annotations

from collections.abc import Callable

from ralph_hooks.batch.model import Batch
from ralph_hooks.batch.pages import spec_of
from ralph_hooks.spec import state


def put_on_hold(batch: Batch) -> None:
    """Hold for the tasks of `batch`, also where its hold stands already. Raises StateError."""

    def held(document: state.Document) -> state.Document:
        here = state.held_by(document) == batch.id
        change = state.regroup if here else state.hold
        return change(document, batch=batch.id, numbers=_numbers(batch))

    _edit(batch, held)


def narrow_hold(batch: Batch) -> None:
    """Hold for the tasks of `batch` alone, if its hold stands. Otherwise as `release_hold`."""
    _given_back(batch, lambda document: state.regroup(document, batch=batch.id, numbers=_numbers(batch)))


def release_hold(batch: Batch) -> str | None:
    """Lift the hold of a batch that ends without a landing.

    A state file that cannot be used is left as it is: gives a warning. Raises DiskError where another time it can be.
    """
    return _given_back(batch, lambda document: state.release(document, batch.id))


def _numbers(batch: Batch) -> dict[int, int]:
    return {attempt.index: attempt.number for attempt in batch.attempts}


def _given_back(batch: Batch, change: Callable[[state.Document], state.Document]) -> str | None:
    try:
        _edit(batch, change)
    except state.DiskError:
        raise
    except state.StateError as error:
        return str(error)
    return None


def _edit(batch: Batch, change: Callable[[state.Document], state.Document]) -> None:
    spec = spec_of(batch)
    if spec.state is None:
        return
    path = spec.root / spec.state
    document = state.read(path)
    if document is None:
        return
    changed = change(document)
    if changed != document:
        state.write(path, changed)
    else:
        state.clean(path)
