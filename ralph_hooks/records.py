"""Frozen data: `NamedTuple` as in `typing`, for commands that define a hundred before they do anything.

`typing` looks at every annotation, and compiles a constructor for each class: a twentieth of a landing went into that.
Here a class is what its annotations name, which are never looked at, and all share one constructor. Type checkers see
the class of `typing`; it behaves as that one does, in a module with `from __future__ import annotations`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Self

__all__ = ["NamedTuple"]

if TYPE_CHECKING:
    from typing import NamedTuple
else:
    # What makes a field of a named tuple, with one argument more for its documentation. A property takes twice as long.
    from collections import _tuplegetter as _field

    class _Kind(type):
        """Makes a class of its body: each annotation is a field, in order, and what it is set to its default."""

        def __new__(cls, name: str, bases: tuple[type, ...], body: dict[str, Any]) -> Self:
            fields = tuple(body.get("__annotations__", ()))
            if bases[0] is not tuple and not fields:
                raise TypeError(f"{name} has no fields; is its module without `from __future__ import annotations`?")
            made = {
                "__slots__": (),
                "__match_args__": fields,
                "_fields": fields,
                "_field_defaults": {field: body[field] for field in fields if field in body},
                **{field: _field(at, None) for at, field in enumerate(fields)},
            }
            return super().__new__(cls, name, bases, body | made)

    class NamedTuple(tuple, metaclass=_Kind):
        """What the classes have in common."""

        def __new__(cls, *values: Any, **named: Any) -> Self:
            if named or len(values) != len(cls._fields):
                values = _completed(cls, values, named)
            return tuple.__new__(cls, values)

        @classmethod
        def _make(cls, values: Iterable[Any]) -> Self:
            return cls(*values)

        def _replace(self, **named: Any) -> Self:
            values = [named.pop(field, value) for field, value in zip(self._fields, self, strict=True)]
            return type(self)(*values, **named)

        def _asdict(self) -> dict[str, Any]:
            return dict(zip(self._fields, self, strict=True))

        def __repr__(self) -> str:
            said = ", ".join(f"{field}={value!r}" for field, value in self._asdict().items())
            return f"{type(self).__name__}({said})"

        def __getnewargs__(self) -> tuple[Any, ...]:
            return tuple(self)

    def _completed(kind: type[NamedTuple], values: tuple[Any, ...], named: dict[str, Any]) -> tuple[Any, ...]:
        """All values in the order of the fields. Raises TypeError as a constructor with these parameters would."""
        rest = kind._fields[len(values) :]
        given = kind._field_defaults | named
        if len(values) > len(kind._fields) or not given.keys() >= set(rest) or not named.keys() <= set(rest):
            wrong = [field for field in rest if field not in given] + [name for name in named if name not in rest]
            raise TypeError(f"{kind.__name__}: missing, unknown, or one too many: {wrong or values[-1]}")
        return (*values, *[given[field] for field in rest])
