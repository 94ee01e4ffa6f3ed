"""The classes of `records.py` behave as those of `typing`."""

from __future__ import annotations

import pickle
from collections import namedtuple
from typing import Any

import pytest

from ralph_hooks.records import NamedTuple

Model = namedtuple("Model", ("name", "size", "parts"), defaults=(1, ()))  # noqa: PYI024 - what is compared with


class Thing(NamedTuple):
    """Has a default, a method and a property."""

    name: str
    size: int = 1
    parts: tuple[str, ...] = ()

    @property
    def whole(self) -> bool:
        return not self.parts

    def named(self, name: str) -> Thing:
        return self._replace(name=name)


GIVEN: list[tuple[tuple[Any, ...], dict[str, Any]]] = [
    (("a", 2, ("x",)), {}),
    (("a",), {}),
    ((), {"name": "a"}),
    (("a",), {"parts": ("x",)}),
    ((), {"parts": (), "size": 3, "name": "a"}),
]


@pytest.mark.parametrize(("values", "named"), GIVEN)
def test_it_holds_what_is_given(values: tuple[Any, ...], named: dict[str, Any]) -> None:
    made, model = Thing(*values, **named), Model(*values, **named)
    assert (made.name, made.size, made.parts) == made == model
    assert (made._asdict(), repr(made)[5:]) == (model._asdict(), repr(model)[5:])
    assert pickle.loads(pickle.dumps(made)) == made
    assert type(pickle.loads(pickle.dumps(made))) is Thing


@pytest.mark.parametrize(
    ("values", "named"),
    [((), {}), (("a", 1, (), 4), {}), (("a",), {"name": "b"}), (("a",), {"colour": 1}), ((), {"size": 1})],
)
def test_what_does_not_fit_is_a_type_error(values: tuple[Any, ...], named: dict[str, Any]) -> None:
    for kind in (Model, Thing):
        with pytest.raises(TypeError):
            kind(*values, **named)


def test_it_does_not_change() -> None:
    made = Thing("a")
    for name in ("name", "colour"):
        with pytest.raises(AttributeError):
            setattr(made, name, 1)
    assert made.named("b") == ("b", 1, ())
    assert Thing._make(["a", 2, ()]) == ("a", 2, ())
    assert made.whole
    with pytest.raises(TypeError):
        made._replace(colour=1)  # type: ignore[call-arg]


def test_it_matches_by_position() -> None:
    match Thing("a", 2):
        case Thing(name, size):
            assert (name, size) == ("a", 2)


def test_a_module_whose_annotations_are_not_strings_is_told() -> None:
    """Newer Pythons keep them elsewhere, until somebody asks."""
    with pytest.raises(TypeError, match="from __future__ import annotations"):
        type(NamedTuple)("Bare", (NamedTuple,), {})
