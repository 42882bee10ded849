"""Our `dataclass` is the library's, made faster: whatever is asked of both, they say the same."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from collections.abc import Mapping
from typing import Any

import pytest

from flows.engine import values


class _Plain:
    """What both are made of."""

    name: str
    size: int = 1
    more: Mapping[str, int] = dataclasses.field(default_factory=dict, compare=False)
    hidden: str = dataclasses.field(default="", repr=False)


_OF_ONE_CLASS = ("__dict__", "__weakref__")


def _made(decorator: Any, **how: bool) -> Any:
    made = decorator(**how)(
        type("Made", (), {name: value for name, value in vars(_Plain).items() if name not in _OF_ONE_CLASS})
    )
    made.__qualname__ = "Made"
    return made


PAIRS = [
    pytest.param(*(_made(one.dataclass, **how) for one in (dataclasses, values)), id=" ".join(how) or "bare")
    for how in ({}, {"frozen": True}, {"slots": True}, {"frozen": True, "slots": True})
]


@pytest.mark.parametrize(("library", "own"), PAIRS)
def test_it_does_what_the_library_does(library: Any, own: Any) -> None:
    def told(kind: Any) -> list[object]:
        one, same, other = kind("a", 2, {"x": 1}), kind("a", size=2), kind("b", 2)
        hashes: object = None if kind.__hash__ is None else hash(one) == hash(same) != hash(other)
        return [
            *(one == same, one == other, one != other, one == "a", hashes, repr(one), str(other)),
            *(dataclasses.asdict(one), dataclasses.astuple(other), dataclasses.replace(one, size=9).size),
            *(kind.__match_args__, [field.name for field in dataclasses.fields(kind)], kind("a").more),
            *(copy.copy(one) == one, copy.deepcopy(one).more, hasattr(one, "__dict__"), kind.__doc__),
        ]

    assert told(own) == told(library)
    with pytest.raises(TypeError):
        own()
    with pytest.raises(TypeError):
        own("a", 1, {}, "", "too much")


@values.dataclass(frozen=True, slots=True)
class Packed:
    kind: str

    def __hash__(self) -> int:
        return 7


@values.dataclass(frozen=True, slots=True)
class Empty:
    pass


def test_what_a_class_says_itself_stands() -> None:
    assert hash(Packed("x")) == 7
    assert Packed.__doc__ == "Packed"
    assert pickle.loads(pickle.dumps(Packed("x"))) == Packed("x") != Packed("y")
    assert Empty() == Empty()
    assert hash(Empty()) == hash(Empty())
