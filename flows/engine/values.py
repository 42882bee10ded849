"""`dataclass`, made in a third of the time: for a start, which makes hundreds of them before anybody says a word.

The library writes six functions for a class as source and compiles each, which was a third of what our own code took of
a start. Here it writes only `__init__`; comparing, hashing and showing are functions that all classes share. They do
the same. One thing is left to mypy: that nobody changes a frozen one. Who looks at the types sees the library's own.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from functools import cache
from operator import attrgetter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass
else:

    def dataclass(kind: type | None = None, /, *, frozen: bool = False, slots: bool = False) -> Any:
        """As the library's decorator, with what we use of it."""

        def made(kind: type) -> type:
            shared = {
                "__doc__": kind.__name__,  # Without one the library writes out the signature.
                "__eq__": _equal,
                "__hash__": _hash if frozen else None,
                "__repr__": _shown,
            }
            for name, value in shared.items():
                if kind.__dict__.get(name) is None:
                    setattr(kind, name, value)
            return dataclasses.dataclass(kind, eq=False, repr=False, slots=slots)

        return made if kind is None else made(kind)


@cache
def _compared(kind: type) -> Callable[[Any], object]:
    """What takes from an object all that counts when it is compared."""
    names = [one.name for one in dataclasses.fields(kind) if one.compare]
    return attrgetter(*names) if names else lambda _: ()


def _equal(self: Any, other: Any) -> Any:
    if other.__class__ is not self.__class__:
        return NotImplemented
    compared = _compared(self.__class__)
    return compared(self) == compared(other)


def _hash(self: Any) -> int:
    return hash(_compared(self.__class__)(self))


def _shown(self: Any) -> str:
    told = [f"{one.name}={getattr(self, one.name)!r}" for one in dataclasses.fields(self) if one.repr]
    return f"{self.__class__.__qualname__}({', '.join(told)})"
